package io.roadstead.example.orders;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.cloud.client.loadbalancer.LoadBalanced;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;

/** {@code GET /order/{item}}: orders one of it and pays for it. */
@RestController
class OrdersController {
  private static final ParameterizedTypeReference<Map<String, Object>> OBJECT =
      new ParameterizedTypeReference<>() {};

  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Order(
      String service,
      String version,
      String edition,
      String instance,
      long number,
      String item,
      String delivery,
      Map<String, Object> payment) {}

  private final RestClient payments;
  private final String version;
  private final String edition;
  private final String instance;
  private final AtomicLong numbers = new AtomicLong();

  OrdersController(
      @LoadBalanced RestClient.Builder rest,
      @Value("${spring.application.version:local}") String edition,
      @Value("${ROADSTEAD_VERSION:${spring.application.version:local}}") String version,
      @Value("${ROADSTEAD_INSTANCE_ID:local}") String instance) {
    this.payments = rest.baseUrl("http://payments").build();
    this.edition = edition;
    this.version = version;
    this.instance = instance;
  }

  @GetMapping("/order/{item}")
  Order order(@PathVariable String item) {
    long number = numbers.incrementAndGet();
    Map<String, Object> payment =
        payments.get().uri("/pay/{number}", number).retrieve().body(OBJECT);
    String delivery = edition.equals("2") ? "tomorrow" : null;
    return new Order("orders", version, edition, instance, number, item, delivery, payment);
  }
}

package io.roadstead.example.orders;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.cloud.client.loadbalancer.LoadBalanced;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Primary;
import org.springframework.web.client.RestClient;

/** Takes orders, and has them paid by the payments service that Eureka knows of. */
@SpringBootApplication(proxyBeanMethods = false)
public class OrdersApplication {
  public static void main(String[] args) {
    SpringApplication.run(OrdersApplication.class, args);
  }

  /** The one for everything that is no service; the Eureka client itself takes it. */
  @Bean
  @Primary
  RestClient.Builder restClientBuilder() {
    return RestClient.builder();
  }

  /** The one for services, which are called by their name. */
  @Bean
  @LoadBalanced
  RestClient.Builder serviceClientBuilder() {
    return RestClient.builder();
  }
}

package io.roadstead.eureka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.netflix.appinfo.ApplicationInfoManager;
import com.netflix.appinfo.DataCenterInfo;
import com.netflix.appinfo.InstanceInfo;
import com.netflix.appinfo.InstanceInfo.InstanceStatus;
import com.netflix.appinfo.LeaseInfo;
import com.netflix.appinfo.MyDataCenterInfo;
import com.netflix.discovery.DiscoveryClient;
import com.netflix.discovery.converters.wrappers.CodecWrappers;
import com.netflix.discovery.converters.wrappers.DecoderWrapper;
import com.netflix.discovery.shared.Application;
import com.netflix.discovery.shared.Applications;
import com.netflix.discovery.shared.resolver.DefaultEndpoint;
import com.netflix.discovery.shared.transport.EurekaHttpClient;
import io.roadstead.registry.ManagedInstance;
import io.roadstead.registry.Subscriber;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.cloud.commons.util.InetUtils;
import org.springframework.cloud.commons.util.InetUtilsProperties;
import org.springframework.cloud.configuration.TlsProperties;
import org.springframework.cloud.netflix.eureka.EurekaClientConfigBean;
import org.springframework.cloud.netflix.eureka.EurekaInstanceConfigBean;
import org.springframework.cloud.netflix.eureka.TimeoutProperties;
import org.springframework.cloud.netflix.eureka.http.DefaultEurekaClientHttpRequestFactorySupplier;
import org.springframework.cloud.netflix.eureka.http.RestClientDiscoveryClientOptionalArgs;
import org.springframework.cloud.netflix.eureka.http.RestClientTransportClientFactories;
import org.springframework.cloud.netflix.eureka.http.RestClientTransportClientFactory;
import org.springframework.web.client.RestClient;

/**
 * The unmodified clients: Spring Cloud's transport with its strict mapper, Netflix's discovery
 * client that runs on it, and Netflix's own decoder.
 */
final class RealClientsTest {
  private static final DecoderWrapper NETFLIX =
      CodecWrappers.getDecoder(CodecWrappers.JacksonJson.class);

  private final Wire wire =
      new Wire(
          (user, password) -> password.equals("token") ? Optional.of(user) : Optional.empty(),
          InstanceCredentials.NONE);
  private final EurekaHost host;
  private final EurekaHttpClient spring;

  RealClientsTest() throws IOException {
    host = new EurekaHost(wire.eureka);
    spring =
        new RestClientTransportClientFactory(new TlsProperties(), requests(), RestClient::builder)
            .newClient(new DefaultEndpoint("http://" + host.authority() + "/eureka/"));
  }

  @AfterEach
  void close() {
    spring.shutdown();
    host.close();
    wire.close();
  }

  private static DefaultEurekaClientHttpRequestFactorySupplier requests() {
    return new DefaultEurekaClientHttpRequestFactorySupplier(new TimeoutProperties(), Set.of());
  }

  private static InstanceInfo instance(String app, String id, int port) {
    return InstanceInfo.Builder.newBuilder()
        .setAppName(app)
        .setInstanceId(id)
        .setHostName("localhost")
        .setIPAddr("127.0.0.1")
        .setPort(port)
        .setVIPAddress(app)
        .setSecureVIPAddress(app)
        .setStatus(InstanceStatus.UP)
        .setDataCenterInfo(new MyDataCenterInfo(DataCenterInfo.Name.MyOwn))
        .setLeaseInfo(
            LeaseInfo.Builder.newBuilder()
                .setRenewalIntervalInSecs(1)
                .setDurationInSecs(90)
                .build())
        .setMetadata(Map.of("zone", "z1"))
        .build();
  }

  private static InstanceInfo only(Applications applications, String app) {
    Application found = applications.getRegisteredApplications(app);
    assertThat(found).as(app).isNotNull();
    List<InstanceInfo> instances = found.getInstances();
    assertThat(instances).hasSize(1);
    return instances.getFirst();
  }

  @Test
  void springsTransportReadsEverythingThatIsAnswered() {
    InstanceInfo orders = instance("ORDERS", "h:orders:8080", 8080);
    assertThat(spring.register(orders).getStatusCode()).isEqualTo(204);
    wire.registry.manage(
        new ManagedInstance("stock", "stock-1", "127.0.0.1", 20001, "1.0", 100, Map.of()));
    assertThat(
            spring
                .sendHeartBeat("ORDERS", orders.getId(), orders, InstanceStatus.UP)
                .getStatusCode())
        .isEqualTo(200);
    assertThat(spring.sendHeartBeat("ORDERS", "unknown", orders, InstanceStatus.UP).getStatusCode())
        .isEqualTo(404);

    Applications all = spring.getApplications().getEntity();
    assertThat(all.getAppsHashCode()).isEqualTo("STARTING_1_UP_1_");
    assertThat(all.getReconcileHashCode()).isEqualTo(all.getAppsHashCode());
    assertThat(only(all, "ORDERS").getMetadata()).isEqualTo(Map.of("zone", "z1"));
    assertThat(only(all, "ORDERS").getLastDirtyTimestamp())
        .isEqualTo(orders.getLastDirtyTimestamp());
    assertThat(only(all, "STOCK").getPort()).isEqualTo(20001);
    assertThat(only(all, "STOCK").getStatus()).isEqualTo(InstanceStatus.STARTING);

    assertThat(spring.getDelta().getEntity().size()).isEqualTo(2);
    assertThat(spring.getApplication("ORDERS").getEntity().size()).isEqualTo(1);
    assertThat(spring.getInstance("ORDERS", orders.getId()).getEntity().getId())
        .isEqualTo(orders.getId());
    assertThat(spring.getInstance(orders.getId()).getEntity().getAppName()).isEqualTo("ORDERS");
    assertThat(spring.getVip("ORDERS").getEntity().size()).isEqualTo(1);
    assertThat(spring.getSecureVip("nobody").getEntity().size()).isZero();

    assertThat(
            spring
                .statusUpdate("ORDERS", orders.getId(), InstanceStatus.OUT_OF_SERVICE, orders)
                .getStatusCode())
        .isEqualTo(200);
    assertThat(spring.getInstance(orders.getId()).getEntity().getStatus())
        .isEqualTo(InstanceStatus.OUT_OF_SERVICE);
    assertThat(spring.deleteStatusOverride("ORDERS", orders.getId(), orders).getStatusCode())
        .isEqualTo(200);
    assertThat(spring.cancel("ORDERS", orders.getId()).getStatusCode()).isEqualTo(200);
    assertThat(spring.getDelta().getEntity().getRegisteredApplications("ORDERS").size())
        .isEqualTo(1);
  }

  @Test
  void netflixsDecoderReadsTheEmptyTheFullAndTheDelta() throws IOException {
    Applications empty = decoded("/eureka/apps/", Applications.class);
    assertThat(empty.size()).isZero();
    wire.post("/eureka/apps/ORDERS", Golden.text("register-spring.json"));
    wire.post("/eureka/apps/WEB", Golden.text("register-js.json"));
    wire.delete("/eureka/apps/WEB/w1");
    Applications full = decoded("/eureka/apps/", Applications.class);
    assertThat(full.getAppsHashCode()).isEqualTo(full.getReconcileHashCode());
    assertThat(only(full, "ORDERS").getPort()).isEqualTo(8080);
    Applications delta = decoded("/eureka/apps/delta", Applications.class);
    assertThat(only(delta, "WEB").getActionType()).isEqualTo(InstanceInfo.ActionType.DELETED);
    assertThat(only(delta, "WEB").getMetadata()).isEmpty();
    assertThat(decoded("/eureka/apps/ORDERS", Application.class).getName()).isEqualTo("ORDERS");
    assertThat(decoded("/eureka/instances/node-7:orders:8080", InstanceInfo.class).getVIPAddress())
        .isEqualTo("orders");
  }

  private static final List<String> NASTY =
      List.of(
          "null",
          "true",
          "-1",
          "0",
          "1e999",
          "99999999999999999999",
          "\"\"",
          "\" \"",
          "\"na\"",
          "{}",
          "[]",
          "[1]",
          "{\"a\":{\"b\":1}}",
          "{\"@class\":\"java.lang.String\"}",
          "{\"class\":\"x\",\"k\":null}",
          "\"\\ud83d\"",
          "\"a\\u0000b\"",
          "\"\\ud83d\\ude00\"",
          "{\"$\":\"80\",\"@enabled\":\"TRUE\"}",
          "{\"\\ud83d\":\"\\udc00x\",\"\\u0007\":1.50}",
          "{\"name\":\"Amazon\",\"metadata\":{\"instance-id\":\"i-1\",\"x\":7}}",
          "{\"name\":\"Netflix\"}");

  /** One bad instance would cost every strict client its whole fetch. */
  @Test
  void whateverIsAcceptedIsReadBackByStrictClients() throws IOException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    String[] fields = Golden.text("register-spring.json").split("(?<=[{,])\\s*(?=\")");
    int accepted = 0;
    for (int i = 0; i < 2000; i++) {
      String body = mangled(fields, random).replace("node-7:orders", "node-" + i);
      int status = wire.post("/eureka/apps/ORDERS", body).status();
      assertThat(status).as("seed %s: %s", seed, body).isIn(204, 400);
      accepted += status == 204 ? 1 : 0;
    }
    assertThat(accepted).as("seed %s", seed).isGreaterThan(250);
    Applications springs = spring.getApplications().getEntity();
    Applications netflixs = decoded("/eureka/apps/", Applications.class);
    assertThat(springs.getReconcileHashCode())
        .as("seed %s", seed)
        .isEqualTo(springs.getAppsHashCode())
        .isEqualTo(netflixs.getReconcileHashCode());
    assertThat(springs.size()).isEqualTo(netflixs.size());
    assertThat(spring.getDelta().getEntity().getReconcileHashCode())
        .as("seed %s", seed)
        .isNotEmpty();
  }

  /** A good body with up to two of its values replaced, or with a byte of it changed or cut off. */
  private static String mangled(String[] fields, Random random) {
    String[] copy = fields.clone();
    for (int times = random.nextInt(3); times > 0; times--) {
      int at = 2 + random.nextInt(copy.length - 2);
      int colon = copy[at].indexOf("\":");
      copy[at] = copy[at].substring(0, colon + 2) + NASTY.get(random.nextInt(NASTY.size())) + ",";
    }
    String body = String.join("", copy);
    return switch (random.nextInt(10)) {
      case 0 -> body.substring(0, random.nextInt(body.length()));
      case 1 -> {
        int at = random.nextInt(body.length());
        yield body.substring(0, at) + (char) random.nextInt(0x300) + body.substring(at + 1);
      }
      default -> body;
    };
  }

  private <T> T decoded(String path, Class<T> type) throws IOException {
    return NETFLIX.decode(new String(wire.get(path).body(), StandardCharsets.UTF_8), type);
  }

  /** A started Spring service: credential in the URL, fetches by deltas, leaves at its end. */
  @Test
  void aDiscoveryClientLivesThroughItsWholeLife() {
    spring.register(instance("PAYMENTS", "h:payments:9000", 9000));
    DiscoveryClient client = discoveryClient();
    try {
      await()
          .untilAsserted(() -> assertThat(wire.status("ORDERS", "h:orders:8080")).isEqualTo("UP"));
      assertThat(client.getInstancesByVipAddress("payments", false)).hasSize(1);

      spring.register(instance("PAYMENTS", "h:payments:9001", 9001));
      spring.register(instance("STOCK", "h:stock:7001", 7001));
      spring.cancel("STOCK", "h:stock:7001");
      spring.register(instance("STOCK", "h:stock:7000", 7000));
      await()
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(
              () -> {
                assertThat(client.getInstancesByVipAddress("payments", false)).hasSize(2);
                assertThat(client.getApplication("STOCK").getInstances()).hasSize(1);
              });
      spring.cancel("PAYMENTS", "h:payments:9000");
      await()
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(
              () -> assertThat(client.getInstancesByVipAddress("payments", false)).hasSize(1));
      assertThat(client.getApplications().getReconcileHashCode()).isEqualTo("UP_3_");
      assertThat(host.seen.stream().filter("GET /eureka/apps/ 200"::equals).count())
          .as("full fetches: one at the start, every change came by a delta")
          .isEqualTo(1);
      assertThat(host.seen)
          .filteredOn(line -> line.startsWith("PUT /eureka/apps/ORDERS/h"))
          .isNotEmpty()
          .allMatch(line -> line.endsWith(" 200"));
      assertThat(wire.subscribers.list())
          .filteredOn(Subscriber::identified)
          .extracting(Subscriber::name)
          .containsExactly("orders-1");
    } finally {
      client.shutdown();
    }
    assertThat(wire.get("/eureka/apps/ORDERS").status()).isEqualTo(404);
  }

  private DiscoveryClient discoveryClient() {
    EurekaClientConfigBean config = new EurekaClientConfigBean();
    config.setServiceUrl(
        Map.of("defaultZone", "http://orders-1:token@" + host.authority() + "/eureka/"));
    config.setRegistryFetchIntervalSeconds(1);
    config.setInitialInstanceInfoReplicationIntervalSeconds(0);
    EurekaInstanceConfigBean own =
        new EurekaInstanceConfigBean(new InetUtils(new InetUtilsProperties()));
    own.setLeaseRenewalIntervalInSeconds(1);
    InstanceInfo info = instance("ORDERS", "h:orders:8080", 8080);
    return new DiscoveryClient(
        new ApplicationInfoManager(own, info),
        config,
        new RestClientTransportClientFactories(
            new RestClientDiscoveryClientOptionalArgs(requests(), RestClient::builder)));
  }
}

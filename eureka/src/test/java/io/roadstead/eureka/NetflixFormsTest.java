package io.roadstead.eureka;

import static org.assertj.core.api.Assertions.assertThat;

import com.netflix.appinfo.DataCenterInfo;
import com.netflix.appinfo.InstanceInfo;
import com.netflix.appinfo.InstanceInfo.InstanceStatus;
import com.netflix.appinfo.MyDataCenterInfo;
import com.netflix.discovery.converters.wrappers.CodecWrappers;
import com.netflix.discovery.converters.wrappers.DecoderWrapper;
import com.netflix.discovery.shared.Application;
import com.netflix.discovery.shared.Applications;
import com.netflix.discovery.shared.resolver.DefaultEndpoint;
import com.netflix.discovery.shared.transport.EurekaHttpClient;
import com.netflix.discovery.shared.transport.TransportClientFactory;
import com.netflix.discovery.shared.transport.jersey3.Jersey3TransportClientFactories;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.cloud.netflix.eureka.EurekaClientConfigBean;

/** Netflix's own codecs for XML and the compact form, and its client on Jersey, all unmodified. */
final class NetflixFormsTest {
  private static final DecoderWrapper XSTREAM =
      CodecWrappers.getDecoder(CodecWrappers.XStreamXml.class);
  private static final Map<String, String> METADATA =
      Map.of("my_key", "v_1", "a$b", "<&>", "1st", "x", "a:b", "colon", "two words", " é😀 ");

  private final Wire wire = new Wire();

  @AfterEach
  void close() {
    wire.close();
  }

  private static InstanceInfo instance(String id) {
    return InstanceInfo.Builder.newBuilder()
        .setAppName("ORDERS")
        .setInstanceId(id)
        .setHostName("localhost")
        .setIPAddr("127.0.0.1")
        .setPort(8080)
        .setVIPAddress("orders")
        .setStatus(InstanceStatus.UP)
        .setDataCenterInfo(new MyDataCenterInfo(DataCenterInfo.Name.MyOwn))
        .setMetadata(METADATA)
        .build();
  }

  private <T> T read(String path, DecoderWrapper decoder, Class<T> type, String... headers)
      throws IOException {
    return decoder.decode(new String(wire.get(path, headers).body(), StandardCharsets.UTF_8), type);
  }

  private <T> T xml(String path, Class<T> type) throws IOException {
    return read(path, XSTREAM, type, "Accept", "application/xml");
  }

  @Test
  void xstreamRegistersAndReadsBackWhatItWrote() throws IOException {
    InstanceInfo written = instance("h:orders:8080");
    String body = CodecWrappers.getEncoder(CodecWrappers.XStreamXml.class).encode(written);
    assertThat(wire.post("/eureka/apps/ORDERS", body, "Content-Type", "application/xml").status())
        .isEqualTo(204);
    InstanceInfo read = xml("/eureka/apps/ORDERS/h:orders:8080", InstanceInfo.class);
    assertThat(read).isEqualTo(written);
    assertThat(read.getMetadata()).isEqualTo(METADATA);
    assertThat(read.getPort()).isEqualTo(8080);
    assertThat(read.getLastDirtyTimestamp()).isEqualTo(written.getLastDirtyTimestamp());
    assertThat(xml("/eureka/apps/ORDERS", Application.class).getInstances())
        .containsExactly(written);
  }

  @Test
  void xstreamReadsTheEmptyTheFullAndTheDelta() throws IOException {
    assertThat(xml("/eureka/apps", Applications.class).size()).isZero();
    wire.post("/eureka/apps/ODD", Golden.text("register-odd.json"));
    wire.post("/eureka/apps/WEB", Golden.text("register-js.json"));
    Applications full = xml("/eureka/apps", Applications.class);
    assertThat(full.getAppsHashCode()).isEqualTo("OUT_OF_SERVICE_1_UP_1_");
    assertThat(full.getReconcileHashCode()).isEqualTo(full.getAppsHashCode());
    wire.delete("/eureka/apps/WEB/w1");
    Applications delta = xml("/eureka/apps/delta", Applications.class);
    assertThat(delta.getAppsHashCode()).isEqualTo("OUT_OF_SERVICE_1_");
    assertThat(delta.getRegisteredApplications("WEB").getByInstanceId("w1").getActionType())
        .isEqualTo(InstanceInfo.ActionType.DELETED);
    assertThat(xml("/eureka/vips/nobody", Applications.class).size()).isZero();
  }

  @Test
  void everyCodecReadsTheCompactForm() throws IOException {
    wire.post("/eureka/apps/ODD", Golden.text("register-odd.json"));
    wire.post("/eureka/apps/WEB", Golden.text("register-js.json"));
    for (Class<? extends DecoderWrapper> codec :
        List.of(
            CodecWrappers.JacksonJson.class,
            CodecWrappers.LegacyJacksonJson.class,
            CodecWrappers.XStreamXml.class)) {
      String accept =
          codec.getSimpleName().endsWith("Xml") ? "application/xml" : "application/json";
      Applications compact =
          read(
              "/eureka/apps",
              CodecWrappers.getDecoder(codec),
              Applications.class,
              "Accept",
              accept,
              "X-Eureka-Accept",
              "compact");
      assertThat(compact.getAppsHashCode()).as(codec.getName()).isEqualTo("OUT_OF_SERVICE_1_UP_1_");
      InstanceInfo web = compact.getRegisteredApplications("WEB").getByInstanceId("w1");
      assertThat(web.getPort()).as(codec.getName()).isEqualTo(5050);
      assertThat(web.getHostName()).as(codec.getName()).isEqualTo("localhost");
      assertThat(compact.getReconcileHashCode())
          .as(codec.getName())
          .isEqualTo(compact.getAppsHashCode());
    }
  }

  @Test
  void theJerseyTransportLivesThroughItsWholeLife() throws IOException {
    EurekaClientConfigBean config = new EurekaClientConfigBean();
    InstanceInfo own = instance("h:orders:8080");
    TransportClientFactory factory =
        Jersey3TransportClientFactories.getInstance()
            .newTransportClientFactory(config, List.of(), own);
    try (EurekaHost host = new EurekaHost(wire.eureka)) {
      EurekaHttpClient jersey =
          factory.newClient(new DefaultEndpoint("http://" + host.authority() + "/eureka/"));
      assertThat(jersey.register(own).getStatusCode()).isEqualTo(204);
      assertThat(jersey.sendHeartBeat("ORDERS", own.getId(), own, null).getStatusCode())
          .isEqualTo(200);
      assertThat(jersey.sendHeartBeat("ORDERS", "unknown", own, null).getStatusCode())
          .isEqualTo(404);
      Applications all = jersey.getApplications().getEntity();
      assertThat(all.getReconcileHashCode()).isEqualTo("UP_1_").isEqualTo(all.getAppsHashCode());
      InstanceInfo read = all.getRegisteredApplications("ORDERS").getByInstanceId(own.getId());
      assertThat(read.getMetadata()).isEqualTo(METADATA);
      assertThat(jersey.getDelta().getEntity().size()).isEqualTo(1);
      assertThat(jersey.getVip("orders").getEntity().size()).isEqualTo(1);
      assertThat(jersey.getInstance(own.getId()).getEntity().getMetadata()).isEqualTo(METADATA);
      assertThat(jersey.getApplication("ORDERS").getEntity().size()).isEqualTo(1);
      assertThat(
              jersey
                  .statusUpdate("ORDERS", own.getId(), InstanceStatus.OUT_OF_SERVICE, own)
                  .getStatusCode())
          .isEqualTo(200);
      assertThat(jersey.getDelta().getEntity().getAppsHashCode()).isEqualTo("OUT_OF_SERVICE_1_");
      assertThat(jersey.deleteStatusOverride("ORDERS", own.getId(), own).getStatusCode())
          .isEqualTo(200);
      assertThat(jersey.cancel("ORDERS", own.getId()).getStatusCode()).isEqualTo(200);
      assertThat(jersey.getApplications().getEntity().size()).isZero();
    } finally {
      factory.shutdown();
    }
  }
}

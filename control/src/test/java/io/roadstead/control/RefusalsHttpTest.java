package io.roadstead.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.control.remote.ControlPlane;
import io.roadstead.control.remote.RemoteRegistryView;
import io.roadstead.registry.InstanceKey;
import io.roadstead.registry.SubscriberKind;
import java.net.http.HttpResponse;
import java.util.SplittableRandom;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What gateways in processes of their own tell of instances that refused them. */
class RefusalsHttpTest {
  private static final String PATH = "/api/v1/gateways/gateway-1/refused";

  private MemoryPlatform platform;

  @BeforeEach
  void open() {
    platform = MemoryPlatform.open();
  }

  @AfterEach
  void close() {
    platform.close();
  }

  @Test
  void aGatewayElsewhereTellsAtOnce() {
    ControlPlane plane =
        new ControlPlane(
            platform.uri(""), MemoryPlatform.TOKEN, "gateway-1", SubscriberKind.GATEWAY);
    try (RemoteRegistryView view = new RemoteRegistryView(plane, new SplittableRandom(1))) {
      view.start(_ -> {});
      view.refused(new InstanceKey("orders", "a:1"));
      Awaitility.await()
          .untilAsserted(
              () -> assertThat(platform.refusals).containsExactly("gateway-1 orders/a:1"));
      view.refused(new InstanceKey("orders", "a:1"));
      view.refused(new InstanceKey("orders", "b:1"));
      Awaitility.await()
          .untilAsserted(
              () -> assertThat(platform.refusals).contains("gateway-1 orders/b:1").hasSize(3));
    }
  }

  @Test
  void manyComeInOneMessage() throws Exception {
    assertThat(
            platform
                .send("POST", PATH, "{\"instances\":[\"Orders/a:1\",\"users/b\"]}")
                .statusCode())
        .isEqualTo(204);
    assertThat(platform.refusals).containsExactly("gateway-1 orders/a:1", "gateway-1 users/b");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"instances\":\"orders/a\"}",
        "{\"instances\":[\"orders\"]}",
        "{\"instances\":[\"or ders/a\"]}",
        "{\"instances\":[7]}",
        "{\"instances\":[],\"more\":1}"
      })
  void whatIsNotAListOfInstancesIsRefused(String body) throws Exception {
    HttpResponse<String> answer = platform.send("POST", PATH, body);
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(MemoryPlatform.json(answer).path("code").asString()).isEqualTo("invalid-refusals");
    assertThat(platform.refusals).isEmpty();
  }

  @Test
  void moreThanAThousandAreRefused() throws Exception {
    String body = "{\"instances\":[" + "\"orders/a\",".repeat(1000) + "\"orders/a\"]}";
    assertThat(platform.send("POST", PATH, body).statusCode()).isEqualTo(400);
  }
}

package io.roadstead.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.registry.Ticker;
import io.roadstead.registry.event.EventSink;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GatewayTest {
  private final FakeView view = new FakeView();
  private final Gateway gateway =
      new Gateway(
          GatewayConfig.at(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), "test"),
          view,
          Ticker.system(),
          InstantSource.system(),
          EventSink.NONE);

  @AfterEach
  void close() {
    gateway.close();
  }

  @Test
  void forwardsAGetAndItsAnswer() {
    try (Origin origin = Origin.saying("hello")) {
      view.up("orders", "o-1", origin.port());
      gateway.start();
      try (RawClient client = new RawClient(gateway.address())) {
        for (int i = 0; i < 3; i++) {
          RawClient.Answer answer = client.get("/orders/a?b=c");
          assertThat(answer.status()).isEqualTo(200);
          assertThat(answer.body()).isEqualTo("hello");
        }
      }
      assertThat(origin.accepted).hasValue(1);
    }
  }
}

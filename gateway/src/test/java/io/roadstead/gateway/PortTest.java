package io.roadstead.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.roadstead.registry.Ticker;
import io.roadstead.registry.event.EventSink;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

class PortTest {
  private static Gateway gateway(InetSocketAddress at, String platform, PortUse use) {
    return new Gateway(
        GatewayConfig.at(at, platform).withPort(use),
        new FakeView().service("app"),
        Ticker.system(),
        InstantSource.system(),
        EventSink.NONE);
  }

  private static InetSocketAddress anyPort() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  @Test
  void aPortInUseIsRefusedByNameWithTheFix() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Gateway gateway =
            gateway(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), taken.getLocalPort()),
                "a",
                PortUse.ALONE)) {
      assertThatThrownBy(gateway::start)
          .isInstanceOf(BindFailed.class)
          .hasMessageContaining(":" + taken.getLocalPort())
          .hasMessageContaining("choose another");
    }
  }

  @Test
  void gatewaysOfOnePlatformShareAPortAndOthersAreRefused() {
    try (Gateway first = gateway(anyPort(), "a", PortUse.SHARE)) {
      first.start();
      InetSocketAddress at = first.address();
      try (Gateway alone = gateway(at, "a", PortUse.ALONE);
          Gateway other = gateway(at, "b", PortUse.SHARE)) {
        assertThatThrownBy(alone::start).isInstanceOf(BindFailed.class);
        assertThatThrownBy(other::start)
            .isInstanceOf(BindFailed.class)
            .hasMessageContaining("no gateway of this platform");
      }
      try (Gateway second = gateway(at, "a", PortUse.SHARE)) {
        second.start();
        assertThat(second.address()).isEqualTo(at);
      }
      try (RawClient client = new RawClient(at)) {
        assertThat(client.get("/.well-known/roadstead").body()).isEqualTo("{\"platform\":\"a\"}");
        assertThat(client.get("/app").status()).isEqualTo(503);
      }
    }
  }
}

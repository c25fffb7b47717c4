package io.roadstead.gateway;

import io.roadstead.gateway.forward.Forwarding;
import io.roadstead.registry.Ticker;
import io.roadstead.registry.event.EventSink;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;

/** A gateway on a free port, with a registry of its own. */
final class Harbour implements AutoCloseable {
  final FakeView view = new FakeView();
  private final GatewayConfig config;
  private @Nullable Gateway gateway;

  Harbour() {
    this(config -> config);
  }

  Harbour(UnaryOperator<GatewayConfig> change) {
    config =
        change.apply(
            GatewayConfig.at(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), "test")
                .withLoops(2)
                .withForwarding(new Forwarding(List.of(), false, 0)));
  }

  /** Short waits, for tests of waiting. */
  static UnaryOperator<GatewayConfig> timeouts(Duration every) {
    return config ->
        config.withTimeouts(
            new GatewayTimeouts(every, every, every, every, every, every, every, every, every));
  }

  static ConditionFactory await() {
    return Awaitility.await().atMost(Duration.ofSeconds(10)).pollInterval(Duration.ofMillis(10));
  }

  Gateway gateway() {
    Gateway started = gateway;
    if (started == null) {
      started = new Gateway(config, view, Ticker.system(), InstantSource.system(), EventSink.NONE);
      gateway = started;
      started.start();
    }
    return started;
  }

  RawClient client() {
    return new RawClient(gateway().address());
  }

  /** Registers an origin as the one instance of "app". */
  Harbour with(Origin origin) {
    view.up("app", "app-" + origin.port(), origin.port());
    return this;
  }

  GatewayStats.ServiceFigures figures() {
    return Objects.requireNonNull(gateway().stats().services().get("app"), "app");
  }

  long idle() {
    return figures().connections().getOrDefault("idle", 0);
  }

  long retries(RetryReason reason) {
    return figures().retries().getOrDefault(reason.label(), 0L);
  }

  @Override
  public void close() {
    Gateway started = gateway;
    if (started != null) {
      started.close();
    }
  }
}

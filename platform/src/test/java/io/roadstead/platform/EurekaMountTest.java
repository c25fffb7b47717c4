package io.roadstead.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.control.mount.Mount;
import io.roadstead.control.mount.MountedRequest;
import io.roadstead.eureka.EurekaInterface;
import io.roadstead.eureka.InstanceCredentials;
import io.roadstead.eureka.PollerIdentity;
import io.roadstead.registry.Registry;
import io.roadstead.registry.Subscribers;
import io.roadstead.registry.Ticker;
import io.roadstead.registry.event.EventSink;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class EurekaMountTest {
  private final AtomicBoolean ready = new AtomicBoolean();

  @Test
  void readersComeAgainUntilThePlatformIsReadyAndWritersAreLetIn() {
    Ticker ticker = Ticker.system();
    InstantSource wall = InstantSource.system();
    Registry registry = new Registry("e1", wall, ticker, EventSink.NONE);
    Subscribers subscribers = new Subscribers("e1", wall, ticker, EventSink.NONE);
    try (EurekaInterface eureka =
        new EurekaInterface(
            registry, subscribers, wall, ticker, PollerIdentity.NONE, InstanceCredentials.NONE)) {
      eureka.start();
      Mount mount = EurekaMount.of(eureka, ready::get);

      assertThat(status(mount, "GET", "/eureka/apps")).isEqualTo(503);
      assertThat(status(mount, "PUT", "/eureka/apps/ORDERS/unknown")).isEqualTo(404);
      ready.set(true);
      assertThat(status(mount, "GET", "/eureka/apps")).isEqualTo(200);
    }
  }

  private static int status(Mount mount, String method, String path) {
    return mount
        .handler()
        .handle(new MountedRequest(method, path, "", _ -> null, "127.0.0.1", new byte[0]))
        .status();
  }
}

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
import java.util.List;
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

  @Test
  void doubledAndTrailingSlashesReachTheInterfaceAnywhere() {
    Ticker ticker = Ticker.system();
    InstantSource wall = InstantSource.system();
    Registry registry = new Registry("e1", wall, ticker, EventSink.NONE);
    Subscribers subscribers = new Subscribers("e1", wall, ticker, EventSink.NONE);
    try (EurekaInterface eureka =
        new EurekaInterface(
            registry, subscribers, wall, ticker, PollerIdentity.NONE, InstanceCredentials.NONE)) {
      eureka.start();
      Mount mount = EurekaMount.of(eureka, () -> true);

      for (String path :
          List.of(
              "/eureka/apps",
              "//eureka//apps",
              "/eureka//apps/",
              "//v2/apps",
              "//v2//apps//",
              "///eureka//v2///apps///")) {
        assertThat(mount.takes(path)).as(path).isTrue();
        assertThat(status(mount, "GET", path)).as(path).isEqualTo(200);
      }
      assertThat(mount.takes("/eureka//apps///X/")).isTrue();
      assertThat(status(mount, "GET", "/eureka//apps///X/")).isEqualTo(404);
      assertThat(mount.takes("//eurekas/apps")).isFalse();
      assertThat(mount.takes("//api/v1/registry")).isFalse();
    }
  }

  private static int status(Mount mount, String method, String path) {
    return mount
        .handler()
        .handle(new MountedRequest(method, path, "", _ -> null, "127.0.0.1", new byte[0]))
        .status();
  }
}

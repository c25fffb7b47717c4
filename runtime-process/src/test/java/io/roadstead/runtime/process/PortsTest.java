package io.roadstead.runtime.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.roadstead.rollout.LaunchFailed;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PortsTest {
  private static final Path HERE = Path.of("/data");

  @Test
  void aPortIsHeldUntilItIsReleasedThoughNobodyListensYet() throws Exception {
    var ports = new Ports(22_100, 22_102, HERE);
    Set<Integer> taken = new HashSet<>();
    for (int i = 0; i < 3; i++) {
      taken.add(ports.take());
    }
    assertThat(taken).hasSize(3);
    assertThatThrownBy(ports::take)
        .isInstanceOf(LaunchFailed.class)
        .hasMessageContaining("3 held by instances of this platform");

    ports.release(22_101);

    assertThat(ports.take()).isEqualTo(22_101);
  }

  @Test
  void aReleasedPortComesBackLast() throws Exception {
    var ports = new Ports(22_110, 22_113, HERE);
    int first = ports.take();
    ports.release(first);

    for (int i = 0; i < 3; i++) {
      assertThat(ports.take()).isNotEqualTo(first);
    }
    assertThat(ports.take()).isEqualTo(first);
  }

  @Test
  void anAdoptedPortIsNotGivenOut() throws Exception {
    var ports = new Ports(22_120, 22_121, HERE);
    ports.hold(22_120);

    assertThat(ports.take()).isEqualTo(22_121);
  }

  @Test
  void aListenerOnAnyAddressCounts() throws Exception {
    try (var other = new ServerSocket(0)) {
      var ports = new Ports(other.getLocalPort(), other.getLocalPort(), HERE);

      assertThatThrownBy(ports::take)
          .isInstanceOf(LaunchFailed.class)
          .hasMessageContaining("1 taken by other processes");
    }
  }

  @Test
  void platformsBeginAtDifferentPlaces() throws Exception {
    Set<Integer> first = new HashSet<>();
    for (int i = 0; i < 20; i++) {
      first.add(new Ports(20_000, 29_999, Path.of("/home/me/project" + i)).take());
    }

    assertThat(first).hasSizeGreaterThan(15);
  }
}

package io.roadstead.platform.demo;

import io.roadstead.rollout.Deployer.ServiceStatus;
import io.roadstead.rollout.Rollout;
import io.roadstead.rollout.ServiceSpec;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;

/** What the demo needs of a platform. Safe for use by several threads; the calls may block. */
interface Stage extends AutoCloseable {
  InetSocketAddress gateway();

  /** Where everything is, for a person to read. */
  String whereabouts();

  /** Makes the specification what is wanted; the roll-out's id. */
  Optional<String> apply(ServiceSpec spec);

  String scale(String service, int replicas);

  /** Waits until the roll-out differs from {@code seen} or the limit has passed. */
  Optional<Rollout> await(String rollout, Optional<Rollout> seen, Duration limit)
      throws InterruptedException;

  Optional<ServiceStatus> service(String name);

  /** SIGKILL to exactly this process. */
  void kill(long pid);

  /** Stops all services and the platform, and leaves nothing behind. */
  @Override
  void close();
}

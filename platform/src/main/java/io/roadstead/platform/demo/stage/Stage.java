package io.roadstead.platform.demo.stage;

import io.roadstead.platform.HostPort;
import io.roadstead.rollout.ServiceSpec;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What the demo needs of a platform. Safe for use by several threads; the calls block, and are
 * refused while the platform does not answer.
 */
public interface Stage extends AutoCloseable {
  /** Where the gateway listens, whichever process that is. */
  HostPort gateway();

  /** Where the control plane, and with it the console, is. */
  URI control();

  /** The file with the credential for the console's actions. */
  Path tokenFile();

  /** Makes the specification what is wanted; the roll-out's id. */
  Optional<String> apply(ServiceSpec spec);

  /** The roll-out's id. */
  String scale(String service, int replicas);

  /** A roll-out, once it differs from what it is now, has ended, or the limit has passed. */
  Seen.Rollout await(String rollout, Duration limit);

  Optional<Seen.Service> service(String name);

  List<Seen.Service> services();

  /** Those after a cursor, oldest first; "" for all that are kept, at most 1000. */
  List<Seen.Event> events(String since);

  /** SIGKILL to exactly this process. */
  void kill(long pid);

  /** SIGKILL to the platform; returns when its process has gone. */
  void killPlatform() throws InterruptedException;

  /** Starts the platform again, from the same data; returns when it is ready. */
  void startPlatform() throws InterruptedException;

  /**
   * Has a new gateway process take over from the one that runs; returns when the new one serves and
   * the old one has ended.
   */
  void replaceGateway() throws InterruptedException;

  /** Warnings that platform and gateways have logged, the latest few. */
  List<String> warnings();

  /** Ends all of it, and leaves nothing behind. */
  @Override
  void close();
}

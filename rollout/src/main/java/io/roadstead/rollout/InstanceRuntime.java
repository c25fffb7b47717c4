package io.roadstead.rollout;

import java.time.Duration;
import java.util.Optional;

/**
 * Where instances run: as plain processes, later elsewhere. Methods block and are called on virtual
 * threads.
 */
public interface InstanceRuntime extends AutoCloseable {
  /**
   * Starts an instance on a free port.
   *
   * @throws LaunchFailed when no process could be made of it
   */
  RunningInstance start(Launch launch) throws LaunchFailed;

  /**
   * Takes over the instance of an earlier life of the platform, if exactly that process still runs.
   */
  Optional<RunningInstance> adopt(InstanceRecord instance);

  /** Asks once whether the instance is ready. */
  ProbeResult probe(Release release, RunningInstance instance, Duration timeout);

  /**
   * Whether the exit of a young instance, by what it wrote, came from its port having been taken by
   * another.
   */
  boolean portWasTaken(RunningInstance instance);

  @Override
  void close();
}

package io.roadstead.rollout;

import java.time.Duration;
import java.util.List;
import java.util.Set;

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
   * Takes over the instance of an earlier life of the platform, if exactly that process still runs;
   * else tells how it ended.
   */
  Adoption adopt(InstanceRecord instance);

  /**
   * The instances of earlier lives of the platform that run and are none of these, as far as they
   * show what they are: those that were started so shortly before its end that it was never
   * recorded, and those that an older copy of its state does not know.
   */
  default List<Unrecorded> unrecorded(Set<String> recorded) {
    return List.of();
  }

  /**
   * Ends all that earlier lives of the platform have started and that is of none of these
   * instances: what ended ones have left, and what nobody knows. To be called before anything is
   * started. Blocks until it is done.
   *
   * @param patience how long each may take to end by SIGTERM; zero for SIGKILL at once
   * @return the ids of the instances of which something was left
   */
  Set<String> endAllBut(Set<String> instances, Duration patience);

  /** Asks once whether the instance is ready. */
  ProbeResult probe(Release release, RunningInstance instance, Duration timeout);

  /**
   * Whether the exit of a young instance, by what it wrote, came from its port having been taken by
   * another.
   */
  boolean portWasTaken(RunningInstance instance);

  /**
   * Why an instance ended, where more can be told than its exit: that it ran out of memory, say.
   *
   * @return for a sentence, or ""
   */
  default String explain(Release release, RunningInstance instance, Exit exit) {
    return "";
  }

  @Override
  void close();
}

package io.roadstead.rollout;

import java.util.List;

/** What has become of an instance of an earlier life of the platform. */
public sealed interface Adoption {
  /** It still runs, and is watched again. */
  record Runs(RunningInstance instance) implements Adoption {}

  /**
   * It has ended while nobody watched, and nothing of it is left.
   *
   * @param exit how; unknown where that was not kept, as after a restart of the machine
   * @param lastLines that it wrote, oldest first
   */
  record Ended(Exit exit, List<String> lastLines) implements Adoption {
    public Ended {
      lastLines = List.copyOf(lastLines);
    }
  }
}

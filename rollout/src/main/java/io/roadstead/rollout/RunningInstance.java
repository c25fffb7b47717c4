package io.roadstead.rollout;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A process that was started or taken over. Safe from any thread. */
public interface RunningInstance {
  ProcessMark mark();

  /** Where it can be reached. */
  String host();

  int port();

  /** Completes once, when the process has ended. */
  CompletableFuture<Exit> exited();

  /** SIGTERM to the process. Does nothing when it has ended. */
  void terminate();

  /** SIGKILL to its whole process group. Does nothing when all of it has ended. */
  void kill();

  /**
   * The last lines that it wrote, oldest first, standard output and error in the order of their
   * files.
   */
  List<String> lastLogLines(int lines);
}

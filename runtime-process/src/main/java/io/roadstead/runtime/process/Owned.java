package io.roadstead.runtime.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Tells by the credential in its environment whether a process is of an instance. Nobody else has
 * it, so it tells more than a start time, which a jump of the clock changes; but it is to be seen
 * only on Linux, and not where a program has written over its own environment.
 */
final class Owned {
  private Owned() {}

  static boolean by(String token, long pid) {
    try {
      String environment =
          new String(
              Files.readAllBytes(Path.of("/proc", Long.toString(pid), "environ")),
              StandardCharsets.ISO_8859_1);
      String entry = Environment.TOKEN + "=" + token;
      return !token.isEmpty() && Arrays.asList(environment.split("\0", -1)).contains(entry);
    } catch (IOException _) {
      return false; // it has ended, is another user's, or this is no Linux
    }
  }

  /** Kills what is left of an instance's group after its leader has ended unseen. */
  static void killLeftovers(String token, long group) {
    boolean left =
        ProcessHandle.allProcesses()
            .mapToLong(ProcessHandle::pid)
            .anyMatch(pid -> Signals.group(pid) == group && by(token, pid));
    if (left) {
      Signals.killGroup(group);
    }
  }
}

package io.roadstead.control.http;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How many connections this process may have, by the system's limit of open files. */
public final class OpenFiles {
  private static final String LIMIT = "Max open files";

  private OpenFiles() {}

  /**
   * Three quarters of the limit, which the JVM has raised as far as it may: the rest is for the
   * gateway, processes and files. At most {@code most}, also where no limit is known.
   */
  public static int connections(int most) {
    try {
      return connections(Files.readString(Path.of("/proc/self/limits")), most);
    } catch (IOException _) {
      return most; // no Linux
    }
  }

  static int connections(String limits, int most) {
    for (String line : limits.split("\n", -1)) {
      if (line.startsWith(LIMIT)) {
        String soft = line.substring(LIMIT.length()).strip().split("\\s+", 2)[0];
        return soft.equals("unlimited") ? most : (int) Math.min(most, Long.parseLong(soft) / 4 * 3);
      }
    }
    return most;
  }
}

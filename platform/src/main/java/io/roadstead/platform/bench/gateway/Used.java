package io.roadstead.platform.bench.gateway;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a process and its children have used of the machine, as Linux tells it.
 *
 * @param userTicks hundredths of a second of CPU time in the program
 * @param kernelTicks hundredths of a second in the kernel on its behalf
 */
record Used(long userTicks, long kernelTicks) {
  private static final int USER_TIME = 11;
  private static final double MICROS_A_TICK = 10_000;
  private static final Pattern RESIDENT = Pattern.compile("(?m)^VmRSS:\\s+(\\d+) kB");

  static Used by(ProcessHandle process) {
    long user = 0;
    long kernel = 0;
    for (ProcessHandle each : family(process)) {
      String stat = read(each, "stat");
      if (!stat.isEmpty()) {
        String[] words = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        user += Long.parseLong(words[USER_TIME]);
        kernel += Long.parseLong(words[USER_TIME + 1]);
      }
    }
    return new Used(user, kernel);
  }

  static long residentBytes(ProcessHandle process) {
    long sum = 0;
    for (ProcessHandle each : family(process)) {
      Matcher line = RESIDENT.matcher(read(each, "status"));
      sum += line.find() ? Long.parseLong(line.group(1)) << 10 : 0;
    }
    return sum;
  }

  private static Iterable<ProcessHandle> family(ProcessHandle process) {
    return java.util.stream.Stream.concat(
            java.util.stream.Stream.of(process), process.descendants())
        .toList();
  }

  private static String read(ProcessHandle process, String file) {
    try {
      return Files.readString(Path.of("/proc", Long.toString(process.pid()), file));
    } catch (IOException _) {
      return ""; // it has ended meanwhile
    }
  }

  double microsSince(Used before) {
    return (userTicks - before.userTicks + kernelTicks - before.kernelTicks) * MICROS_A_TICK;
  }

  double kernelMicrosSince(Used before) {
    return (kernelTicks - before.kernelTicks) * MICROS_A_TICK;
  }
}

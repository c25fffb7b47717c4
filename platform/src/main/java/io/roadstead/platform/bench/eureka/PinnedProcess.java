package io.roadstead.platform.bench.eureka;

import io.roadstead.platform.Refused;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A process on a processor of its own, and what it costs: processor time by thread as the kernel
 * has it, and resident memory. Linux only. For one thread, {@link #close} for any.
 */
final class PinnedProcess implements AutoCloseable {
  private static final Pattern RESIDENT = Pattern.compile("(?m)^VmRSS:\\s+(\\d+) kB");
  private static final int LAST_LINES = 5;

  private final String name;
  private final Process process;
  private final Path log;

  private PinnedProcess(String name, Process process, Path log) {
    this.name = name;
    this.process = process;
    this.log = log;
  }

  /**
   * @param talks whether orders go in and answers come out; else what it writes goes to its log
   */
  static PinnedProcess start(
      String name, int cpu, List<String> command, Path folder, boolean talks) {
    List<String> pinned = new ArrayList<>(List.of("taskset", "-c", Integer.toString(cpu)));
    pinned.addAll(command);
    Path log = folder.resolve(name + ".log");
    ProcessBuilder builder = new ProcessBuilder(pinned).directory(folder.toFile());
    builder.environment().keySet().removeIf(key -> key.startsWith("ROADSTEAD_"));
    if (talks) {
      builder.redirectError(log.toFile());
    } else {
      builder.redirectErrorStream(true).redirectOutput(log.toFile());
    }
    try {
      return new PinnedProcess(name, builder.start(), log);
    } catch (IOException e) {
      throw Refused.because(
          "\""
              + pinned.getFirst()
              + "\" cannot be started, which pins "
              + name
              + " to a processor: install util-linux ("
              + e.getMessage()
              + ")");
    }
  }

  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Waits until it answers {@code path} with 200. */
  void awaitReady(int port, String path, int seconds) throws InterruptedException {
    for (int tenths = 0; tenths < seconds * 10; tenths++) {
      if (process.waitFor(100, TimeUnit.MILLISECONDS)) {
        throw Refused.because(name + " has ended with " + process.exitValue() + ": " + last());
      }
      if (listens(port)) {
        try {
          HttpLoad.once(port, EurekaInstances.get(path));
          return;
        } catch (IOException _) {
          // not yet
        }
      }
    }
    throw Refused.because(name + " does not answer after " + seconds + " s: " + last());
  }

  private static boolean listens(int port) {
    try (SocketChannel channel = SocketChannel.open()) {
      channel.socket().connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
      return true;
    } catch (IOException _) {
      return false;
    }
  }

  private String last() {
    try {
      List<String> lines = Files.readAllLines(log, StandardCharsets.UTF_8);
      return String.join(
          " | ", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()));
    } catch (IOException e) {
      return "its log cannot be read: " + e.getMessage();
    }
  }

  /** Sends a line and returns the line that answers it. */
  String ask(String order) throws IOException {
    process.outputWriter(StandardCharsets.UTF_8).write(order + "\n");
    process.outputWriter(StandardCharsets.UTF_8).flush();
    BufferedReader answers = process.inputReader(StandardCharsets.UTF_8);
    String answer = answers.readLine();
    if (answer == null) {
      throw Refused.because(name + " has ended: " + last());
    }
    return answer;
  }

  long pid() {
    return process.pid();
  }

  /** Nanoseconds on a processor by thread, of those that there are now. */
  Map<Long, Long> processorNanos() {
    Map<Long, Long> nanos = new HashMap<>();
    try (DirectoryStream<Path> threads =
        Files.newDirectoryStream(Path.of("/proc", pid() + "", "task"))) {
      for (Path thread : threads) {
        try {
          String text = Files.readString(thread.resolve("schedstat"));
          nanos.put(
              Long.parseLong(thread.getFileName().toString()),
              Long.parseLong(text.substring(0, text.indexOf(' '))));
        } catch (IOException _) {
          // a thread that has just ended
        }
      }
    } catch (IOException e) {
      throw Refused.because(
          "what " + name + " costs cannot be read from /proc/" + pid() + ": " + e.getMessage());
    }
    return nanos;
  }

  /** What has come to it since {@code before}; a thread that has ended since is not counted. */
  long processorNanosSince(Map<Long, Long> before) {
    long sum = 0;
    for (Map.Entry<Long, Long> thread : processorNanos().entrySet()) {
      sum += thread.getValue() - before.getOrDefault(thread.getKey(), 0L);
    }
    return sum;
  }

  long residentBytes() {
    try {
      Matcher line = RESIDENT.matcher(Files.readString(Path.of("/proc", pid() + "", "status")));
      return line.find() ? Long.parseLong(line.group(1)) << 10 : 0;
    } catch (IOException e) {
      throw Refused.because("the memory of " + name + " cannot be read: " + e.getMessage());
    }
  }

  /** The whole output of a command of the JDK about this process. */
  String jcmd(String... words) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString());
    command.add(Long.toString(pid()));
    command.addAll(List.of(words));
    Process asking = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(asking.getInputStream(), StandardCharsets.UTF_8))) {
      return lines.readAllAsString();
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
    process.onExit().join();
  }
}

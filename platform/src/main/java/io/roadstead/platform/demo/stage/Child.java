package io.roadstead.platform.demo.stage;

import io.roadstead.platform.Refused;
import io.roadstead.registry.Ticker;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/**
 * A process of the demo's: a platform or a gateway, in a session of its own, so that a Ctrl-C in
 * the terminal reaches this process alone. What it writes goes to a file.
 */
public final class Child {
  private static final long LOOK_MILLIS = 10;
  private static final int LAST_LINES = 5;

  private final String name;
  private final Process process;
  private final Path log;
  private final Ticker ticker;

  private Child(String name, Process process, Path log, Ticker ticker) {
    this.name = name;
    this.process = process;
    this.log = log;
    this.ticker = ticker;
  }

  /**
   * Starts it.
   *
   * @param name for messages, and of its log
   * @param directory where it runs and its log is
   * @param variables instead of all of this process that begin with {@code ROADSTEAD_}
   */
  public static Child start(
      String name,
      List<String> command,
      Path directory,
      Map<String, String> variables,
      Ticker ticker) {
    Path log = directory.resolve(name + ".log");
    List<String> line = new ArrayList<>(Workplace.ownSession());
    line.addAll(command);
    ProcessBuilder builder =
        new ProcessBuilder(line)
            .directory(directory.toFile())
            .redirectInput(new File("/dev/null"))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder
        .environment()
        .keySet()
        .removeIf(key -> key.startsWith("ROADSTEAD_") && !key.equals("ROADSTEAD_LOG"));
    builder.environment().putAll(variables);
    try {
      return new Child(name, builder.start(), log, ticker);
    } catch (IOException e) {
      throw Refused.because("the " + name + " cannot be started: " + e.getMessage());
    }
  }

  /**
   * Waits until it is ready; refused with its last lines where it ends before, or takes too long.
   */
  public void await(BooleanSupplier ready, Duration limit) throws InterruptedException {
    long begun = ticker.nanos();
    while (!ready.getAsBoolean()) {
      if (ended(LOOK_MILLIS)) {
        throw Refused.because(
            "the " + name + " has ended with " + process.exitValue() + ": " + last());
      }
      if (ticker.nanos() - begun > limit.toNanos()) {
        throw Refused.because(
            "the " + name + " is not ready after " + limit.toSeconds() + " s: " + last());
      }
    }
  }

  public long pid() {
    return process.pid();
  }

  public boolean runs() {
    return process.isAlive();
  }

  public void kill() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
  }

  /** Asks it to end, where it runs still; whether it has within the limit. */
  public boolean end(Duration limit) throws InterruptedException {
    process.destroy();
    return awaitEnd(limit);
  }

  boolean awaitEnd(Duration limit) throws InterruptedException {
    return ended(limit.toMillis());
  }

  private boolean ended(long millis) throws InterruptedException {
    try {
      process.onExit().get(millis, TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw new CompletionException(e);
    }
  }

  /** Whether it has written a line that contains the text. */
  boolean said(String text) {
    return lines().stream().anyMatch(line -> line.contains(text));
  }

  /** What it has logged as a warning or worse, with its name. */
  List<String> warnings() {
    return lines().stream()
        .filter(line -> line.contains(" WARN ") || line.contains(" ERROR "))
        .map(line -> name + ": " + line)
        .toList();
  }

  private String last() {
    List<String> lines = lines();
    return String.join(" | ", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()));
  }

  private List<String> lines() {
    try {
      return Files.readString(log, StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      return List.of();
    }
  }
}

package io.roadstead.platform.command;

import io.roadstead.platform.LeftRunning;
import io.roadstead.platform.Refused;
import io.roadstead.store.DataDirectory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Stops the platform, if it runs, and the services. */
@Command(
    name = "down",
    description = {
      "Stops the platform, if it runs, and all instances that it started.",
      "What was deployed is kept: the next \"roadstead up\" starts it again."
    },
    footer = {"", "Example:", "  roadstead down --data /var/lib/roadstead"})
final class DownCommand implements Callable<Integer> {
  private static final int PLATFORM_STOPS_WITHIN_SECONDS = 120;

  @Mixin private final DataOption data = new DataOption();

  @Option(names = "--wait", description = "Has no effect: down always waits.")
  void waits(boolean anyway) {
    // Nothing to remember: there is no other way.
  }

  @Override
  public Integer call() throws InterruptedException {
    Path directory = data.directory().toAbsolutePath().normalize();
    if (!Files.isDirectory(directory)) {
      throw Refused.because(
          "there is no data directory "
              + directory
              + ", so nothing was ever up there: name the right one with --data DIR");
    }
    OptionalLong holder = DataDirectory.holder(directory);
    if (holder.isPresent()) {
      stop(holder.getAsLong(), directory);
    }
    boolean used =
        Files.exists(directory.resolve("state.db")) || Files.exists(directory.resolve("instances"));
    int instances = used ? LeftRunning.stop(directory) : 0;
    if (holder.isEmpty() && instances == 0) {
      System.out.println("nothing runs from " + directory);
    } else {
      System.out.println(
          (holder.isPresent()
                  ? "stopped the platform (pid " + holder.getAsLong() + ") and "
                  : "stopped ")
              + instances
              + (instances == 1 ? " instance" : " instances"));
    }
    return 0;
  }

  private static void stop(long pid, Path directory) throws InterruptedException {
    Optional<ProcessHandle> platform = ProcessHandle.of(pid);
    if (platform.isEmpty()) {
      return;
    }
    if (!platform.get().destroy()) {
      throw Refused.because(
          "the platform with pid "
              + pid
              + " on "
              + directory
              + " cannot be signalled: run this as the user that started it");
    }
    try {
      platform.get().onExit().get(PLATFORM_STOPS_WITHIN_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException | ExecutionException e) {
      throw Refused.because(
          "the platform with pid "
              + pid
              + " has not ended within "
              + PLATFORM_STOPS_WITHIN_SECONDS
              + " s of SIGTERM: look at its output, or end it with kill -9 "
              + pid
              + " and run this again");
    }
  }
}

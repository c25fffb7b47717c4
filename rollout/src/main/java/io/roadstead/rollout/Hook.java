package io.roadstead.rollout;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What is run before or after a deployment.
 *
 * @param action the command or the call
 * @param timeout how long it may take
 */
public record Hook(Action action, Duration timeout) {
  /** One of the two. */
  public sealed interface Action {}

  /** A program with its arguments, run on the platform's machine; good with exit code 0. */
  public record Command(List<String> words) implements Action {
    public Command {
      words = List.copyOf(words);
    }

    @Override
    public String toString() {
      return words.size() == 3 && words.get(0).equals("/bin/sh")
          ? words.get(2)
          : String.join(" ", words);
    }
  }

  /** A POST with what it is about as JSON; good with a status of 2xx. */
  public record Call(URI url) implements Action {
    /** Without what may be secret. */
    @Override
    public String toString() {
      return "POST " + url.getScheme() + "://" + url.getHost() + url.getPath();
    }
  }

  /**
   * What it came to.
   *
   * @param detail how it ended and what it said last, for a person
   */
  public record Outcome(boolean good, String detail) {}

  /** Who runs them. */
  @FunctionalInterface
  public interface Runner {
    /**
     * Blocks until it has ended or its time is over; then nothing of it is left.
     *
     * @param facts what it is about: {@code hook}, {@code service}, {@code version}, {@code from},
     *     {@code rollout}, {@code state}
     */
    Outcome run(Hook hook, Map<String, String> facts) throws InterruptedException;
  }

  /** For a sentence. */
  public String words() {
    return action.toString();
  }
}

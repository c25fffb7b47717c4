package io.roadstead.platform.demo;

import io.roadstead.registry.Ticker;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Tells a person what goes on, in sentences: each act as it begins, and what comes of it. Keeps the
 * latest for a screen to show. Safe for use by several threads; one lock guards all of it.
 */
final class Narrator {
  private static final int KEPT = 1_000;

  private final ReentrantLock lock = new ReentrantLock();
  private final Ticker ticker;
  private final Consumer<String> listener;
  private final Deque<String> lines = new ArrayDeque<>();
  private OptionalLong origin = OptionalLong.empty();
  private String act = "";

  /**
   * @param listener is told each line, in their order
   */
  Narrator(Ticker ticker, Consumer<String> listener) {
    this.ticker = ticker;
    this.listener = listener;
  }

  /** From now on each line has its time since {@code nanos}. */
  void countFrom(long nanos) {
    lock.lock();
    try {
      origin = OptionalLong.of(nanos);
    } finally {
      lock.unlock();
    }
  }

  /** What begins now, its numbers written the same on every machine. */
  @SuppressWarnings("AnnotateFormatMethod") // the annotation would be a dependency for this alone
  void act(String format, Object... values) {
    String sentence = String.format(Locale.ROOT, format, values);
    lock.lock();
    try {
      act = sentence;
      add(sentence);
    } finally {
      lock.unlock();
    }
  }

  /** What has happened. */
  @SuppressWarnings("AnnotateFormatMethod") // the annotation would be a dependency for this alone
  void say(String format, Object... values) {
    String sentence = String.format(Locale.ROOT, format, values);
    lock.lock();
    try {
      add(sentence);
    } finally {
      lock.unlock();
    }
  }

  private void add(String sentence) {
    String line =
        origin.isEmpty()
            ? sentence
            : String.format(
                Locale.ROOT, "%5.1f s  %s", (ticker.nanos() - origin.getAsLong()) / 1e9, sentence);
    if (lines.size() == KEPT) {
      lines.removeFirst();
    }
    lines.addLast(line);
    listener.accept(line);
  }

  /** The act that goes on, or "". */
  String current() {
    lock.lock();
    try {
      return act;
    } finally {
      lock.unlock();
    }
  }

  /** All that is kept, oldest first. */
  List<String> lines() {
    lock.lock();
    try {
      return List.copyOf(lines);
    } finally {
      lock.unlock();
    }
  }
}

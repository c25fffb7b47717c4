package io.roadstead.platform.demo;

import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Tells a person what goes on: sentences that stay, and on a terminal one line of figures beneath
 * them that is written anew. Safe for use by several threads.
 */
final class Narrator {
  private static final String CLEAR_LINE = "\r\u001b[2K";

  private final ReentrantLock lock = new ReentrantLock();
  private final PrintStream out;
  private final boolean terminal;
  private String figures = "";

  /**
   * @param terminal whether {@code out} is one
   */
  Narrator(PrintStream out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  /** A sentence, its numbers written the same on every machine. */
  @SuppressWarnings("AnnotateFormatMethod") // the annotation would be a dependency for this alone
  void say(String format, Object... values) {
    String sentence = String.format(Locale.ROOT, format, values);
    lock.lock();
    try {
      if (terminal && !figures.isEmpty()) {
        out.print(CLEAR_LINE);
      }
      out.println(sentence);
      if (terminal) {
        out.print(figures);
      }
      out.flush();
    } finally {
      lock.unlock();
    }
  }

  /** The figures of now, in place of those before. */
  void show(String newFigures) {
    lock.lock();
    try {
      if (terminal) {
        figures = newFigures;
        out.print(CLEAR_LINE + newFigures);
      } else {
        out.println(newFigures);
      }
      out.flush();
    } finally {
      lock.unlock();
    }
  }

  /** No more figures; what was shown last is taken away. */
  void endFigures() {
    lock.lock();
    try {
      if (terminal && !figures.isEmpty()) {
        figures = "";
        out.print(CLEAR_LINE);
        out.flush();
      }
    } finally {
      lock.unlock();
    }
  }
}

package io.roadstead.platform.demo.screen;

import java.io.Console;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * A terminal that shows a screen in place: on its second buffer, without the cursor, each frame in
 * one piece over the one before, so that nothing flickers; {@link #close} gives it back as it was.
 *
 * <p>Nothing of the terminal's modes is changed, so a Ctrl-C is one, and what is typed is written
 * over by the next frame. Safe for use by several threads; one lock guards what is shown.
 */
public final class Terminal implements AutoCloseable {
  private static final String ENTER = "\u001b[?1049h\u001b[?25l\u001b[2J";
  private static final String LEAVE = "\u001b[?2026l\u001b[?25h\u001b[?1049l";

  /** Terminals that know it show all between these two at once; the others pass over it. */
  private static final String BEGIN_FRAME = "\u001b[?2026h\u001b[H";

  private static final String END_FRAME = "\u001b[J\u001b[H\u001b[?2026l";
  private static final String END_LINE = "\u001b[K";
  private static final long ASKING_LIMIT_MILLIS = 500;

  /** How large it is, in characters. */
  public record Size(int columns, int rows) {
    public static final Size USUAL = new Size(80, 24);
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final PrintStream out;
  private final Consumer<Boolean> shown;
  private boolean entered;
  private boolean closed;

  /**
   * A terminal.
   *
   * @param shown is told when the screen is about to be shown, and when it is no more
   */
  public Terminal(PrintStream out, Consumer<Boolean> shown) {
    this.out = out;
    this.shown = shown;
  }

  /** Whether standard output is a terminal that can do so, and nobody asked for plain text. */
  // Where input and output are redirected, JDK 25 does return null.
  @SuppressWarnings("SystemConsoleNull")
  public static boolean usable(Map<String, String> environment) {
    Console console = System.console();
    return console != null
        && console.isTerminal()
        && environment.getOrDefault("NO_COLOR", "").isEmpty()
        && !environment.getOrDefault("TERM", "").isEmpty()
        && !environment.getOrDefault("TERM", "").equals("dumb");
  }

  public static Look look(PrintStream out) {
    return new Look(true, out.charset().equals(StandardCharsets.UTF_8));
  }

  /** Its size now, as {@code stty} tells; the usual one where it cannot. */
  public static Size size() {
    try {
      Process stty =
          new ProcessBuilder("stty", "size")
              .redirectInput(new File("/dev/tty"))
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (!stty.waitFor(ASKING_LIMIT_MILLIS, TimeUnit.MILLISECONDS)) {
        stty.destroyForcibly();
        return Size.USUAL;
      }
      return size(new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII));
    } catch (IOException e) {
      return Size.USUAL;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Size.USUAL;
    }
  }

  /** Reads {@code rows columns}; both 0 where a terminal does not know. */
  static Size size(String answer) {
    String[] words = answer.strip().split(" ", -1);
    try {
      int rows = Integer.parseInt(words[0]);
      int columns = Integer.parseInt(words[words.length - 1]);
      return rows > 0 && columns > 0 ? new Size(columns, rows) : Size.USUAL;
    } catch (NumberFormatException e) {
      return Size.USUAL;
    }
  }

  /** Shows these lines in place of those before; does nothing once closed. */
  public void show(List<String> lines) {
    lock.lock();
    try {
      if (closed) {
        return;
      }
      if (!entered) {
        entered = true;
        shown.accept(true);
        out.print(ENTER);
      }
      out.print(BEGIN_FRAME + String.join(END_LINE + "\r\n", lines) + END_LINE + END_FRAME);
      out.flush();
    } finally {
      lock.unlock();
    }
  }

  /** Gives it back; what was there before the first frame is there again. */
  @Override
  public void close() {
    lock.lock();
    try {
      if (entered && !closed) {
        out.print(LEAVE);
        out.flush();
        shown.accept(false);
      }
      closed = true;
    } finally {
      lock.unlock();
    }
  }
}

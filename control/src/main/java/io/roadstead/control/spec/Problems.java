package io.roadstead.control.spec;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToIntFunction;

/**
 * Everything that is wrong with a document, collected while it is read, so that it can be told at
 * once. Confined to the thread that reads.
 */
public final class Problems {
  private static final int MAX = 100;

  /**
   * One thing that is wrong.
   *
   * @param path where, for people
   * @param line counted from 1, or 0 where lines are not known
   * @param message what is wrong, and what is allowed
   */
  public record Problem(String path, int line, String message) {
    /** {@code line 7: services.orders.replicas: is -1, allowed are 0 to 1000}. */
    public String sentence() {
      return (line > 0 ? "line " + line + ": " : "")
          + (path.isEmpty() ? "" : path + ": ")
          + message;
    }
  }

  private final ToIntFunction<String> lines;
  private final List<Problem> found = new ArrayList<>();

  /**
   * @param lines the line (from 1) on which the value at a JSON pointer stands, 0 where unknown
   */
  public Problems(ToIntFunction<String> lines) {
    this.lines = lines;
  }

  /** For a document whose lines nobody needs. */
  public static Problems withoutLines() {
    return new Problems(_ -> 0);
  }

  public void add(Place place, String message) {
    if (found.size() < MAX) {
      found.add(new Problem(place.shown(), lines.applyAsInt(place.pointer()), message));
    }
  }

  public boolean none() {
    return found.isEmpty();
  }

  public int count() {
    return found.size();
  }

  /** In order of line, at most 100. */
  public List<Problem> list() {
    return found.stream().sorted(Comparator.comparingInt(Problem::line)).toList();
  }
}

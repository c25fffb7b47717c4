package io.roadstead.gateway.accesslog;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * Where and how requests are logged.
 *
 * @param file where the lines go; empty for standard output, which is never rotated
 * @param format of a line
 * @param query what becomes of the values in a query, which may be secrets
 * @param bufferBytes that wait for the writer at most, on each event loop; a power of two is taken
 * @param rotateBytes from which on the file is set aside; 0 never does
 * @param keep how many files that were set aside stay
 */
public record AccessLogConfig(
    Optional<Path> file, Format format, Query query, int bufferBytes, long rotateBytes, int keep) {
  public static final int LEAST_BUFFER = 64 << 10;
  public static final int MOST_BUFFER = 64 << 20;
  public static final int USUAL_BUFFER = 1 << 20;
  public static final long USUAL_ROTATE = 64L << 20;
  public static final int USUAL_KEEP = 5;
  private static final String STANDARD_OUTPUT = "-";

  /** How a line looks. */
  public enum Format {
    /** The Combined Log Format, and what a gateway knows beside it as {@code key=value}. */
    TEXT,
    /** One JSON object a line. */
    JSON
  }

  /** How much of a query is written, in the target and in the Referer. */
  public enum Query {
    /** The names of the parameters; {@code *} instead of each value. */
    NAMES,
    /** All of it. */
    FULL,
    /** Nothing. */
    NONE
  }

  public AccessLogConfig {
    if (bufferBytes < LEAST_BUFFER || bufferBytes > MOST_BUFFER) {
      throw new IllegalArgumentException(
          "the buffer of the access log is "
              + bufferBytes
              + " bytes, allowed are "
              + LEAST_BUFFER
              + " to "
              + MOST_BUFFER);
    }
    if (rotateBytes < 0 || keep < 0) {
      throw new IllegalArgumentException("a size or a number of files cannot be negative");
    }
  }

  /**
   * The usual way of writing to a file.
   *
   * @param file a path, or {@code -} for standard output
   */
  public static AccessLogConfig to(String file, Format format) {
    return new AccessLogConfig(
        file.equals(STANDARD_OUTPUT) ? Optional.empty() : Optional.of(Path.of(file)),
        format,
        Query.NAMES,
        USUAL_BUFFER,
        USUAL_ROTATE,
        USUAL_KEEP);
  }

  /** Reads {@code text} or {@code json}. */
  public static Optional<Format> format(String text) {
    return switch (text) {
      case "text" -> Optional.of(Format.TEXT);
      case "json" -> Optional.of(Format.JSON);
      default -> Optional.empty();
    };
  }

  /** Reads {@code names}, {@code full} or {@code none}. */
  public static Optional<Query> query(String text) {
    for (Query query : Query.values()) {
      if (query.name().toLowerCase(Locale.ROOT).equals(text)) {
        return Optional.of(query);
      }
    }
    return Optional.empty();
  }

  /** For people. */
  public String place() {
    return file.map(Path::toString).orElse("standard output");
  }
}

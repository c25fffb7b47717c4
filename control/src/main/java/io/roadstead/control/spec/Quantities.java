package io.roadstead.control.spec;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Lengths of time such as {@code 500ms} and sizes such as {@code 256Mi}, as text. */
public final class Quantities {
  private static final Pattern LENGTH = Pattern.compile("(\\d{1,12})(ms|s|m|h)");
  private static final Pattern SIZE = Pattern.compile("(\\d{1,15})(Ki|Mi|Gi|Ti)?");
  private static final Map<String, Long> MILLIS =
      Map.of("ms", 1L, "s", 1_000L, "m", 60_000L, "h", 3_600_000L);
  private static final Map<String, Integer> SHIFTS = Map.of("Ki", 10, "Mi", 20, "Gi", 30, "Ti", 40);

  private Quantities() {}

  /** {@code 10s}, {@code 500ms}, {@code 2m}, {@code 1h}; nothing for any other text. */
  public static Optional<Duration> duration(String text) {
    Matcher matcher = LENGTH.matcher(text.strip().toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      return Optional.empty();
    }
    long unit = MILLIS.getOrDefault(matcher.group(2), 1L);
    return Optional.of(Duration.ofMillis(Long.parseLong(matcher.group(1)) * unit));
  }

  /** {@code 256Mi}, {@code 1Gi}, or bytes without a unit; nothing for any other text. */
  public static OptionalLong bytes(String text) {
    Matcher matcher = SIZE.matcher(text.strip());
    if (!matcher.matches()) {
      return OptionalLong.empty();
    }
    String unit = matcher.group(2);
    long number = Long.parseLong(matcher.group(1));
    int shift = unit == null ? 0 : SHIFTS.getOrDefault(unit, 0);
    return number > Long.MAX_VALUE >> shift
        ? OptionalLong.empty()
        : OptionalLong.of(number << shift);
  }

  /** The shortest text that reads as {@code duration}, in whole milliseconds. */
  public static String text(Duration duration) {
    long millis = duration.toMillis();
    if (millis != 0 && millis % 3_600_000 == 0) {
      return millis / 3_600_000 + "h";
    }
    if (millis != 0 && millis % 60_000 == 0) {
      return millis / 60_000 + "m";
    }
    return millis % 1_000 == 0 ? millis / 1_000 + "s" : millis + "ms";
  }

  /** The shortest text that reads as {@code bytes}. */
  public static String text(long bytes) {
    for (String unit : new String[] {"Ti", "Gi", "Mi", "Ki"}) {
      int shift = SHIFTS.getOrDefault(unit, 0);
      if (bytes != 0 && bytes >> shift << shift == bytes) {
        return (bytes >> shift) + unit;
      }
    }
    return Long.toString(bytes);
  }
}

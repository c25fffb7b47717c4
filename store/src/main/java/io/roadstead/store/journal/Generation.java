package io.roadstead.store.journal;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The name of a file: which generation, and whether its snapshot or its log. A snapshot of a
 * generation is begun after its log, so it and what follows in the log are all there is to know.
 */
record Generation(long number, boolean snapshot) {
  private static final Pattern NAME = Pattern.compile("(snapshot|log)-([0-9]{1,18})");

  static @Nullable Generation of(String name) {
    Matcher matcher = NAME.matcher(name);
    return matcher.matches()
        ? new Generation(Long.parseLong(matcher.group(2)), matcher.group(1).equals("snapshot"))
        : null;
  }

  @Override
  public String toString() {
    return (snapshot ? "snapshot-" : "log-") + number;
  }
}

package io.roadstead.eureka;

import java.util.ArrayList;
import java.util.List;

/**
 * Where a request points, with the base taken off: {@code /eureka}, {@code /eureka/v2}, {@code
 * /eureka/v1} and {@code /v2} all mean the same. Slashes may be doubled or trail.
 *
 * <p>Runs for every heartbeat, so it cuts by hand and decodes only what carries a percent sign.
 *
 * @param root the resource: {@code apps}, {@code instances}, {@code vips} and so on; "" for none
 * @param names the segments after it, each decoded once
 */
record EurekaPath(String root, List<String> names) {
  private static final int MAX_SEGMENTS = 6;
  private static final EurekaPath NOWHERE = new EurekaPath("", List.of());

  String name(int index) {
    return names.get(index);
  }

  int size() {
    return names.size();
  }

  /** The segment at {@code index} is there, is the last, and is {@code word}. */
  boolean endsWith(int index, String word) {
    return names.size() == index + 1 && names.get(index).equals(word);
  }

  static EurekaPath parse(String raw) {
    List<String> segments = new ArrayList<>(MAX_SEGMENTS);
    int from = 0;
    while (from < raw.length()) {
      int slash = raw.indexOf('/', from);
      int to = slash < 0 ? raw.length() : slash;
      if (to > from) {
        if (segments.size() == MAX_SEGMENTS) {
          return NOWHERE;
        }
        segments.add(Texts.decodeSegment(raw.substring(from, to)));
      }
      from = to + 1;
    }
    int base = baseOf(segments);
    return segments.size() == base
        ? NOWHERE
        : new EurekaPath(segments.get(base), segments.subList(base + 1, segments.size()));
  }

  private static int baseOf(List<String> segments) {
    if (segments.isEmpty()) {
      return 0;
    }
    boolean named = segments.getFirst().equals("eureka");
    if (!named) {
      return segments.getFirst().equals("v2") ? 1 : 0;
    }
    boolean versioned =
        segments.size() > 1 && (segments.get(1).equals("v2") || segments.get(1).equals("v1"));
    return versioned ? 2 : 1;
  }
}

package io.roadstead.registry;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * How a service's requests are shared among its versions, in percent. Who routes draws the version
 * first and an instance of it then. A version that is not named gets nothing while one that has a
 * share can serve. Immutable.
 *
 * @param shares by version; they sum to 100, or there are none: all instances are alike
 */
public record Split(SortedMap<String, Integer> shares) {
  /** No split. */
  public static final Split NONE = new Split(Collections.emptySortedMap());

  private static final int WHOLE = 100;
  private static final int MAX_VERSIONS = 16;
  private static final int MAX_NAME = 128;

  public Split {
    shares = Collections.unmodifiableSortedMap(new TreeMap<>(shares));
  }

  /**
   * A split as somebody asks for it.
   *
   * @throws InvalidRegistration where it cannot be followed
   */
  public static Split of(Map<String, Integer> shares) {
    if (shares.isEmpty()) {
      throw refused("names no version: name those that get requests, such as 1.4=90 1.5=10");
    }
    if (shares.size() > MAX_VERSIONS) {
      throw refused("names " + shares.size() + " versions; the limit is " + MAX_VERSIONS);
    }
    int sum = 0;
    for (Map.Entry<String, Integer> each : shares.entrySet()) {
      String version = each.getKey();
      int share = each.getValue();
      if (version.isBlank() || version.length() > MAX_NAME) {
        throw refused(
            "names a version of "
                + version.length()
                + " characters; it must have 1 to "
                + MAX_NAME);
      }
      if (share < 0 || share > WHOLE) {
        throw refused(
            "gives version '"
                + version
                + "' "
                + share
                + "; a share is a whole number from 0 to 100");
      }
      sum += share;
    }
    if (sum != WHOLE) {
      throw refused("has shares that sum to " + sum + "; they must sum to " + WHOLE);
    }
    return new Split(new TreeMap<>(shares));
  }

  private static InvalidRegistration refused(String why) {
    return new InvalidRegistration("invalid-split", "the split " + why);
  }

  public boolean isNone() {
    return shares.isEmpty();
  }

  /** For a person: {@code 1.4 90 %, 1.5 10 %}. */
  public String words() {
    return isNone()
        ? "none"
        : shares.entrySet().stream()
            .map(each -> each.getKey() + " " + each.getValue() + " %")
            .collect(Collectors.joining(", "));
  }
}

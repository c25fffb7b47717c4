package io.roadstead.control.spec;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * One object of a document, read key by key. Each getter takes its key as known, tells {@link
 * Problems} of a wrong type or an impossible value and then answers as if the key were missing;
 * {@link #noMore} tells of the keys that nobody asked for. A null value counts as missing. Confined
 * to the thread that reads.
 */
public final class Section {
  private final @Nullable JsonNode tree;
  private final Place place;
  private final Problems problems;
  private final TreeSet<String> known = new TreeSet<>();

  private Section(@Nullable JsonNode tree, Place place, Problems problems) {
    this.tree = tree;
    this.place = place;
    this.problems = problems;
  }

  /** Reads {@code node}; a problem, and an empty section, where it is not an object. */
  public static Section of(@Nullable JsonNode node, Place place, Problems problems) {
    if (node == null || node.isNull()) {
      return new Section(null, place, problems);
    }
    if (!node.isObject()) {
      problems.add(place, "is " + kind(node) + ", a group of keys is expected");
      return new Section(null, place, problems);
    }
    return new Section(node, place, problems);
  }

  public Place place() {
    return place;
  }

  public boolean has(String key) {
    return node(key) != null;
  }

  /** The value itself, or null where it is missing. */
  public @Nullable JsonNode node(String key) {
    known.add(key);
    JsonNode node = tree == null ? null : tree.get(key);
    return node == null || node.isNull() ? null : node;
  }

  public Optional<String> text(String key) {
    JsonNode node = node(key);
    if (node == null) {
      return Optional.empty();
    }
    if (node.isString()) {
      return Optional.of(node.stringValue());
    }
    problem(key, "is " + kind(node) + ", text is expected" + quoteHint(node));
    return Optional.empty();
  }

  public boolean flag(String key, boolean fallback) {
    JsonNode node = node(key);
    if (node == null) {
      return fallback;
    }
    if (node.isBoolean()) {
      return node.booleanValue();
    }
    problem(key, "is " + kind(node) + ", true or false is expected");
    return fallback;
  }

  public int integer(String key, int fallback, int least, int most) {
    JsonNode node = node(key);
    if (node == null) {
      return fallback;
    }
    if (!node.isIntegralNumber()) {
      problem(
          key, "is " + kind(node) + ", a whole number from " + range(least, most) + " is expected");
      return fallback;
    }
    if (!node.canConvertToInt() || node.intValue() < least || node.intValue() > most) {
      problem(key, "is " + node.asString() + ", allowed are " + range(least, most));
      return fallback;
    }
    return node.intValue();
  }

  public double number(String key, double fallback, double least, double most) {
    JsonNode node = node(key);
    if (node == null) {
      return fallback;
    }
    if (!node.isNumber()) {
      problem(
          key, "is " + kind(node) + ", a number from " + least + " to " + most + " is expected");
      return fallback;
    }
    double value = node.asDouble();
    if (!(value >= least && value <= most)) {
      problem(key, "is " + node.asString() + ", allowed are " + least + " to " + most);
      return fallback;
    }
    return value;
  }

  public Duration duration(String key, Duration fallback, Duration least, Duration most) {
    JsonNode node = node(key);
    if (node == null) {
      return fallback;
    }
    Optional<Duration> value =
        node.isString() ? Quantities.duration(node.stringValue()) : Optional.empty();
    if (value.isEmpty()) {
      problem(key, "is " + shown(node) + ", a length of time such as 10s, 500ms or 2m is expected");
      return fallback;
    }
    if (value.get().compareTo(least) < 0 || value.get().compareTo(most) > 0) {
      problem(
          key,
          "is "
              + node.stringValue()
              + ", allowed are "
              + Quantities.text(least)
              + " to "
              + Quantities.text(most));
      return fallback;
    }
    return value.get();
  }

  /** A size in bytes, 0 and {@code least} to {@code most}. */
  public long bytes(String key, long fallback, long least, long most) {
    JsonNode node = node(key);
    if (node == null) {
      return fallback;
    }
    boolean readable = node.isString() || node.isIntegralNumber();
    OptionalLong value = readable ? Quantities.bytes(node.asString()) : OptionalLong.empty();
    if (value.isEmpty()) {
      problem(key, "is " + shown(node) + ", a size such as 256Mi or 1Gi is expected");
      return fallback;
    }
    long bytes = value.getAsLong();
    if (bytes != 0 && (bytes < least || bytes > most)) {
      problem(
          key,
          "is "
              + node.asString()
              + ", allowed are "
              + Quantities.text(least)
              + " to "
              + Quantities.text(most));
      return fallback;
    }
    return bytes;
  }

  /** A group whose keys are free and whose values are text, whole numbers or true and false. */
  public Map<String, String> texts(String key) {
    Map<String, String> values = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : children(key).entrySet()) {
      JsonNode node = entry.getValue();
      if (node.isString() || node.isIntegralNumber() || node.isBoolean()) {
        values.put(entry.getKey(), node.asString());
      } else {
        problems.add(
            place.key(key).key(entry.getKey()),
            "is " + kind(node) + ", text is expected" + quoteHint(node));
      }
    }
    return values;
  }

  /** The group under {@code key}, whose keys are free, in the document's order. */
  public Map<String, JsonNode> children(String key) {
    JsonNode node = node(key);
    Map<String, JsonNode> children = new LinkedHashMap<>();
    if (node == null) {
      return children;
    }
    if (!node.isObject()) {
      problem(key, "is " + kind(node) + ", a group of keys is expected");
      return children;
    }
    node.properties().forEach(entry -> children.put(entry.getKey(), entry.getValue()));
    return children;
  }

  /** The group under {@code key}; an empty one where it is missing. */
  public Section section(String key) {
    return of(node(key), place.key(key), problems);
  }

  /** The groups of the list under {@code key}. */
  public List<Section> sections(String key) {
    JsonNode node = node(key);
    List<Section> sections = new ArrayList<>();
    if (node == null) {
      return sections;
    }
    if (!node.isArray()) {
      problem(key, "is " + kind(node) + ", a list is expected");
      return sections;
    }
    for (int i = 0; i < node.size(); i++) {
      sections.add(of(node.get(i), place.key(key).index(i), problems));
    }
    return sections;
  }

  /** Tells of something wrong with a key's value. */
  public void problem(String key, String message) {
    problems.add(place.key(key), message);
  }

  /** Tells of the keys that no getter has asked for, each with the known one that is nearest. */
  public void noMore() {
    if (tree == null) {
      return;
    }
    for (Map.Entry<String, JsonNode> entry : tree.properties()) {
      if (!known.contains(entry.getKey())) {
        problems.add(
            place.key(entry.getKey()),
            "is not a known key"
                + nearest(entry.getKey()).map(near -> " (did you mean '" + near + "'?)").orElse("")
                + "; known are "
                + String.join(", ", known));
      }
    }
  }

  private Optional<String> nearest(String key) {
    String best = null;
    int least = Math.max(2, key.length() / 3) + 1;
    for (String candidate : known) {
      int distance = distance(key, candidate);
      if (distance < least) {
        least = distance;
        best = candidate;
      }
    }
    return Optional.ofNullable(best);
  }

  private static int distance(String a, String b) {
    if (Math.abs(a.length() - b.length()) > 8) {
      return Integer.MAX_VALUE;
    }
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int same =
            Character.toLowerCase(a.charAt(i - 1)) == Character.toLowerCase(b.charAt(j - 1))
                ? 0
                : 1;
        int next = Math.min(Math.min(row[j] + 1, row[j - 1] + 1), diagonal + same);
        diagonal = row[j];
        row[j] = next;
      }
    }
    return row[b.length()];
  }

  private static String range(int least, int most) {
    return least + " to " + most;
  }

  private static String quoteHint(JsonNode node) {
    return node.isNumber() || node.isBoolean()
        ? "; write it in quotes: \"" + node.asString() + "\""
        : "";
  }

  private static String shown(JsonNode node) {
    if (!node.isString()) {
      return kind(node);
    }
    String text = node.stringValue();
    return "'" + (text.length() > 40 ? text.substring(0, 40) + "…" : text) + "'";
  }

  private static String kind(JsonNode node) {
    if (node.isObject()) {
      return "a group of keys";
    }
    if (node.isArray()) {
      return "a list";
    }
    if (node.isNumber()) {
      return "the number " + node.asString();
    }
    return node.isBoolean() ? node.asString() : "text";
  }
}

package io.roadstead.gateway.filter;

import io.roadstead.gateway.http.Ascii;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The fields of a head, in their order. Names are compared whatever their case.
 *
 * <p>What frames a message, concerns one connection only or says who forwarded it belongs to the
 * gateway: such a field can be read, but not be changed. Confined to the thread of the filter.
 */
public final class Fields {
  static final int MOST_VALUE = 8192;

  private static final Set<String> GATEWAYS =
      Set.of(
          "connection",
          "content-length",
          "expect",
          "forwarded",
          "host",
          "keep-alive",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade");

  private record Line(String name, String value) {}

  private final List<Line> lines = new ArrayList<>();
  private boolean changed;

  Fields() {}

  /** Reads the lines after the first of a head that the gateway's parser has accepted. */
  static Fields of(String head) {
    Fields fields = new Fields();
    String[] all = head.split("\r\n", -1);
    for (int i = 1; i < all.length; i++) {
      int colon = all[i].indexOf(':');
      if (colon > 0) {
        fields.lines.add(new Line(all[i].substring(0, colon), all[i].substring(colon + 1).strip()));
      }
    }
    return fields;
  }

  /** The value of the first field of the name. */
  public Optional<String> first(String name) {
    return lines.stream()
        .filter(line -> line.name.equalsIgnoreCase(name))
        .map(Line::value)
        .findFirst();
  }

  /** The values of all fields of the name. */
  public List<String> all(String name) {
    return lines.stream()
        .filter(line -> line.name.equalsIgnoreCase(name))
        .map(Line::value)
        .toList();
  }

  /** The names of all fields, in order. */
  public List<String> names() {
    return lines.stream().map(Line::name).toList();
  }

  /**
   * Makes this the one field of the name.
   *
   * @throws IllegalArgumentException where it is no field that a filter may write
   */
  public void set(String name, String value) {
    check(name, value);
    lines.removeIf(line -> line.name.equalsIgnoreCase(name));
    lines.add(new Line(name, value));
    changed = true;
  }

  /**
   * Adds a field beside those of the same name.
   *
   * @throws IllegalArgumentException where it is no field that a filter may write
   */
  public void add(String name, String value) {
    check(name, value);
    lines.add(new Line(name, value));
    changed = true;
  }

  /**
   * Removes all fields of the name.
   *
   * @throws IllegalArgumentException where a filter may not do that
   */
  public void remove(String name) {
    check(name, "");
    changed |= lines.removeIf(line -> line.name.equalsIgnoreCase(name));
  }

  boolean changed() {
    return changed;
  }

  void write(StringBuilder out) {
    lines.forEach(line -> out.append(line.name).append(": ").append(line.value).append("\r\n"));
  }

  static void check(String name, String value) {
    String lower = name.toLowerCase(Locale.ROOT);
    if (GATEWAYS.contains(lower)
        || lower.startsWith("x-forwarded-")
        || lower.startsWith("proxy-connection")) {
      throw new IllegalArgumentException("the field " + name + " is the gateway's to write");
    }
    boolean token = !name.isEmpty() && name.length() <= 256;
    for (int i = 0; token && i < name.length(); i++) {
      char c = name.charAt(i);
      token = c < 0x80 && c != '_' && Ascii.isToken((byte) c);
    }
    if (!token) {
      throw new IllegalArgumentException(
          "'" + name + "' is not the name of a field: letters, digits and - are");
    }
    boolean clean = value.length() <= MOST_VALUE;
    for (int i = 0; clean && i < value.length(); i++) {
      char c = value.charAt(i);
      clean = c < 0x100 && Ascii.isValue((byte) c);
    }
    if (!clean) {
      throw new IllegalArgumentException(
          "the value of "
              + name
              + " has a control character or one beyond ISO 8859-1, or more than "
              + MOST_VALUE
              + " characters");
    }
  }
}

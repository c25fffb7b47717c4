package io.roadstead.gateway.forward;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a list of {@code Forwarded} (RFC 7239 section 4) says. Immutable.
 *
 * @param nodes who it came from, hop by hop, as {@code X-Forwarded-For} writes them: addresses
 *     without brackets and ports
 * @param proto of the hop nearest to the client that names one; else empty
 * @param host the same
 */
record ForwardedValue(List<String> nodes, String proto, String host) {
  /** A pair and what is behind it: a semicolon in one element, a comma or the end between two. */
  private static final Pattern PAIR =
      Pattern.compile(
          "[ \t]*([A-Za-z]+)=(?:\"((?:[^\"\\\\]|\\\\.)*)\"|([^\\s;,\"]+))[ \t]*(?:[;,]|$)");

  private static final Pattern NODE =
      Pattern.compile("\\[([0-9A-Fa-f:.]+)](?::.*)?|([^:\\[\\]]+)(?::.*)?");
  private static final Pattern SAFE_NODE = Pattern.compile("[0-9A-Za-z:._-]{1,128}");
  private static final Pattern SAFE_PROTO = Pattern.compile("[a-z][a-z0-9+.-]{0,31}");
  private static final Pattern SAFE_HOST = Pattern.compile("[0-9A-Za-z.:_\\[\\]-]{1,255}");

  ForwardedValue {
    nodes = List.copyOf(nodes);
  }

  /** Reads it as far as it can be read. */
  static ForwardedValue read(String text) {
    List<String> nodes = new ArrayList<>();
    String proto = "";
    String host = "";
    Matcher pair = PAIR.matcher(text);
    while (pair.lookingAt()) {
      String value =
          pair.group(3) != null ? pair.group(3) : pair.group(2).replaceAll("\\\\(.)", "$1");
      switch (pair.group(1).toLowerCase(Locale.ROOT)) {
        case "for" -> node(value, nodes);
        case "proto" ->
            proto = proto.isEmpty() ? safe(value.toLowerCase(Locale.ROOT), SAFE_PROTO) : proto;
        case "host" -> host = host.isEmpty() ? safe(value, SAFE_HOST) : host;
        default -> {
          // "by", and what extensions say.
        }
      }
      if (pair.end() == text.length()) {
        break;
      }
      pair.region(pair.end(), text.length());
    }
    return new ForwardedValue(nodes, proto, host);
  }

  private static void node(String value, List<String> nodes) {
    Matcher node = NODE.matcher(value);
    if (node.matches()) {
      String name = safe(node.group(1) != null ? node.group(1) : node.group(2), SAFE_NODE);
      if (!name.isEmpty()) {
        nodes.add(name);
      }
    }
  }

  private static String safe(String value, Pattern allowed) {
    return allowed.matcher(value).matches() ? value : "";
  }
}

package io.roadstead.gateway.filter;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The head of a request, for filters. Made of its bytes; what nobody asks for is never taken apart,
 * and where nothing is changed the bytes go on as they came. Confined to the thread of the filters.
 */
public final class FilterRequest {
  private final byte[] head;
  private final int pathStart;
  private final int targetEnd;
  private final String client;
  private final String route;
  private final Map<String, Object> notes = new HashMap<>();
  private String service;
  private boolean sentElsewhere;
  private @Nullable String text;
  private @Nullable Fields fields;
  private @Nullable String target;

  /**
   * @param head whole, with its empty line, accepted by the gateway's parser
   * @param pathStart where the path starts in it
   * @param targetEnd where the target ends
   * @param client where the request comes from
   * @param route its label
   * @param service of the route
   */
  public FilterRequest(
      byte[] head, int pathStart, int targetEnd, String client, String route, String service) {
    this.head = head.clone();
    this.pathStart = pathStart;
    this.targetEnd = targetEnd;
    this.client = client;
    this.route = route;
    this.service = service;
  }

  /** One for a test of a filter. */
  public static FilterRequest of(String method, String target, Map<String, String> fields) {
    StringBuilder head = new StringBuilder(method + " " + target + " HTTP/1.1\r\nHost: test\r\n");
    fields.forEach((name, value) -> head.append(name + ": " + value + "\r\n"));
    int path = method.length() + 1;
    return new FilterRequest(
        head.append("\r\n").toString().getBytes(ISO_8859_1),
        path,
        path + target.length(),
        "127.0.0.1",
        "/**",
        "test");
  }

  private String text() {
    String known = text;
    if (known == null) {
      known = new String(head, ISO_8859_1);
      text = known;
    }
    return known;
  }

  public String method() {
    return text().substring(0, text().indexOf(' '));
  }

  /** The path and the query, raw: as the client sent them, or as a filter has set them. */
  public String target() {
    String changed = target;
    if (changed != null) {
      return changed;
    }
    String sent = text().substring(pathStart, targetEnd);
    return sent.startsWith("/") ? sent : "/" + sent;
  }

  /** The path alone. */
  public String path() {
    String all = target();
    int question = all.indexOf('?');
    return question < 0 ? all : all.substring(0, question);
  }

  /** What follows the question mark. */
  public Optional<String> query() {
    String all = target();
    int question = all.indexOf('?');
    return question < 0 ? Optional.empty() : Optional.of(all.substring(question + 1));
  }

  /** The fields of the head. */
  public Fields fields() {
    Fields known = fields;
    if (known == null) {
      known = Fields.of(text());
      fields = known;
    }
    return known;
  }

  /** The address that the request comes from. */
  public String client() {
    return client;
  }

  /** The route that named the filter, as metrics name it. */
  public String route() {
    return route;
  }

  /** The service that the request goes to. */
  public String service() {
    return service;
  }

  /** What filters note on the request, for each other and for its answer. */
  public Map<String, Object> notes() {
    return notes;
  }

  /**
   * Asks the instance for this instead, exactly so: what the route would strip or rewrite is left
   * alone.
   *
   * @param pathAndQuery raw, starting with a slash
   */
  public void target(String pathAndQuery) {
    boolean clean = pathAndQuery.startsWith("/") && pathAndQuery.length() <= Fields.MOST_VALUE;
    for (int i = 0; clean && i < pathAndQuery.length(); i++) {
      char c = pathAndQuery.charAt(i);
      clean = c > ' ' && c < 0x7f && c != '#';
    }
    if (!clean) {
      throw new IllegalArgumentException(
          "'" + pathAndQuery + "' is not a path with or without a query: encode what is special");
    }
    target = pathAndQuery;
  }

  /** Sends the request to an instance of this service instead of the route's. */
  public void service(String name) {
    service = name;
    sentElsewhere = true;
  }

  /** Whether a filter has set the target. */
  public boolean targetSet() {
    return target != null;
  }

  /** Whether a filter has set the service. */
  public boolean serviceSet() {
    return sentElsewhere;
  }

  /** The head as it is now. */
  public byte[] bytes() {
    Fields known = fields;
    String wanted = target;
    if (wanted == null && (known == null || !known.changed())) {
      return head.clone();
    }
    String all = text();
    int lineEnd = all.indexOf("\r\n");
    StringBuilder out = new StringBuilder(all.length() + 256);
    if (wanted == null) {
      out.append(all, 0, lineEnd);
    } else {
      out.append(method()).append(' ').append(wanted);
      out.append(all, all.lastIndexOf(' ', lineEnd), lineEnd);
    }
    out.append("\r\n");
    fields().write(out);
    return out.append("\r\n").toString().getBytes(ISO_8859_1);
  }
}

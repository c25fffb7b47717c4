package io.roadstead.control.http;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Keeps web pages out: a page of another site cannot reach in with a browser's help, neither
 * directly ({@code Sec-Fetch-Site}, {@code Origin}) nor by a name of its own that resolves to this
 * machine ({@code Host}, DNS rebinding). Immutable, safe from any thread.
 *
 * <p>An address in {@code Host} cannot have been rebound, so where the server listens beyond
 * loopback any address is allowed; and where there are users any name is, for a page has none of
 * their secrets.
 */
public final class Guard {
  private static final Pattern ADDRESS = Pattern.compile("\\d+(\\.\\d+){3}|\\[[0-9a-f:.%]+]");
  private static final Pattern LOOPBACK = Pattern.compile("127(\\.\\d+){3}");

  private final Set<String> names;
  private final boolean anyAddress;
  private final boolean anyName;

  /**
   * @param names allowed besides the loopback ones, lower case, without port
   * @param beyondLoopback whether it listens where other machines reach it
   * @param users whether every call needs a credential
   */
  public Guard(Set<String> names, boolean beyondLoopback, boolean users) {
    this.names = Set.copyOf(names);
    this.anyAddress = beyondLoopback;
    this.anyName = beyondLoopback && users;
  }

  /**
   * @throws Refusal where the request may come from a web page, or says no host
   */
  void check(HttpServerRequest request) {
    if (request.headers().getAll("Host").size() > 1) {
      throw Refusal.invalid("host-repeated", "a request has one header Host, this one has more");
    }
    String host = request.getHeader("Host");
    if (host == null) {
      if (request.version() != HttpVersion.HTTP_1_0) {
        throw Refusal.invalid("host-missing", "an HTTP/1.1 request needs the header Host");
      }
    } else if (!allowed(host)) {
      throw new Refusal(
          403,
          "host-not-allowed",
          "Host '"
              + abbreviate(host)
              + "' is not a name of this control plane: call it by a loopback name or address, the"
              + " address it listens on, or a name that its configuration allows");
    }
    checkTarget(request.uri(), host);
    // Whoever repeats them may hide one behind another: all have to pass.
    boolean crossSite =
        has(request, "Sec-Fetch-Site", "cross-site"::equalsIgnoreCase)
            || has(request, "Origin", origin -> foreign(origin, host));
    if (crossSite) {
      throw new Refusal(
          403,
          "cross-site",
          "a web page of another site may not call the control plane; open it by its own address");
    }
  }

  private static boolean has(HttpServerRequest request, String header, Predicate<String> value) {
    return request.getHeader(header) != null
        && request.headers().getAll(header).stream().anyMatch(value);
  }

  /** An address in full names the host a second time, and by RFC 9112 before the header. */
  private static void checkTarget(@Nullable String target, @Nullable String host) {
    if (target == null || target.startsWith("/") || target.equals("*")) {
      return;
    }
    String authority;
    try {
      authority = new URI(target).getRawAuthority();
    } catch (URISyntaxException e) {
      authority = null;
    }
    if (authority == null) {
      throw Refusal.invalid(
          "malformed-target", "the target of a request is to be a path, or an address in full");
    }
    if (host == null || !authority.strip().equalsIgnoreCase(host.strip())) {
      throw Refusal.invalid(
          "host-mismatch",
          "the request's address names the host '"
              + abbreviate(authority)
              + "', its header Host '"
              + abbreviate(host == null ? "" : host)
              + "': they are to be the same");
    }
  }

  private boolean foreign(String origin, @Nullable String host) {
    try {
      URI page = new URI(origin);
      String authority = page.getRawAuthority();
      if (authority == null || !allowed(authority)) {
        return true;
      }
      // Another port of this machine is another program: a service's page behind the gateway.
      String usual = "https".equalsIgnoreCase(page.getScheme()) ? "443" : "80";
      return loopback(name(authority))
          && host != null
          && !port(authority, usual).equals(port(host, usual));
    } catch (URISyntaxException e) {
      return true;
    }
  }

  boolean allowed(String hostAndPort) {
    String host = name(hostAndPort);
    return loopback(host)
        || names.contains(host)
        || (anyAddress && ADDRESS.matcher(host).matches())
        || (anyName && !host.isEmpty());
  }

  private static boolean loopback(String host) {
    return host.equals("127.0.0.1")
        || host.equals("localhost")
        || host.endsWith(".localhost")
        || host.equals("[::1]")
        || LOOPBACK.matcher(host).matches();
  }

  /** Lower case, without the port and a root's dot. */
  private static String name(String hostAndPort) {
    String host = withoutPort(hostAndPort.strip().toLowerCase(Locale.ROOT));
    return host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
  }

  private static String port(String hostAndPort, String absent) {
    String whole = hostAndPort.strip();
    int length = withoutPort(whole).length();
    return length + 1 < whole.length() ? whole.substring(length + 1) : absent;
  }

  private static String withoutPort(String host) {
    int bracket = host.lastIndexOf(']');
    int colon = host.lastIndexOf(':');
    return colon > bracket ? host.substring(0, colon) : host;
  }

  private static String abbreviate(String text) {
    return text.length() <= 80 ? text : text.substring(0, 80) + "…";
  }
}

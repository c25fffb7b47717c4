package io.roadstead.control.http;

import io.roadstead.control.session.Sessions;
import io.roadstead.control.session.Sessions.Session;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;

/**
 * Finds out by a request's headers who calls: by {@code Authorization}, else by the session whose
 * cookie it has. A cookie comes along whoever made the browser send the request, so it counts only
 * from a page of this very origin, and a change also needs the session's second secret. Confined to
 * the event loop.
 */
public final class Login {
  /** What brings a session's second secret. */
  public static final String CSRF = "X-Roadstead-Csrf";

  private static final int MAX_SECRET = 128;

  private final Access access;
  private final Sessions sessions;
  private final String cookie;

  /**
   * @param cookie its name: cookies know no ports, so platforms of one host need different ones
   */
  public Login(Access access, Sessions sessions, String cookie) {
    this.access = access;
    this.sessions = sessions;
    this.cookie = cookie;
  }

  /**
   * @throws Refusal where the caller may not
   */
  Caller require(Endpoint endpoint, HttpServerRequest request) {
    String authorization = request.getHeader("Authorization");
    Caller caller =
        authorization == null && endpoint.needs() != Access.Needs.NOTHING
            ? bySession(request)
            : access.identify(authorization);
    access.require(endpoint.needs(), caller);
    return caller;
  }

  private Caller bySession(HttpServerRequest request) {
    Optional<String> id = id(request);
    if (id.isEmpty()) {
      return new Caller.Nobody();
    }
    boolean changes = !request.method().name().equals("GET") && !head(request);
    Optional<Session> session = sessions.use(id.get());
    if (session.isEmpty()) {
      if (changes) {
        throw new Refusal(
                401, "session-ended", "the login has ended, or the platform was restarted; log in")
            .header("WWW-Authenticate", "Bearer realm=\"roadstead\"");
      }
      return new Caller.Nobody();
    }
    if (changes) {
      requireCsrf(session.get(), request);
    }
    return new Caller.Operator(session.get().user());
  }

  private static void requireCsrf(Session session, HttpServerRequest request) {
    String secret = request.getHeader(CSRF);
    if (secret == null || secret.isEmpty()) {
      throw new Refusal(
          403,
          "csrf-missing",
          "a change by a login needs the header " + CSRF + " with the value that the login gave");
    }
    if (secret.length() > MAX_SECRET || !session.isCsrf(secret)) {
      throw new Refusal(
          403, "csrf-wrong", "the header " + CSRF + " is not that of this login; log in again");
    }
  }

  /** The live session of a request, whatever it asks for. */
  public Optional<Session> session(HttpServerRequest request) {
    return id(request).flatMap(sessions::use);
  }

  /** Whether the request brings both of the session's secrets. */
  public boolean mayChange(Session session, HttpServerRequest request) {
    String secret = request.getHeader(CSRF);
    return secret != null && secret.length() <= MAX_SECRET && session.isCsrf(secret);
  }

  /** Ends the session of a request, where it has one. */
  public void end(HttpServerRequest request) {
    id(request).ifPresent(sessions::end);
  }

  public String cookie() {
    return cookie;
  }

  /** A session's id that a page of this origin has sent along. */
  private Optional<String> id(HttpServerRequest request) {
    return sameOrigin(request) ? cookieValue(request) : Optional.empty();
  }

  private Optional<String> cookieValue(HttpServerRequest request) {
    String start = cookie + "=";
    for (String header : request.headers().getAll("Cookie")) {
      for (String pair : header.split(";", -1)) {
        String stripped = pair.strip();
        if (stripped.startsWith(start) && stripped.length() - start.length() <= MAX_SECRET) {
          return Optional.of(stripped.substring(start.length()));
        }
      }
    }
    return Optional.empty();
  }

  private static boolean sameOrigin(HttpServerRequest request) {
    String site = request.getHeader("Sec-Fetch-Site");
    if (site != null && !site.equals("same-origin") && !site.equals("none")) {
      return false;
    }
    String origin = request.getHeader("Origin");
    if (origin == null) {
      return true;
    }
    try {
      String authority = new URI(origin).getRawAuthority();
      return authority != null && authority.equalsIgnoreCase(request.getHeader("Host"));
    } catch (URISyntaxException e) {
      return false;
    }
  }

  /** For a browser's script a challenge of Basic would open the browser's own dialog. */
  static boolean byScript(HttpServerRequest request) {
    String mode = request.getHeader("Sec-Fetch-Mode");
    return request.getHeader(CSRF) != null
        || (mode != null && !mode.toLowerCase(Locale.ROOT).equals("navigate"));
  }

  private static boolean head(HttpServerRequest request) {
    return request.method().name().equals("HEAD");
  }
}

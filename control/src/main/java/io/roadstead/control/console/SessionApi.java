package io.roadstead.control.console;

import io.roadstead.control.http.Access;
import io.roadstead.control.http.Access.Needs;
import io.roadstead.control.http.Answer;
import io.roadstead.control.http.Call;
import io.roadstead.control.http.Caller;
import io.roadstead.control.http.Endpoint;
import io.roadstead.control.http.Login;
import io.roadstead.control.http.Refusal;
import io.roadstead.control.http.Responses;
import io.roadstead.control.session.LoginLimit;
import io.roadstead.control.session.Sessions;
import io.roadstead.control.session.Sessions.Session;
import io.roadstead.control.wire.Json;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Logging in and out. Confined to the event loop. */
public final class SessionApi {
  private static final Logger log = LoggerFactory.getLogger(SessionApi.class);
  private static final String PATH = "/api/v1/session";

  private final Access access;
  private final Login login;
  private final Sessions sessions;
  private final LoginLimit limit;

  public SessionApi(Access access, Login login, Sessions sessions, LoginLimit limit) {
    this.access = access;
    this.login = login;
    this.sessions = sessions;
    this.limit = limit;
  }

  public List<Endpoint> endpoints() {
    return List.of(
        Endpoint.streaming("GET", PATH, Needs.NOTHING, this::show),
        new Endpoint(
            "POST",
            PATH,
            Needs.NOTHING,
            Endpoint.Body.JSON,
            new Endpoint.Work.Streaming(this::open)),
        Endpoint.streaming("DELETE", PATH, Needs.NOTHING, this::end));
  }

  private void show(Call call, HttpServerRequest request) {
    Optional<Session> session = login.session(request);
    ObjectNode body = Json.object().put("loggedIn", session.isPresent());
    session.ifPresent(live -> body.put("user", live.user()));
    body.put("changing", session.isPresent() && login.mayChange(session.get(), request))
        .put("readingNeedsLogin", !access.open())
        .put("users", !access.open())
        .put("idleMillis", Sessions.IDLE.toMillis());
    Responses.send(request, Answer.json(200, body));
  }

  private void open(Call call, HttpServerRequest request) {
    String address = request.remoteAddress().hostAddress();
    String from = address == null ? "" : address;
    Duration wait = limit.wait(from);
    if (wait.isPositive()) {
      throw new Refusal(
              429,
              "too-many-logins",
              "too many wrong logins came from this address; try again in " + seconds(wait) + " s")
          .header("Retry-After", Long.toString(seconds(wait)));
    }
    JsonNode body = call.json();
    String user = body.path("user").asString("");
    String secret = body.path(user.isEmpty() ? "token" : "secret").asString("");
    if (secret.isEmpty()) {
      throw Refusal.invalid(
          "invalid-login", "a login is {\"token\": …}, or {\"user\": …, \"secret\": …}");
    }
    if (!(access.byLogin(user, secret.strip()) instanceof Caller.Operator(var name))) {
      limit.wrong(from);
      log.info("a login from {} was refused", from);
      throw new Refusal(
              401,
              "credential-unknown",
              user.isEmpty()
                  ? "this is not the platform's token: it is in the file 'token' of its data"
                      + " directory"
                  : "there is no such user with this secret")
          .header("WWW-Authenticate", "Bearer realm=\"roadstead\"");
    }
    limit.right(from);
    login.end(request);
    Sessions.Opened opened = sessions.open(name);
    Responses.send(
        request,
        Answer.json(
                200,
                Json.object()
                    .put("user", name)
                    .put("csrf", opened.csrf())
                    .put("idleMillis", Sessions.IDLE.toMillis()))
            .header(
                "Set-Cookie", cookie(opened.id(), Sessions.LONGEST.toSeconds(), request.isSSL())));
  }

  private void end(Call call, HttpServerRequest request) {
    login.end(request);
    Responses.send(
        request, Answer.noContent().header("Set-Cookie", cookie("", 0, request.isSSL())));
  }

  private String cookie(String value, long maxAgeSeconds, boolean tls) {
    return login.cookie()
        + "="
        + value
        + "; Path=/api/v1; Max-Age="
        + maxAgeSeconds
        + "; HttpOnly; SameSite=Strict"
        + (tls ? "; Secure" : "");
  }

  private static long seconds(Duration wait) {
    return Math.max(1, wait.plusMillis(999).toSeconds());
  }
}

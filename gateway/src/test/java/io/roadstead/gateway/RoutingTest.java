package io.roadstead.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.registry.HeaderEdits;
import io.roadstead.registry.PathForm;
import io.roadstead.registry.Route;
import io.roadstead.registry.RouteAction;
import io.roadstead.registry.RouteMatch;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Routes as clients and instances see them: which one has a request, and what it changes. */
@ExtendWith(NoLeaks.class)
@SuppressWarnings("StringConcatToTextBlock") // Line breaks are CR LF, and matter.
class RoutingTest {
  private final Harbour harbour = new Harbour();
  private final Origin app =
      Origin.answering(
          "HTTP/1.1 200 OK\r\nServer: app/1\r\nX-Frame-Options: SAMEORIGIN\r\n"
              + "Content-Length: 3\r\n\r\napp");
  private final Origin beta = Origin.saying("beta");

  @BeforeEach
  void register() {
    harbour.with(app).view.up("beta", "beta-1", beta.port());
  }

  @AfterEach
  void close() {
    harbour.close();
    app.close();
    beta.close();
  }

  private static Route to(String path) {
    return new Route("", path, true);
  }

  private static RouteMatch match(String header, String query, String cookie) {
    return new RouteMatch(
        false,
        List.of(),
        header.isEmpty() ? Map.of() : Map.of(header, "1"),
        query.isEmpty() ? Map.of() : Map.of(query, "1"),
        cookie.isEmpty() ? Map.of() : Map.of(cookie, "1"));
  }

  private static RouteAction redirect(int status, String to) {
    return new RouteAction(
        "",
        Optional.of(new RouteAction.Redirect(status, to)),
        HeaderEdits.NONE,
        new HeaderEdits(Map.of("cache-control", "no-store"), List.of()),
        Set.of());
  }

  private static RouteAction rewrite(String template) {
    return new RouteAction(
        template, Optional.empty(), HeaderEdits.NONE, HeaderEdits.NONE, Set.of());
  }

  private static RouteAction allow(PathForm... forms) {
    return new RouteAction("", Optional.empty(), HeaderEdits.NONE, HeaderEdits.NONE, Set.of(forms));
  }

  private RawClient.Answer ask(String line, String... headers) {
    try (RawClient client = harbour.client()) {
      StringBuilder request = new StringBuilder(line).append(" HTTP/1.1\r\n");
      if (headers.length == 0 || !headers[0].startsWith("Host:")) {
        request.append("Host: test\r\n");
      }
      for (String header : headers) {
        request.append(header).append("\r\n");
      }
      return client.send(request + "\r\n").answer();
    }
  }

  private static String line(Origin origin) {
    return origin.heads.getLast().lines().findFirst().orElseThrow();
  }

  @Test
  void requestsGoWhereTheirHostMethodHeadersQueryAndCookiesLead() {
    harbour
        .view
        .route("app", to("/x"))
        .route("beta", to("/x").with(match("x-beta", "", "")))
        .route("beta", to("/x").with(match("", "beta", "")))
        .route("beta", to("/x").with(match("", "", "beta")))
        .route("beta", new Route("*.beta.example", "/", true))
        .route(
            "beta",
            to("/x").with(new RouteMatch(false, List.of("PUT"), Map.of(), Map.of(), Map.of())));
    assertThat(ask("GET /x/1").body()).isEqualTo("app");
    assertThat(ask("GET /x/1", "X-Beta: 1").body()).isEqualTo("beta");
    assertThat(ask("GET /x/1?a=b&beta=1").body()).isEqualTo("beta");
    assertThat(ask("GET /x/1", "Cookie: a=b; beta=1").body()).isEqualTo("beta");
    assertThat(ask("PUT /x/1", "Content-Length: 0").body()).isEqualTo("beta");
    assertThat(ask("GET /x/1", "Host: eu.beta.example").body()).isEqualTo("beta");
    assertThat(ask("GET /x/1", "Host: beta.example").body()).isEqualTo("app");
    assertThat(line(beta)).isEqualTo("GET /x/1 HTTP/1.1");
  }

  @Test
  void aRewriteForwardsTheRawRestAndTheQuery() {
    harbour
        .view
        .route("app", to("/old").with(rewrite("/new/v2{rest}")))
        .route("app", to("/q").with(rewrite("/find?from=q")))
        .route("app", to("/all").with(rewrite("/in{path}")));
    ask("GET /old/a%20b;c=d?x=%2F");
    assertThat(line(app)).isEqualTo("GET /new/v2/a%20b;c=d?x=%2F HTTP/1.1");
    assertThat(app.heads.getLast()).doesNotContain("X-Forwarded-Prefix");
    ask("GET /o%6Cd");
    assertThat(line(app)).isEqualTo("GET /new/v2 HTTP/1.1");
    ask("GET /q?y=1");
    assertThat(line(app)).isEqualTo("GET /find?from=q&y=1 HTTP/1.1");
    ask("GET /all/x");
    assertThat(line(app)).isEqualTo("GET /in/all/x HTTP/1.1");
  }

  @Test
  void aRedirectIsAnsweredByTheGateway() {
    for (int status : RouteAction.Redirect.STATUSES) {
      harbour.view.route(
          "app", to("/r" + status).with(redirect(status, "https://{host}/to{rest}")));
    }
    for (int status : RouteAction.Redirect.STATUSES) {
      RawClient.Answer answer = ask("GET /r" + status + "/a%20b?c=d", "Host: shop.example:8080");
      assertThat(answer.status()).isEqualTo(status);
      assertThat(answer.header("Location")).isEqualTo("https://shop.example/to/a%20b?c=d");
      assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
      assertThat(answer.header("Date")).endsWith("GMT");
      assertThat(answer.body()).isEmpty();
    }
    assertThat(app.heads).isEmpty();
  }

  @Test
  void aConnectionGoesOnAfterARedirectAndEndsAfterOneWithABody() {
    harbour.view.route("app", to("/r").with(redirect(302, "/to")));
    try (RawClient client = harbour.client()) {
      assertThat(client.get("/r").status()).isEqualTo(302);
      assertThat(client.get("/app").body()).isEqualTo("app");
      client.send("POST /r HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
      assertThat(client.answer().header("Connection")).isEqualTo("close");
    }
  }

  @Test
  void headersAreSetInPlaceOfWhatCameAndTakenOff() {
    harbour.view.route(
        "app",
        to("/h")
            .with(
                new RouteAction(
                    "",
                    Optional.empty(),
                    new HeaderEdits(Map.of("x-tenant", "blue"), List.of("cookie", "x-debug")),
                    new HeaderEdits(Map.of("x-frame-options", "DENY"), List.of("server")),
                    Set.of())));
    RawClient.Answer answer =
        ask("GET /h", "X-Tenant: forged", "X-One: 1", "COOKIE: a=b", "X-Debug: y", "X-Two: 2");
    assertThat(app.heads.getLast())
        .startsWith("GET / HTTP/1.1\r\nHost: test\r\nX-One: 1\r\nX-Two: 2\r\nx-tenant: blue\r\n")
        .doesNotContain("forged", "a=b", "X-Debug");
    assertThat(answer.header("X-Frame-Options")).isEqualTo("DENY");
    assertThat(answer.head()).doesNotContain("app/1", "SAMEORIGIN");
    assertThat(answer.body()).isEqualTo("app");
    assertThat(ask("GET /app").header("Server")).isEqualTo("app/1");
  }

  @Test
  void ambiguousPathsAreRefusedUnlessTheRouteTakesThem() {
    harbour
        .view
        .route("app", to("/s"))
        .route("app", to("/files").with(allow(PathForm.ENCODED_SLASH)))
        .route("app", to("/cdn").with(allow(PathForm.DOUBLE_SLASH)));
    for (String path :
        List.of(
            "/s/a%2fb",
            "/s//b",
            "//s",
            "/s/..",
            "/s/%2e%2E/x",
            "/s/./x",
            "/s\\x",
            "/s/%5c",
            "/s/%00",
            "/s/%",
            "/files/a//b",
            "/files/a%2f..%2fb",
            "/files/%2e",
            "/cdn/a%2Fb",
            "/cdn//..",
            "/nowhere//x")) {
      RawClient.Answer answer = ask("GET " + path);
      assertThat(answer.status()).as(path).isEqualTo(400);
      assertThat(answer.header("X-Roadstead-Reason")).as(path).isEqualTo("bad-request");
    }
    assertThat(app.heads).isEmpty();
    assertThat(ask("GET /files/group%2Fproject/x").status()).isEqualTo(200);
    assertThat(line(app)).isEqualTo("GET /group%2Fproject/x HTTP/1.1");
    assertThat(ask("GET /cdn/https://a/b").status()).isEqualTo(200);
    assertThat(line(app)).isEqualTo("GET /https://a/b HTTP/1.1");
    assertThat(ask("GET /s?next=//x%2f..%00").status()).isEqualTo(200);
  }
}

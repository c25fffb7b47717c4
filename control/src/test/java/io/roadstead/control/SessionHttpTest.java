package io.roadstead.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.control.session.Sessions;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SessionHttpTest {
  private static final String CHANGE = "/api/v1/registry/orders/a";
  private static final String BODY = "{\"host\":\"127.0.0.1\",\"port\":20001}";

  private MemoryPlatform platform = MemoryPlatform.open();

  @AfterEach
  void close() {
    platform.close();
  }

  private record Login(String cookie, String csrf) {}

  private HttpResponse<String> tryLogin(String body) throws Exception {
    return platform.send(
        platform
            .request("/api/v1/session")
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body)));
  }

  private Login login() throws Exception {
    return of(tryLogin("{\"token\":\"" + MemoryPlatform.TOKEN + "\"}"));
  }

  private static Login of(HttpResponse<String> answer) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    String cookie = answer.headers().firstValue("Set-Cookie").orElseThrow();
    return new Login(
        cookie.substring(0, cookie.indexOf(';')),
        MemoryPlatform.json(answer).path("csrf").asString());
  }

  private HttpRequest.Builder change(Login login) {
    return platform
        .request(CHANGE)
        .header("Content-Type", "application/json")
        .header("Cookie", "other=1; " + login.cookie())
        .PUT(BodyPublishers.ofString(BODY));
  }

  private HttpResponse<String> changed(Login login) throws Exception {
    return platform.send(change(login).header("X-Roadstead-Csrf", login.csrf()));
  }

  private static String code(HttpResponse<String> answer) {
    return answer.statusCode() + " " + MemoryPlatform.json(answer).path("code").asString("");
  }

  @Test
  void theTokenOpensASessionThatMayChangeThings() throws Exception {
    HttpResponse<String> answer = tryLogin("{\"token\":\"" + MemoryPlatform.TOKEN + "\"}");
    String cookie = answer.headers().firstValue("Set-Cookie").orElseThrow();
    assertThat(cookie)
        .matches(
            "roadstead_session_p1=[A-Za-z0-9_-]{43}; Path=/api/v1; Max-Age=604800; HttpOnly;"
                + " SameSite=Strict");
    assertThat(answer.body()).doesNotContain(cookie.split("[=;]", -1)[1], MemoryPlatform.TOKEN);
    assertThat(answer.headers().firstValue("Cache-Control")).contains("no-store");
    Login login = of(answer);
    assertThat(login.csrf()).matches("[A-Za-z0-9_-]{43}");
    assertThat(changed(login).statusCode()).isEqualTo(201);
    Login other = login();
    assertThat(other.cookie()).isNotEqualTo(login.cookie());
    assertThat(other.csrf()).isNotEqualTo(login.csrf());
  }

  @Test
  void theCookieAloneChangesNothing() throws Exception {
    Login login = login();
    assertThat(code(platform.send(change(login)))).isEqualTo("403 csrf-missing");
    Login other = login();
    assertThat(code(platform.send(change(login).header("X-Roadstead-Csrf", other.csrf()))))
        .isEqualTo("403 csrf-wrong");
    assertThat(code(platform.send(change(login).header("X-Roadstead-Csrf", "x".repeat(20_000)))))
        .isEqualTo("403 csrf-wrong");
    for (String from : List.of("same-site", "cross-site")) {
      assertThat(
              platform
                  .send(
                      change(login)
                          .header("X-Roadstead-Csrf", login.csrf())
                          .header("Sec-Fetch-Site", from))
                  .statusCode())
          .as(from)
          .isIn(401, 403);
    }
    assertThat(
            platform
                .send(
                    change(login)
                        .header("X-Roadstead-Csrf", login.csrf())
                        .header("Origin", "http://localhost:" + platform.port()))
                .statusCode())
        .as("another name of the same server is another origin")
        .isEqualTo(401);
    assertThat(platform.registry.snapshot().services()).isEmpty();
    assertThat(
            platform
                .send(
                    change(login)
                        .header("X-Roadstead-Csrf", login.csrf())
                        .header("Sec-Fetch-Site", "same-origin")
                        .header("Origin", "http://127.0.0.1:" + platform.port()))
                .statusCode())
        .isEqualTo(201);
  }

  @Test
  void aPageLearnsWhetherItMayChangeThings() throws Exception {
    assertThat(platform.getJson("/api/v1/session").toString())
        .isEqualTo(
            "{\"loggedIn\":false,\"changing\":false,\"readingNeedsLogin\":false,\"users\":false,"
                + "\"idleMillis\":43200000}");
    Login login = login();
    HttpRequest.Builder asked =
        platform.request("/api/v1/session").header("Cookie", login.cookie());
    assertThat(platform.send(asked).body())
        .contains("\"loggedIn\":true,\"user\":\"token\",\"changing\":false")
        .doesNotContain(login.csrf());
    assertThat(platform.send(asked.header("X-Roadstead-Csrf", login.csrf())).body())
        .contains("\"changing\":true");
  }

  @Test
  void aSessionEndsTwelveHoursAfterItsLastUse() throws Exception {
    Login login = login();
    platform.pass(Sessions.IDLE.minusMinutes(1));
    assertThat(changed(login).statusCode()).isEqualTo(201);
    platform.pass(Sessions.IDLE.minusMinutes(1));
    assertThat(changed(login).statusCode()).isEqualTo(200);
    platform.pass(Sessions.IDLE);
    HttpResponse<String> ended = changed(login);
    assertThat(code(ended)).isEqualTo("401 session-ended");
    assertThat(ended.headers().firstValue("WWW-Authenticate").orElse("")).startsWith("Bearer");
    HttpRequest.Builder reading =
        platform.request("/api/v1/services").header("Cookie", login.cookie());
    assertThat(platform.send(reading).statusCode()).isEqualTo(200);
  }

  @Test
  void aSessionEndsSevenDaysAfterItsLoginHoweverMuchItIsUsed() throws Exception {
    Login login = login();
    Duration step = Duration.ofHours(11);
    for (Duration age = step; age.compareTo(Sessions.LONGEST) < 0; age = age.plus(step)) {
      platform.pass(step);
      assertThat(changed(login).statusCode()).as(age.toString()).isIn(200, 201);
    }
    platform.pass(step);
    assertThat(code(changed(login))).isEqualTo("401 session-ended");
  }

  @Test
  void loggingOutEndsTheSession() throws Exception {
    Login login = login();
    HttpResponse<String> out =
        platform.send(
            platform.request("/api/v1/session").header("Cookie", login.cookie()).DELETE());
    assertThat(out.statusCode()).isEqualTo(204);
    assertThat(out.headers().firstValue("Set-Cookie").orElse("")).contains("Max-Age=0");
    assertThat(code(changed(login))).isEqualTo("401 session-ended");
    assertThat(platform.send(platform.request("/api/v1/session").DELETE()).statusCode())
        .isEqualTo(204);
  }

  @Test
  void whoGuessesIsMadeToWait() throws Exception {
    String wrong = "{\"token\":\"wrong\"}";
    for (int i = 0; i < 10; i++) {
      HttpResponse<String> refused = tryLogin(wrong);
      assertThat(code(refused)).isEqualTo("401 credential-unknown");
      assertThat(refused.headers().firstValue("Set-Cookie")).isEmpty();
    }
    HttpResponse<String> limited = tryLogin("{\"token\":\"" + MemoryPlatform.TOKEN + "\"}");
    assertThat(code(limited)).isEqualTo("429 too-many-logins");
    assertThat(Integer.parseInt(limited.headers().firstValue("Retry-After").orElseThrow()))
        .isBetween(1, 60);
    platform.pass(Duration.ofMinutes(1));
    login();
    assertThat(code(tryLogin(wrong))).isEqualTo("401 credential-unknown");
    login();
  }

  @Test
  void aLoginIsAWholeOne() throws Exception {
    for (String body : List.of("{}", "{\"token\":\"\"}", "{\"user\":\"team\"}", "[]", "{")) {
      assertThat(tryLogin(body).statusCode()).as(body).isEqualTo(400);
    }
    assertThat(
            platform
                .send(
                    platform
                        .request("/api/v1/session")
                        .header("Content-Type", "text/plain")
                        .POST(BodyPublishers.ofString("{}")))
                .statusCode())
        .isEqualTo(415);
    assertThat(tryLogin("{\"token\":\"" + "x".repeat(5_000) + "\"}").statusCode()).isEqualTo(401);
  }

  @Test
  void withUsersEachLogsInByNameAndReadsByTheCookie() throws Exception {
    platform.close();
    platform = new MemoryPlatform("e1", 0, Map.of("team", "a secret"), List.of());
    assertThat(platform.getJson("/api/v1/session").toString())
        .contains("\"readingNeedsLogin\":true,\"users\":true");
    assertThat(tryLogin("{\"user\":\"team\",\"secret\":\"another\"}").statusCode()).isEqualTo(401);
    HttpResponse<String> answer = tryLogin("{\"user\":\"team\",\"secret\":\"a secret\"}");
    assertThat(answer.body()).contains("\"user\":\"team\"");
    Login login = of(answer);
    HttpResponse<String> stranger =
        platform.send(platform.request("/api/v1/services").header("X-Roadstead-Csrf", "none"));
    assertThat(stranger.statusCode()).isEqualTo(401);
    assertThat(stranger.headers().firstValue("WWW-Authenticate").orElse(""))
        .as("no dialog of the browser's own")
        .startsWith("Bearer");
    assertThat(
            platform
                .send(platform.request("/api/v1/services").header("Cookie", login.cookie()))
                .statusCode())
        .isEqualTo(200);
    assertThat(
            platform
                .send(
                    platform
                        .request("/api/v1/services")
                        .header("Cookie", login.cookie())
                        .header("Sec-Fetch-Site", "same-site"))
                .statusCode())
        .as("a page of another port")
        .isEqualTo(401);
    assertThat(changed(login).statusCode()).isEqualTo(201);
  }

  @Test
  void aCredentialInTheHeaderNeedsNoCookie() throws Exception {
    Login login = login();
    HttpRequest.Builder both =
        change(login).header("Authorization", "Bearer " + MemoryPlatform.TOKEN);
    assertThat(platform.send(both).statusCode()).isEqualTo(201);
    HttpRequest.Builder wrong = change(login).header("Authorization", "Bearer wrong");
    assertThat(platform.send(wrong).statusCode()).isEqualTo(401);
  }
}

package io.roadstead.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PageFilesHttpTest {
  private static MemoryPlatform platform;

  @BeforeAll
  static void open() {
    platform = new MemoryPlatform("e1", 0, Map.of("team", "a secret"), List.of());
  }

  @AfterAll
  static void close() {
    platform.close();
  }

  private static String header(HttpResponse<?> answer, String name) {
    return answer.headers().firstValue(name).orElse("");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/services",
        "/services/orders",
        "/services/orders/instances/a.b",
        "/instances/orders-1",
        "/rollouts",
        "/rollouts/r1",
        "/logs/orders",
        "/events",
        "/routes",
        "/subscribers",
        "/login",
        "/login?from=here"
      })
  void everyPageIsTheConsoleAndNeedsNoLogin(String path) throws Exception {
    HttpResponse<String> page = platform.get(path);
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(header(page, "Content-Type")).isEqualTo("text/html; charset=utf-8");
    assertThat(page.body()).contains("<title>Roadstead");
    assertSecured(page);
  }

  private static void assertSecured(HttpResponse<?> page) {
    assertThat(header(page, "Content-Security-Policy"))
        .contains(
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "connect-src 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'")
        .doesNotContain("unsafe");
    assertThat(header(page, "X-Content-Type-Options")).isEqualTo("nosniff");
    assertThat(header(page, "Referrer-Policy")).isEqualTo("no-referrer");
    assertThat(header(page, "Cross-Origin-Opener-Policy")).isEqualTo("same-origin");
    assertThat(header(page, "X-Frame-Options")).isEqualTo("DENY");
  }

  @Test
  void filesHaveTheirTypeAndAreFreshOrUnchanged() throws Exception {
    HttpResponse<String> css = platform.get("/console/deep/test-only.css");
    assertThat(css.statusCode()).isEqualTo(200);
    assertThat(header(css, "Content-Type")).isEqualTo("text/css; charset=utf-8");
    assertThat(header(css, "Cache-Control")).isEqualTo("no-cache");
    assertSecured(css);
    String tag = header(css, "ETag");
    assertThat(tag).matches("\"[0-9a-f]{32}\"");
    for (String known : List.of(tag, "W/" + tag, "\"other\", " + tag)) {
      HttpResponse<String> same =
          platform.send(
              platform.request("/console/deep/test-only.css").header("If-None-Match", known));
      assertThat(same.statusCode()).as(known).isEqualTo(304);
      assertThat(same.body()).isEmpty();
      assertThat(header(same, "ETag")).isEqualTo(tag);
    }
    assertThat(
            platform
                .send(
                    platform
                        .request("/console/deep/test-only.css")
                        .header("If-None-Match", "\"other\""))
                .statusCode())
        .isEqualTo(200);
    HttpResponse<String> head =
        platform.send(
            platform
                .request("/console/deep/test-only.css")
                .method("HEAD", BodyPublishers.noBody()));
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
    assertThat(header(head, "Content-Length")).isEqualTo(Integer.toString(css.body().length()));
  }

  @Test
  void librariesAreFoundWithoutTheirVersion() throws Exception {
    HttpResponse<String> lib = platform.get("/webjars/testlib/dist/lib.mjs");
    assertThat(lib.statusCode()).isEqualTo(200);
    assertThat(lib.body()).contains("42");
    assertThat(header(lib, "Content-Type")).isEqualTo("text/javascript; charset=utf-8");
    assertThat(platform.get("/webjars/otherlib/dist/lib.mjs").statusCode()).isEqualTo(404);
    assertThat(platform.get("/webjars/testlib").statusCode()).isEqualTo(404);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/console/nothing.js",
        "/console/deep",
        "/console/deep/",
        "/console/",
        "/console/deep/test-only.secret",
        "/console/../io/roadstead/control/api/openapi.yaml",
        "/console/deep/../../META-INF/resources/webjars/testlib/1.2.3/dist/lib.mjs",
        "/console/%2e%2e/META-INF/resources/webjars/testlib/1.2.3/dist/lib.mjs",
        "/console/deep%2f..%2f..%2fMETA-INF/resources/webjars/testlib/1.2.3/dist/lib.mjs",
        "/console/..%5cdeep%5ctest-only.css",
        "/console/deep/./test-only.css",
        "/console//deep/test-only.css",
        "/console/deep/test-only.css%00",
        "/console/deep/test-only.css/",
        "/webjars/../../../console/deep/test-only.css",
        "/webjars/testlib/../../../../../console/deep/test-only.css",
        "/webjars/..%2ftestlib/dist/lib.mjs"
      })
  void nothingElseOfTheClassPathIsServed(String path) throws Exception {
    // By a plain socket: a client would tidy the path up.
    String answer = raw("GET " + path + " HTTP/1.0\r\nHost: localhost\r\n\r\n");
    assertThat(answer).startsWith("HTTP/1.0 404 ").contains("application/problem+json");
    assertThat(answer).contains("\"code\":\"unknown-path\"").contains("Content-Security-Policy");
  }

  @Test
  void aMalformedPathIsRefused() throws Exception {
    assertThat(raw("GET /console/%zz.js HTTP/1.0\r\nHost: localhost\r\n\r\n"))
        .startsWith("HTTP/1.0 400 ");
    assertThat(platform.get("/nowhere").statusCode()).isEqualTo(404);
    assertThat(
            platform
                .send(platform.request("/").POST(BodyPublishers.noBody()))
                .headers()
                .firstValue("Allow"))
        .contains("GET, HEAD");
  }

  private static String raw(String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), platform.port())) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}

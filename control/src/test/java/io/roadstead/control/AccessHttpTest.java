package io.roadstead.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.roadstead.control.api.GatewayKeyApi;
import io.roadstead.control.mount.Mount;
import io.roadstead.control.mount.MountedAnswer;
import io.roadstead.control.mount.MountedRequest;
import io.roadstead.rollout.Launch;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AccessHttpTest {
  private static final String BODY = "{\"host\":\"127.0.0.1\",\"port\":20001}";
  private static final List<MountedRequest> mounted = new ArrayList<>();

  private static Mount echo() {
    mounted.clear();
    return new Mount(
        List.of("/eureka", "/v2"),
        request -> {
          mounted.add(request);
          return new MountedAnswer(
              418,
              Map.of("Content-Type", "text/x-echo"),
              (request.method() + " " + request.rawPath() + "?" + request.rawQuery())
                  .getBytes(StandardCharsets.UTF_8));
        });
  }

  private static int put(MemoryPlatform platform, String path, String authorization)
      throws Exception {
    var request =
        platform
            .request(path)
            .header("Content-Type", "application/json")
            .PUT(BodyPublishers.ofString(BODY));
    return platform
        .send(authorization.isEmpty() ? request : request.header("Authorization", authorization))
        .statusCode();
  }

  private static String basic(String user, String secret) {
    return "Basic "
        + Base64.getEncoder()
            .encodeToString((user + ":" + secret).getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void changingNeedsTheTokenAndReadingDoesNot() throws Exception {
    try (MemoryPlatform platform = MemoryPlatform.open()) {
      String path = "/api/v1/registry/orders/a";
      assertThat(platform.get("/api/v1/services").statusCode()).isEqualTo(200);
      assertThat(put(platform, path, "")).isEqualTo(401);
      assertThat(put(platform, path, "Bearer wrong")).isEqualTo(401);
      assertThat(put(platform, path, "Basic !!!")).isEqualTo(401);
      assertThat(put(platform, path, basic("anyone", "wrong"))).isEqualTo(401);
      assertThat(platform.registry.snapshot().services()).isEmpty();
      assertThat(put(platform, path, "Bearer " + MemoryPlatform.TOKEN)).isEqualTo(201);
      assertThat(put(platform, path, basic("anyone", MemoryPlatform.TOKEN))).isEqualTo(200);
      for (String change :
          List.of(
              "PUT /api/v1/services/x",
              "DELETE /api/v1/services/x",
              "POST /api/v1/services/x/scale",
              "POST /api/v1/rollouts/x/abort",
              "POST /api/v1/instances/x/drain",
              "POST /api/v1/registry/x/release",
              "POST /api/v1/gateways/g/refused",
              "PUT /api/v1/artifacts/" + "0".repeat(64))) {
        String[] words = change.split(" ", -1);
        HttpResponse<String> refused =
            platform.send(platform.request(words[1]).method(words[0], BodyPublishers.noBody()));
        assertThat(refused.statusCode()).as(change).isEqualTo(401);
        assertThat(refused.headers().firstValue("WWW-Authenticate")).isPresent();
      }
    }
  }

  @Test
  void anInstancesTokenSpeaksForThatInstanceOnly() throws Exception {
    try (MemoryPlatform platform = MemoryPlatform.open()) {
      assertThat(
              platform.send("PUT", "/api/v1/services/orders", "{\"command\":\"run\"}").statusCode())
          .isEqualTo(202);
      await().until(() -> !platform.launches.isEmpty());
      Launch launch = platform.launches.values().iterator().next();
      String own = "Bearer " + launch.token();
      await()
          .untilAsserted(
              () ->
                  assertThat(put(platform, "/api/v1/registry/orders/" + launch.id(), own))
                      .isIn(200, 201));
      assertThat(put(platform, "/api/v1/registry/payments/other-id", own)).isIn(200, 201);
      var other =
          platform
              .request("/api/v1/registry/payments/other")
              .header("Content-Type", "application/json")
              .header("Authorization", own)
              .PUT(BodyPublishers.ofString("{\"host\":\"127.0.0.1\",\"port\":9999}"));
      assertThat(platform.send(other).statusCode()).isEqualTo(403);
      assertThat(put(platform, "/api/v1/services/orders", own)).isEqualTo(403);
      try (EventReader itself =
              new EventReader(
                  platform.port(),
                  "/api/v1/watch?subscriber=" + launch.id(),
                  "Authorization: " + own);
          EventReader another =
              new EventReader(
                  platform.port(), "/api/v1/watch?subscriber=g1", "Authorization: " + own)) {
        assertThat(itself.status).isEqualTo(200);
        assertThat(another.status).isEqualTo(403);
      }
    }
  }

  @Test
  void withUsersEveryCallForDataNeedsACredential() throws Exception {
    Map<String, String> users =
        Map.of("team", "plain secret", "ops", "sha256:" + MemoryPlatform.sha256("hashed"));
    try (MemoryPlatform platform = new MemoryPlatform("e1", 0, users, List.of(echo()))) {
      assertThat(platform.get("/health/live").statusCode()).isEqualTo(200);
      for (String path : List.of("/api/v1/registry", "/metrics", "/eureka/apps")) {
        assertThat(platform.get(path).statusCode()).as(path).isEqualTo(401);
      }
      assertThat(mounted).isEmpty();
      for (String credential :
          List.of(
              basic("team", "plain secret"),
              basic("ops", "hashed"),
              "Bearer " + MemoryPlatform.TOKEN)) {
        assertThat(
                platform
                    .send(platform.request("/api/v1/registry").header("Authorization", credential))
                    .statusCode())
            .isEqualTo(200);
        assertThat(put(platform, "/api/v1/registry/orders/a", credential)).isIn(200, 201);
      }
      assertThat(
              platform
                  .send(
                      platform
                          .request("/api/v1/registry")
                          .header("Authorization", basic("ops", "sha256")))
                  .statusCode())
          .isEqualTo(401);
    }
  }

  @Test
  void aMountedPathGetsTheRequestAsItCame() throws Exception {
    try (MemoryPlatform platform = new MemoryPlatform("e1", 0, Map.of(), List.of(echo()))) {
      HttpResponse<String> answer =
          platform.send(
              platform
                  .request("/eureka/apps/A%20B?x=1&y=%2F")
                  .header("X-One", "1")
                  .POST(BodyPublishers.ofString("body")));
      assertThat(answer.statusCode()).isEqualTo(418);
      assertThat(answer.body()).isEqualTo("POST /eureka/apps/A%20B?x=1&y=%2F");
      assertThat(answer.headers().firstValue("Content-Type")).contains("text/x-echo");
      assertThat(mounted.getFirst().body()).asString(StandardCharsets.UTF_8).isEqualTo("body");
      assertThat(mounted.getFirst().remoteAddress()).isEqualTo("127.0.0.1");
      assertThat(platform.get("/v2/apps").statusCode()).isEqualTo(418);
      assertThat(platform.get("/eurekas").statusCode()).isEqualTo(404);
      HttpResponse<String> large =
          platform.send(
              platform
                  .request("/eureka/apps/X")
                  .POST(BodyPublishers.ofByteArray(new byte[2 << 20])));
      assertThat(large.statusCode()).isEqualTo(413);
    }
  }

  @Test
  void aHostThatIsNotOursIsRefused() throws Exception {
    try (MemoryPlatform platform = new MemoryPlatform("e1", 0, Map.of(), List.of(echo()))) {
      for (String host :
          List.of(
              "localhost",
              "LOCALHOST:1",
              "127.0.0.1:8761",
              "127.1.2.3",
              "[::1]:9",
              "app.localhost",
              "roadstead.example:80")) {
        assertThat(raw(platform, "GET /health/live HTTP/1.1\r\nHost: " + host + "\r\n"))
            .as(host)
            .startsWith("HTTP/1.1 200");
      }
      for (String host :
          List.of(
              "evil.example",
              "127.0.0.1.evil.example",
              "10.0.0.1",
              "localhost.evil",
              "",
              "[::2]")) {
        for (String path : List.of("/api/v1/registry", "/eureka/apps")) {
          assertThat(raw(platform, "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n"))
              .as(host)
              .startsWith("HTTP/1.1 403")
              .contains("host-not-allowed");
        }
      }
      assertThat(raw(platform, "GET / HTTP/1.1\r\n")).startsWith("HTTP/1.1 400");
      assertThat(mounted).isEmpty();
    }
  }

  @Test
  void aPageOfAnotherSiteIsRefused() throws Exception {
    try (MemoryPlatform platform = MemoryPlatform.open()) {
      String start = "GET /api/v1/registry HTTP/1.1\r\nHost: localhost\r\n";
      assertThat(raw(platform, start + "Sec-Fetch-Site: cross-site\r\n"))
          .startsWith("HTTP/1.1 403")
          .contains("cross-site");
      assertThat(raw(platform, start + "Origin: https://evil.example\r\n"))
          .startsWith("HTTP/1.1 403");
      assertThat(raw(platform, start + "Origin: null\r\n")).startsWith("HTTP/1.1 403");
      assertThat(raw(platform, start + "Sec-Fetch-Site: same-origin\r\n"))
          .startsWith("HTTP/1.1 200");
      assertThat(raw(platform, start + "Origin: http://localhost\r\n")).startsWith("HTTP/1.1 200");
    }
  }

  @Test
  void aPageOfAnotherPortOfThisMachineIsRefused() throws Exception {
    try (MemoryPlatform platform = MemoryPlatform.open()) {
      String start = "GET /eureka/apps HTTP/1.1\r\nHost: localhost:8761\r\n";
      for (String page :
          List.of("http://localhost:8080", "http://127.0.0.1:8080", "http://localhost")) {
        assertThat(raw(platform, start + "Origin: " + page + "\r\n"))
            .as(page)
            .startsWith("HTTP/1.1 403")
            .contains("cross-site");
      }
      for (String page : List.of("http://localhost:8761", "http://127.0.0.1:8761")) {
        assertThat(raw(platform, start + "Origin: " + page + "\r\n"))
            .as(page)
            .doesNotContain("cross-site");
      }
    }
  }

  @Test
  void aSecondHostIsRefused() throws Exception {
    try (MemoryPlatform platform = MemoryPlatform.open()) {
      assertThat(
              raw(
                  platform,
                  "GET /health/live HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n"))
          .startsWith("HTTP/1.1 400")
          .contains("host-repeated");
    }
  }

  @Test
  void everyOneOfRepeatedHeadersHasToPass() throws Exception {
    try (MemoryPlatform platform = MemoryPlatform.open()) {
      String start = "GET /api/v1/registry HTTP/1.1\r\nHost: localhost\r\n";
      for (String headers :
          List.of(
              "Sec-Fetch-Site: same-origin\r\nSec-Fetch-Site: cross-site\r\n",
              "Origin: http://localhost\r\nOrigin: https://evil.example\r\n",
              "Origin: https://evil.example\r\nOrigin: http://localhost\r\n")) {
        assertThat(raw(platform, start + headers)).as(headers).startsWith("HTTP/1.1 403");
      }
    }
  }

  @Test
  void anAddressInFullNamesTheHostOfTheHeader() throws Exception {
    try (MemoryPlatform platform = MemoryPlatform.open()) {
      for (String target : List.of("http://evil.example/health/live", "nonsense", "//[/x")) {
        assertThat(raw(platform, "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n"))
            .as(target)
            .matches("(?s)HTTP/1.1 40[04] .*");
      }
      assertThat(
              raw(platform, "GET http://evil.example/health/live HTTP/1.1\r\nHost: localhost\r\n"))
          .contains("host-mismatch", "'evil.example'", "'localhost'");
      assertThat(
              raw(
                  platform,
                  "GET http://evil.example/health/live HTTP/1.1\r\nHost: evil.example\r\n"))
          .startsWith("HTTP/1.1 403")
          .contains("host-not-allowed");
      assertThat(raw(platform, "GET http://LOCALHOST/health/live HTTP/1.1\r\nHost: localhost\r\n"))
          .startsWith("HTTP/1.1 200");
    }
  }

  @Test
  void aHeaderThatGoesOnInTheNextLineIsRefused() throws Exception {
    String live = "GET /health/live HTTP/1.1\r\nHost: localhost\r\n";
    String json = "{\n \"host\":\n\n \"127.0.0.1\",\r\n\r\n\t\"port\": 20001}";
    String put =
        "PUT /api/v1/registry/orders/a HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
            + MemoryPlatform.TOKEN
            + "\r\nContent-Type: application/json\r\n";
    String whole = put + "Content-Length: " + json.length() + "\r\n\r\n" + json;
    String chunked =
        put
            + "Transfer-Encoding: chunked\r\n\r\n"
            + Integer.toHexString(json.length())
            + "\r\n"
            + json
            + "\r\n0\r\n\r\n";
    try (MemoryPlatform platform = MemoryPlatform.open()) {
      for (String fold : List.of("X-Long: a\r\n b\r\n", "X-Long: a\n\tb\r\n", " X: b\r\n")) {
        assertThat(raw(platform, live + fold))
            .as(fold)
            .startsWith("HTTP/1.1 400 ")
            .contains("header-folded");
        // Also behind bodies in the same packet, which may have such lines.
        for (String before : List.of(whole, chunked, whole + chunked)) {
          assertThat(raw(platform, before + live + fold)).as(before).doesNotContain("UP");
        }
      }
      for (String before : List.of(whole, chunked, chunked + whole, live + "\r\n")) {
        assertThat(raw(platform, before + live)).as(before).contains("HTTP/1.1 20", "UP");
      }
    }
  }

  @Test
  void aHeadThatComesByteByByteIsReadAsOneInAPiece() throws Exception {
    try (MemoryPlatform platform = MemoryPlatform.open()) {
      String live = "GET /health/live HTTP/1.1\r\nHost: localhost\r\n";
      assertThat(byteByByte(platform, live)).startsWith("HTTP/1.1 200");
      assertThat(byteByByte(platform, live + "X-Long: a\r\n b\r\n")).contains("header-folded");
    }
  }

  @Test
  void moreThanAHundredHeadersAreRefusedHoweverShort() throws Exception {
    String live = "GET /health/live HTTP/1.1\r\nHost: localhost\r\n"; // and Connection: close
    try (MemoryPlatform platform = MemoryPlatform.open()) {
      assertThat(raw(platform, live + "X: a\r\n".repeat(98))).startsWith("HTTP/1.1 200");
      assertThat(raw(platform, live + "X: a\r\n".repeat(99)))
          .startsWith("HTTP/1.1 431")
          .contains("too-many-headers", "100");
      assertThat(raw(platform, live + "X: a\n".repeat(5_000)))
          .startsWith("HTTP/1.1 431")
          .contains("too-many-headers");
      // Each head is counted by itself.
      assertThat(raw(platform, (live + "X: a\r\n".repeat(90) + "\r\n").repeat(3) + live))
          .doesNotContain("431")
          .contains("HTTP/1.1 200");
    }
  }

  @Test
  void trailersAreBoundedAndTheLinesOfABodyAreNot() throws Exception {
    String json = "{\"host\": \"127.0.0.1\",\n" + "\r\n\n".repeat(10_000) + "\"port\": 20001}";
    String chunked =
        "PUT /api/v1/registry/orders/a HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
            + MemoryPlatform.TOKEN
            + "\r\nContent-Type: application/json\r\nConnection: close\r\n"
            + "Transfer-Encoding: chunked\r\n\r\n"
            + Integer.toHexString(json.length())
            + "\r\n"
            + json
            + "\r\n0\r\n";
    try (MemoryPlatform platform = MemoryPlatform.open()) {
      assertThat(raw(platform, chunked + "X: a\r\n".repeat(500))).startsWith("HTTP/1.1 20");
      assertThat(raw(platform, chunked + "X: a\r\n".repeat(5_000)))
          .startsWith("HTTP/1.1 431")
          .contains("trailers-too-large", "4096");
    }
  }

  @Test
  void tenMegabytesOfHeadersGetAnAnswerAndDoNoHarm() throws Exception {
    try (MemoryPlatform platform = MemoryPlatform.open()) {
      StringBuilder headers = new StringBuilder("GET / HTTP/1.1\r\nHost: localhost\r\n");
      String value = "v".repeat(1_000);
      for (int i = 0; i < 10_000; i++) {
        headers.append("X-").append(i).append(": ").append(value).append("\r\n");
      }
      String answer = raw(platform, headers.toString());
      assertThat(answer).contains(" 431 ", "headers-too-large", "32768");
      assertThat(raw(platform, "GET /" + "a".repeat(20_000) + " HTTP/1.1\r\nHost: localhost\r\n"))
          .contains(" 414 ", "address-too-long");
      assertThat(raw(platform, "NONSENSE\r\n")).contains(" 400 ");
      assertThat(platform.get("/health/live").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void theKeyOfAffinityCookiesIsToldToOperatorsOnly() throws Exception {
    try (MemoryPlatform platform = MemoryPlatform.open()) {
      String path = "/api/v1/gateways/key";
      assertThat(platform.get(path).statusCode()).isEqualTo(401);
      HttpResponse<String> told = platform.send("GET", path);
      assertThat(told.statusCode()).isEqualTo(200);
      assertThat(told.headers().firstValue("Cache-Control")).contains("no-store");
      byte[] key =
          Base64.getDecoder().decode(MemoryPlatform.json(told).path("cookieKey").asString());
      assertThat(key)
          .hasSize(32)
          .isEqualTo(GatewayKeyApi.derived(MemoryPlatform.TOKEN))
          .isNotEqualTo(GatewayKeyApi.derived("another"));
    }
  }

  @Test
  void aPortThatIsTakenIsNamedInOneLine() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(() -> new MemoryPlatform("e1", taken.getLocalPort(), Map.of(), List.of()))
          .isInstanceOf(ListenFailed.class)
          .hasMessageContaining("127.0.0.1:" + taken.getLocalPort())
          .hasMessageContaining("--control")
          .hasMessageNotContaining("\n");
    }
  }

  private static String byteByByte(MemoryPlatform platform, String head) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), platform.port())) {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(10_000);
      for (byte each : (head + "Connection: close\r\n\r\n").getBytes(StandardCharsets.US_ASCII)) {
        socket.getOutputStream().write(each);
      }
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (SocketException e) {
      return "header-folded: " + e; // refused while it was still being sent
    }
  }

  /** Sends a request head and reads until the server closes or nothing more comes. */
  private static String raw(MemoryPlatform platform, String head) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), platform.port())) {
      socket.setSoTimeout(10_000);
      OutputStream out = socket.getOutputStream();
      out.write((head + "Connection: close\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
      out.flush();
      ByteArrayOutputStream answer = new ByteArrayOutputStream();
      socket.getInputStream().transferTo(answer);
      return answer.toString(StandardCharsets.UTF_8);
    }
  }
}

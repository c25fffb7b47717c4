package io.roadstead.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.roadstead.gateway.http.HeadLimits;
import io.roadstead.gateway.http.HeadParser;
import io.roadstead.registry.Balancing;
import io.roadstead.registry.Balancing.Affinity;
import io.roadstead.registry.Balancing.Strategy;
import io.roadstead.registry.Split;
import io.roadstead.registry.Status;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Requests that belong together meet one instance, by a header's value or by a cookie. */
@ExtendWith(NoLeaks.class)
class AffinityTest {
  private static final int INSTANCES = 8;
  private static final int KEYS = 3_000;
  private static final CookieKey SHARED = CookieKey.random(new SplittableRandom(1));

  private final List<Harbour> harbours = new ArrayList<>();
  private final List<Origin> origins = new ArrayList<>();

  @AfterEach
  void close() {
    harbours.forEach(Harbour::close);
    origins.forEach(Origin::close);
  }

  /** A gateway with instances that answer with their ids, which are i0, i1 and so on. */
  private Harbour harbour(Affinity affinity, CookieKey key, int instances) {
    Harbour harbour = new Harbour(config -> config.withCookieKey(key));
    harbours.add(harbour);
    for (int i = origins.size(); i < instances; i++) {
      origins.add(Origin.saying("i" + i));
    }
    for (int i = 0; i < instances; i++) {
      harbour.view.up("app", "i" + i, origins.get(i).port());
    }
    Strategy strategy = affinity.by() == Affinity.By.HEADER ? Strategy.MAGLEV : Strategy.PEAK_EWMA;
    harbour.view.traffic(
        "app", Policies.slowStart(Duration.ZERO).with(new Balancing(strategy, affinity)));
    harbour.gateway();
    applied(harbour);
    return harbour;
  }

  private static void applied(Harbour harbour) {
    Harbour.await().until(() -> harbour.view.acknowledged() != null);
  }

  private static RawClient.Answer get(RawClient client, String header) {
    RawClient.Answer answer =
        client.send("GET /app HTTP/1.1\r\nHost: test\r\n" + header + "\r\n").answer();
    assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
    return answer;
  }

  /** Which instance each of the keys meets, asked on a connection of its own in each loop. */
  private static Map<String, String> met(Harbour harbour) {
    Map<String, String> met = new HashMap<>();
    try (RawClient one = harbour.client();
        RawClient other = harbour.client()) {
      for (int i = 0; i < KEYS; i++) {
        String key = "user-" + i;
        String first = get(one, "X-User: " + key + "\r\n").body();
        met.put(key, first);
        if (i % 8 == 0) {
          assertThat(get(other, "x-user:   " + key + " \r\n").body()).as(key).isEqualTo(first);
        }
      }
    }
    return met;
  }

  @Test
  void aHeaderKeepsToOneInstanceWhicheverGatewayAndLoopItComesTo() {
    Harbour first = harbour(Affinity.header("X-User"), SHARED, INSTANCES);
    Harbour second =
        harbour(Affinity.header("X-User"), CookieKey.random(new SplittableRandom()), INSTANCES);
    Map<String, String> met = met(first);
    assertThat(met(second)).isEqualTo(met);
    Map<String, Integer> keys = new HashMap<>();
    met.values().forEach(each -> keys.merge(each, 1, Integer::sum));
    assertThat(keys).hasSize(INSTANCES);
    assertThat(keys.values())
        .allMatch(
            count -> count > 0.8 * KEYS / INSTANCES && count < 1.2 * KEYS / INSTANCES,
            keys.toString());
  }

  @Test
  void whereOneOfManyLeavesLittleMoreThanItsKeysMove() {
    Harbour harbour = harbour(Affinity.header("X-User"), SHARED, INSTANCES);
    Map<String, String> before = met(harbour);
    harbour.view.status("app", "i3", Status.DRAINING);
    applied(harbour);
    Map<String, String> after = met(harbour);
    assertThat(after).doesNotContainValue("i3");
    long moved =
        before.keySet().stream().filter(k -> !Objects.equals(before.get(k), after.get(k))).count();
    assertThat(moved / (double) KEYS).isLessThan(1.0 / INSTANCES + 0.02);
  }

  @Test
  void requestsWithoutTheHeaderAreSpread() {
    Harbour harbour = harbour(Affinity.header("X-User"), SHARED, 3);
    Set<String> answers = new HashSet<>();
    try (RawClient client = harbour.client()) {
      for (int i = 0; i < 100; i++) {
        answers.add(get(client, "").body());
      }
    }
    assertThat(answers).containsExactlyInAnyOrder("i0", "i1", "i2");
  }

  @Test
  void whatBelongsTogetherStaysWithOneVersionOfASplit() {
    Harbour harbour = harbour(Affinity.header("X-User"), SHARED, 4);
    harbour.view.versions("v2");
    harbour.view.put("app", "i3", "127.0.0.1", origins.get(3).port(), Status.UP);
    harbour.view.split("app", Split.of(Map.of("v1", 80, "v2", 20)));
    applied(harbour);
    Map<String, String> met = met(harbour);
    long fresh = met.values().stream().filter("i3"::equals).count();
    assertThat(fresh / (double) KEYS).isBetween(0.15, 0.25);
    harbour.view.split("app", Split.of(Map.of("v1", 60, "v2", 40)));
    applied(harbour);
    Map<String, String> later = met(harbour);
    met.forEach(
        (key, instance) -> {
          if (!"i3".equals(later.get(key))) {
            // Who is not sent to the new version notices nothing.
            assertThat(later.get(key)).as(key).isEqualTo(instance);
          }
        });
  }

  private static final Affinity COOKIE = Affinity.cookie("AT", "/", Duration.ZERO, false);

  private static String value(RawClient.Answer answer) {
    String cookie = answer.header("Set-Cookie");
    return cookie.substring(0, Math.max(0, cookie.indexOf(';')));
  }

  private static String cookie(RawClient.Answer answer) {
    return "Cookie: a=b; " + value(answer) + "; c=d\r\n";
  }

  @Test
  void aCookieKeepsToTheInstanceThatAnsweredFirst() {
    Harbour harbour = harbour(COOKIE, SHARED, 4);
    Harbour beside = harbour(COOKIE, SHARED, 4);
    Set<String> instances = new HashSet<>();
    for (int i = 0; i < 20; i++) {
      try (RawClient client = harbour.client();
          RawClient other = beside.client()) {
        RawClient.Answer first = get(client, "");
        instances.add(first.body());
        assertThat(first.header("Set-Cookie"))
            .matches("AT=[0-9a-f]{32}; Path=/; HttpOnly; SameSite=Lax");
        for (int j = 0; j < 5; j++) {
          for (RawClient each : List.of(client, other)) {
            RawClient.Answer again = get(each, cookie(first));
            assertThat(again.body()).isEqualTo(first.body());
            assertThat(again.head().toLowerCase(Locale.ROOT)).doesNotContain("set-cookie");
          }
        }
      }
    }
    assertThat(instances).hasSizeGreaterThan(2);
  }

  @Test
  void theCookieSaysWhatTheServiceSaysOfIt() {
    Harbour harbour =
        harbour(Affinity.cookie("SHOP_AT", "/shop", Duration.ofHours(1), true), SHARED, 1);
    try (RawClient client = harbour.client()) {
      assertThat(get(client, "").header("Set-Cookie"))
          .matches("SHOP_AT=[0-9a-f]{32}; Path=/shop; Max-Age=3600; Secure; HttpOnly; SameSite=Lax")
          .doesNotContain("i0");
    }
  }

  @Test
  void aCookieThatNobodySignedIsIgnoredAndReplaced() {
    Harbour harbour = harbour(COOKIE, SHARED, 2);
    Harbour stranger = harbour(COOKIE, CookieKey.random(new SplittableRandom(2)), 2);
    try (RawClient client = harbour.client();
        RawClient other = stranger.client()) {
      String good = cookie(get(client, ""));
      int digit = good.indexOf("AT=") + 10;
      String tampered =
          good.substring(0, digit)
              + (good.charAt(digit) == '0' ? '1' : '0')
              + good.substring(digit + 1);
      int last = good.indexOf("AT=") + 34;
      for (String bad :
          List.of(
              tampered,
              good.substring(0, last)
                  + (good.charAt(last) == '0' ? '1' : '0')
                  + good.substring(last + 1),
              cookie(get(other, "")),
              "Cookie: AT=" + "0".repeat(32) + "\r\n",
              "Cookie: AT=i0\r\n",
              "Cookie: AT=; AT; =" + "0".repeat(32) + ";;; AT=" + "é".repeat(32) + "\r\n",
              "Cookie: \r\n",
              good.replace("AT=", "xAT="))) {
        assertThat(get(client, bad).header("Set-Cookie")).as(bad).startsWith("AT=");
      }
      // A good one behind a bad one is found.
      String both = "Cookie: AT=" + "0".repeat(32) + ";" + good.substring("Cookie: a=b;".length());
      assertThat(get(client, both).header("Set-Cookie")).isEmpty();
    }
  }

  @Test
  void whereTheInstanceHasLeftAnotherIsRemembered() {
    Harbour harbour = harbour(COOKIE, SHARED, 3);
    try (RawClient client = harbour.client()) {
      RawClient.Answer first = get(client, "");
      harbour.view.status("app", first.body(), Status.DRAINING);
      applied(harbour);
      RawClient.Answer second = get(client, cookie(first));
      assertThat(second.body()).isNotEqualTo(first.body());
      assertThat(second.header("Set-Cookie")).startsWith("AT=");
      for (int i = 0; i < 10; i++) {
        assertThat(get(client, cookie(second)).body()).isEqualTo(second.body());
      }
    }
  }

  @Test
  void whereTheInstanceIsDeadAnotherIsRemembered() {
    Harbour harbour = harbour(COOKIE, SHARED, 3);
    try (RawClient client = harbour.client()) {
      RawClient.Answer first = get(client, "");
      origins.get(Integer.parseInt(first.body().substring(1))).close();
      RawClient.Answer second = get(client, cookie(first));
      assertThat(second.body()).isNotEqualTo(first.body());
      assertThat(second.header("Set-Cookie")).startsWith("AT=");
    }
  }

  @Test
  void whereTheInstanceIsEjectedAnotherIsRemembered() {
    try (Origin failing = Origin.answering("HTTP/1.1 500 .\r\nContent-Length: 2\r\n\r\nno")) {
      origins.add(failing);
      Harbour harbour = new Harbour(config -> config.withCookieKey(SHARED).withLoops(1));
      harbours.add(harbour);
      harbour.view.up("app", "i0", failing.port());
      harbour.view.traffic(
          "app", Policies.slowStart(Duration.ZERO).with(new Balancing(Strategy.PEAK_EWMA, COOKIE)));
      try (RawClient client = harbour.client()) {
        applied(harbour);
        RawClient.Answer first = client.send("GET /app HTTP/1.1\r\nHost: a\r\n\r\n").answer();
        origins.add(Origin.saying("i1"));
        harbour.view.up("app", "i1", origins.getLast().port());
        applied(harbour);
        int refused = 0;
        RawClient.Answer answer = first;
        while (answer.status() == 500 && refused++ < 20) {
          answer =
              client.send("GET /app HTTP/1.1\r\nHost: a\r\n" + cookie(first) + "\r\n").answer();
        }
        assertThat(refused).isBetween(3, 6);
        assertThat(answer.body()).isEqualTo("i1");
        assertThat(answer.header("Set-Cookie")).startsWith("AT=");
      }
    }
  }

  @Test
  void anInstanceThatIsFullIsNotForgotten() {
    Harbour harbour = harbour(COOKIE, SHARED, 2);
    harbour.view.traffic(
        "app",
        Policies.concurrency(1, 0, 10, Duration.ofSeconds(1))
            .with(new Balancing(Strategy.PEAK_EWMA, COOKIE)));
    applied(harbour);
    try (RawClient client = harbour.client();
        RawClient busy = harbour.client()) {
      RawClient.Answer first = get(client, "");
      busy.send(
          "POST /app HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n" + cookie(first) + "\r\nab");
      Harbour.await().until(() -> harbour.figures().connections().getOrDefault("busy", 0) > 0);
      RawClient.Answer second = get(client, cookie(first));
      assertThat(second.body()).isNotEqualTo(first.body());
      assertThat(second.header("Set-Cookie")).isEmpty();
      assertThat(busy.send("cd").answer().body()).isEqualTo(first.body());
      assertThat(get(client, cookie(first)).body()).isEqualTo(first.body());
    }
  }

  @Test
  void readingWhatARequestBelongsWithAllocatesNothing() {
    Set<String> ids = Set.of("i0", "i1", "i2");
    var cookies = io.roadstead.gateway.Affinity.of(COOKIE, "app", ids, SHARED, null);
    var headers =
        io.roadstead.gateway.Affinity.of(Affinity.header("X-User"), "app", ids, SHARED, null);
    HeadParser parser = new HeadParser(HeadLimits.DEFAULT);
    ByteBuf bytes =
        Unpooled.copiedBuffer(
            "GET / HTTP/1.1\r\nHost: a\r\nX-User: 17\r\nCookie: a=b; AT="
                + "0123456789abcdef".repeat(2)
                + "\r\n\r\n",
            StandardCharsets.US_ASCII);
    assertThat(parser.request(bytes)).isEqualTo(HeadParser.COMPLETE);
    Asked asked = new Asked();
    byte[] report = "inflight=12, latency=8.4".getBytes(StandardCharsets.US_ASCII);
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = 0;
    long sum = 0;
    for (int i = 0; i < 40_000; i++) {
      if (i == 20_000) {
        threads.getCurrentThreadAllocatedBytes();
        before = threads.getCurrentThreadAllocatedBytes();
      }
      Objects.requireNonNull(cookies).read(parser.head(), asked);
      Objects.requireNonNull(headers).read(parser.head(), asked);
      sum += asked.key + LoadReport.read(report, 0, report.length);
    }
    assertThat(threads.getCurrentThreadAllocatedBytes() - before)
        .as("bytes of 20,000 requests, %d", sum)
        .isLessThan(1_000);
    bytes.release();
  }

  @Test
  void theVersionThatASplitTakesAwayIsLeft() {
    Harbour harbour = harbour(COOKIE, SHARED, 2);
    harbour.view.versions("v2");
    harbour.view.put("app", "i1", "127.0.0.1", origins.get(1).port(), Status.UP);
    applied(harbour);
    harbour.view.split("app", Split.of(Map.of("v1", 50, "v2", 50)));
    applied(harbour);
    try (RawClient client = harbour.client()) {
      RawClient.Answer canary = get(client, "");
      for (int i = 0; i < 100 && !canary.body().equals("i1"); i++) {
        canary = get(client, "");
      }
      for (int i = 0; i < 20; i++) {
        assertThat(get(client, cookie(canary)).body()).isEqualTo("i1");
      }
      harbour.view.split("app", Split.of(Map.of("v1", 100, "v2", 0)));
      applied(harbour);
      RawClient.Answer back = get(client, cookie(canary));
      assertThat(back.body()).isEqualTo("i0");
      assertThat(back.header("Set-Cookie")).startsWith("AT=");
    }
  }
}

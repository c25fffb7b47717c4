package io.roadstead.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.gateway.filter.Filter;
import io.roadstead.gateway.filter.FilterAnswer;
import io.roadstead.gateway.filter.FilterRequest;
import io.roadstead.gateway.filter.Filters;
import io.roadstead.gateway.filter.Verdict;
import io.roadstead.registry.Route;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Filters in a gateway at work. */
@ExtendWith(NoLeaks.class)
class FilterTest {
  private interface OnRequest {
    Verdict request(FilterRequest request) throws Exception;
  }

  private interface OnAnswer {
    void answer(FilterRequest request, FilterAnswer answer) throws Exception;
  }

  private static Filter filter(String name, OnRequest onRequest, OnAnswer onAnswer) {
    return new Filter() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public Verdict request(FilterRequest request) throws Exception {
        return onRequest.request(request);
      }

      @Override
      public void answer(FilterRequest request, FilterAnswer answer) throws Exception {
        onAnswer.answer(request, answer);
      }
    };
  }

  private static Filter onRequest(String name, OnRequest onRequest) {
    return filter(name, onRequest, (_, _) -> {});
  }

  private static Filter onAnswer(String name, OnAnswer onAnswer) {
    return filter(name, _ -> Verdict.next(), onAnswer);
  }

  private static Harbour harbour(Duration limit, Filter... filters) {
    Harbour harbour =
        new Harbour(config -> config.withLoops(1).withFilters(Filters.of(List.of(filters), limit)));
    List<String> names = List.of(filters).stream().map(Filter::name).toList();
    harbour.view.route("app", new Route("", "/shop", true, names));
    return harbour;
  }

  private static Harbour harbour(Filter... filters) {
    return harbour(Duration.ofSeconds(10), filters);
  }

  private static long counted(Harbour harbour, String name, String filter) {
    return harbour
        .gateway()
        .stats()
        .counters()
        .getOrDefault(new GatewayStats.Counter(name, "filter", filter), 0L);
  }

  @Test
  void filtersSeeTheRequestInOrderAndTheAnswerInTheOppositeOne() {
    OnRequest note =
        request -> {
          request.fields().add("X-Seen", request.method() + " " + request.target());
          request.notes().put("note", request.client());
          return Verdict.next();
        };
    OnAnswer stamp =
        (request, answer) ->
            answer.fields().add("X-Stamp", request.notes().get("note") + " " + answer.status());
    try (Harbour harbour =
            harbour(
                filter("one", note, (r, a) -> a.fields().add("X-Order", "one")),
                filter("two", note, (r, a) -> a.fields().add("X-Order", "two")),
                onAnswer("three", stamp));
        Origin origin =
            Origin.answering("HTTP/1.1 200 OK\r\nServer: x\r\nContent-Length: 2\r\n\r\nok");
        RawClient client = harbour.with(origin).client()) {
      for (int i = 1; i <= 3; i++) {
        RawClient.Answer answer = client.get("/shop/a?b=c");
        assertThat(answer.body()).isEqualTo("ok");
        assertThat(answer.head())
            .contains("Server: x\r\n", "X-Stamp: 127.0.0.1 200\r\n")
            .containsSubsequence("X-Order: two\r\n", "X-Order: one\r\n");
      }
      assertThat(origin.heads)
          .hasSize(3)
          .allSatisfy(
              head ->
                  assertThat(head)
                      .startsWith("GET /a?b=c HTTP/1.1\r\n")
                      .contains("X-Seen: GET /shop/a?b=c\r\nX-Seen: GET /shop/a?b=c\r\n")
                      .contains("X-Forwarded-Prefix: /shop\r\n"));
      assertThat(origin.accepted).hasValue(1);
      assertThat(counted(harbour, "filter_runs", "two")).isEqualTo(3);
      assertThat(counted(harbour, "filter_failures", "two")).isZero();
    }
  }

  @Test
  void onlyRoutesThatNameAFilterAreLookedAt() {
    AtomicInteger asked = new AtomicInteger();
    try (Harbour harbour =
            harbour(
                onRequest(
                    "count",
                    _ -> {
                      asked.incrementAndGet();
                      return Verdict.next();
                    }));
        Origin origin = Origin.saying("ok");
        RawClient client = harbour.with(origin).client()) {
      assertThat(client.get("/app/x").body()).isEqualTo("ok");
      assertThat(asked).hasValue(0);
      assertThat(client.get("/shop/x").body()).isEqualTo("ok");
      assertThat(asked).hasValue(1);
    }
  }

  @Test
  void aFilterAnswersInTheInstancesPlaceAndTheConnectionGoesOn() {
    try (Harbour harbour =
            harbour(
                onRequest(
                    "auth",
                    request ->
                        request.fields().first("Authorization").isPresent()
                            ? Verdict.next()
                            : Verdict.answer(
                                401,
                                Map.of("WWW-Authenticate", "Bearer", "Content-Type", "text/plain"),
                                "who are you?")));
        Origin origin = Origin.saying("ok");
        RawClient client = harbour.with(origin).client()) {
      RawClient.Answer refused = client.get("/shop/x");
      assertThat(refused.status()).isEqualTo(401);
      assertThat(refused.body()).isEqualTo("who are you?");
      assertThat(refused.header("WWW-Authenticate")).isEqualTo("Bearer");
      assertThat(origin.heads).isEmpty();
      // Its body was never read, so the connection ends in order.
      assertThat(
              client
                  .send("GET /shop/x HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer t\r\n\r\n")
                  .answer()
                  .body())
          .isEqualTo("ok");
      try (RawClient other = harbour.client()) {
        assertThat(
                other
                    .send("POST /shop/x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello")
                    .rest())
            .startsWith("HTTP/1.1 401 ")
            .contains("Connection: close");
      }
    }
  }

  @Test
  void aFilterSendsTheRequestElsewhereAndForSomethingElse() {
    try (Harbour harbour =
            harbour(
                onRequest(
                    "move",
                    request -> {
                      request.target("/shop/kept?as=it-is");
                      request.service("other");
                      return Verdict.next();
                    }));
        Origin app = Origin.saying("app");
        Origin other = Origin.saying("other");
        RawClient client = harbour.with(app).client()) {
      harbour.view.up("other", "o", other.port());
      Harbour.await().until(() -> client.get("/other").status() == 200);
      other.heads.clear();
      assertThat(client.get("/shop/x").body()).isEqualTo("other");
      assertThat(other.heads.getFirst()).startsWith("GET /shop/kept?as=it-is HTTP/1.1\r\n");
    }
  }

  @Test
  void whatAFilterThrowsIsA500ThatIsCountedAndTheInstanceIsNotBlamed() {
    try (Harbour harbour =
            harbour(
                filter(
                    "bad",
                    request -> {
                      if (request.path().endsWith("/there")) {
                        throw new IllegalStateException("secret detail");
                      }
                      if (request.path().endsWith("/nowhere")) {
                        request.service("nobody");
                      }
                      if (request.path().endsWith("/dots")) {
                        request.target("/a/../b");
                      }
                      if (request.path().endsWith("/inject")) {
                        request.fields().set("X", "a\r\nHost: b");
                      }
                      if (request.path().endsWith("/frame")) {
                        request.fields().set("Content-Length", "7");
                      }
                      return Verdict.next();
                    },
                    (request, answer) -> {
                      if (request.path().endsWith("/back")) {
                        throw new StackOverflowError();
                      }
                    }));
        Origin origin = Origin.saying("ok");
        RawClient client = harbour.with(origin).client()) {
      for (String path : List.of("there", "back", "nowhere", "dots", "inject", "frame")) {
        RawClient.Answer answer = client.get("/shop/" + path);
        assertThat(answer.status()).as(path).isEqualTo(500);
        assertThat(answer.header("X-Roadstead-Reason")).as(path).isEqualTo("filter-failed");
        assertThat(answer.body()).contains("filter").doesNotContain("secret");
      }
      assertThat(client.get("/shop/fine").status()).isEqualTo(200);
      assertThat(counted(harbour, "filter_failures", "bad")).isEqualTo(6);
      assertThat(harbour.gateway().stats().instances().values())
          .singleElement()
          .satisfies(one -> assertThat(one.errors()).isZero());
      assertThat(harbour.figures().inflight()).isZero();
    }
  }

  @Test
  void aRouteWhoseFilterIsNotThereIsClosed() {
    try (Harbour harbour = new Harbour();
        Origin origin = Origin.saying("ok");
        RawClient client = harbour.with(origin).client()) {
      harbour.view.route("app", new Route("", "/shop", true, List.of("auth")));
      Harbour.await().until(() -> client.get("/shop/x").status() == 500);
      assertThat(client.get("/shop/x").header("X-Roadstead-Reason")).isEqualTo("filter-missing");
      assertThat(origin.heads).isEmpty();
    }
  }

  @Test
  void aFilterThatBlocksHoldsItsRequestAndNobodyElse() throws InterruptedException {
    CountDownLatch go = new CountDownLatch(1);
    CountDownLatch begun = new CountDownLatch(1);
    try (Harbour harbour =
            harbour(
                onRequest(
                    "slow",
                    _ -> {
                      begun.countDown();
                      assertThat(go.await(10, TimeUnit.SECONDS)).isTrue();
                      return Verdict.next();
                    }));
        Origin origin =
            new Origin(
                connection -> {
                  String request = connection.readRequest();
                  while (request != null) {
                    String length = "" + (request.length() - request.indexOf("\r\n\r\n") - 4);
                    connection.write(
                        "HTTP/1.1 200 OK\r\nContent-Length: "
                            + length.length()
                            + "\r\n\r\n"
                            + length);
                    request = connection.readRequest();
                  }
                });
        RawClient slow = harbour.with(origin).client();
        RawClient other = harbour.client()) {
      int size = 300_000;
      Thread sender =
          Thread.ofVirtual()
              .start(
                  () ->
                      slow.send(
                          "POST /shop HTTP/1.1\r\nHost: a\r\nContent-Length: "
                              + size
                              + "\r\n\r\n"
                              + "x".repeat(size)));
      assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
      for (int i = 0; i < 10; i++) {
        assertThat(other.get("/app").status()).isEqualTo(200);
      }
      assertThat(origin.heads).noneMatch(head -> head.startsWith("POST"));
      go.countDown();
      assertThat(slow.answer().body()).isEqualTo("" + size);
      sender.join();
    }
  }

  @Test
  void aFilterThatTakesTooLongIsInterruptedAndTheClientTold() throws InterruptedException {
    CountDownLatch interrupted = new CountDownLatch(2);
    OnRequest stuck =
        _ -> {
          try {
            assertThat(new CountDownLatch(1).await(20, TimeUnit.SECONDS)).isTrue();
          } catch (InterruptedException e) {
            interrupted.countDown();
          }
          return Verdict.next();
        };
    try (Harbour harbour =
            harbour(
                Duration.ofMillis(200),
                filter(
                    "stuck",
                    request ->
                        request.method().equals("PUT") ? Verdict.next() : stuck.request(request),
                    (request, _) -> {
                      var _ = stuck.request(request);
                    }));
        Origin origin = Origin.saying("ok");
        RawClient client = harbour.with(origin).client()) {
      RawClient.Answer answer = client.get("/shop");
      assertThat(answer.status()).isEqualTo(504);
      assertThat(answer.header("X-Roadstead-Reason")).isEqualTo("filter-timeout");
      assertThat(origin.heads).isEmpty();
      RawClient.Answer back =
          client.send("PUT /shop HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n").answer();
      assertThat(back.status()).isEqualTo(504);
      assertThat(interrupted.await(10, TimeUnit.SECONDS)).isTrue();
      Harbour.await().until(() -> harbour.figures().inflight() == 0);
    }
  }

  @Test
  void aClientThatGoesInterruptsTheFilter() throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    try (Harbour harbour =
            harbour(
                onRequest(
                    "stuck",
                    _ -> {
                      begun.countDown();
                      try {
                        assertThat(new CountDownLatch(1).await(20, TimeUnit.SECONDS)).isTrue();
                      } catch (InterruptedException e) {
                        interrupted.countDown();
                      }
                      return Verdict.next();
                    }));
        Origin origin = Origin.saying("ok")) {
      try (RawClient client = harbour.with(origin).client()) {
        client.send("GET /shop HTTP/1.1\r\nHost: a\r\n\r\n");
        assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
      }
      assertThat(interrupted.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(origin.heads).isEmpty();
    }
  }

  @Test
  void anAnswerWhoseConnectionEndsWhileFiltersLookAtItArrivesWhole() throws InterruptedException {
    CountDownLatch ended = new CountDownLatch(1);
    try (Harbour harbour =
            harbour(
                onAnswer(
                    "slow",
                    (_, answer) -> {
                      assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
                      answer.status(202);
                    }));
        Origin origin =
            new Origin(
                connection -> {
                  String head = connection.readHead();
                  boolean counted = head != null && head.contains("/counted");
                  connection.write(
                      counted
                          ? "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwhole"
                          : "HTTP/1.1 200 OK\r\n\r\nwhole");
                });
        RawClient client = harbour.with(origin).client()) {
      client.send(
          """
          GET /shop/counted HTTP/1.1\r
          Host: a\r
          \r
          GET /shop/open HTTP/1.1\r
          Host: a\r
          \r
          """);
      Harbour.await().until(() -> origin.ended.get() == 1);
      ended.countDown();
      for (int i = 0; i < 2; i++) {
        RawClient.Answer answer = client.answer();
        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.body()).isEqualTo("whole");
      }
    }
  }
}

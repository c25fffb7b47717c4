package io.roadstead.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.roadstead.gateway.accesslog.AccessLogConfig;
import io.roadstead.gateway.accesslog.AccessLogConfig.Format;
import io.roadstead.gateway.forward.Forwarding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The access log of a gateway at work. */
@ExtendWith(NoLeaks.class)
class AccessLogThroughTest {
  @TempDir Path folder;

  private Optional<AccessLogConfig> to(String name, Format format) {
    return Optional.of(AccessLogConfig.to(folder.resolve(name).toString(), format));
  }

  private List<String> lines(String name) throws IOException {
    return Files.readAllLines(folder.resolve(name));
  }

  @Test
  void everyRequestHasALineAlsoThoseThatNoInstanceSaw() throws IOException {
    try (Harbour harbour =
            new Harbour(config -> config.withAccessLog(to("access.log", Format.JSON)));
        Origin origin = Origin.saying("hello")) {
      try (RawClient client = harbour.with(origin).client();
          RawClient broken = harbour.client()) {
        client.get("/app/x?key=secret");
        client.get("/nowhere");
        broken.send("GET / HTTP/1.1\r\nHost : a\r\n\r\n").answer();
      }
      Harbour.await().until(() -> lines("access.log").size() == 3);
      assertThat(lines("access.log"))
          .anySatisfy(
              line ->
                  assertThat(line)
                      .contains("\"client\":\"127.0.0.1\",\"method\":\"GET\"")
                      .contains("\"target\":\"/app/x?key=*\",\"host\":\"test\"")
                      .contains("\"route\":\"/app/**\",\"service\":\"app\"")
                      .contains("\"instance\":\"app-" + origin.port() + "\",\"version\":\"v1\"")
                      .contains("\"status\":200,\"bodyBytes\":5,\"tries\":1")
                      .contains("upstreamMillis"))
          .anySatisfy(
              line -> assertThat(line).contains("\"reason\":\"no-route\"", "\"status\":404"))
          .anySatisfy(
              line ->
                  assertThat(line)
                      .contains("\"reason\":\"bad-request\"", "\"status\":400")
                      .doesNotContain("method"));
      assertThat(harbour.gateway().stats().counters())
          .containsEntry(new GatewayStats.Counter("access_log_lines", "", ""), 3L)
          .containsEntry(new GatewayStats.Counter("access_log_dropped", "", ""), 0L)
          .containsEntry(new GatewayStats.Counter("refusals", "reason", "no-route"), 1L)
          .containsEntry(new GatewayStats.Counter("refusals", "reason", "bad-request"), 1L);
    }
  }

  /** So that a line is found from a trace, and the trace from a line. */
  @Test
  void aLineNamesTheTraceThatTheInstanceWasTold() throws IOException {
    try (Harbour harbour =
            new Harbour(
                config ->
                    config
                        .withAccessLog(to("access.log", Format.JSON))
                        .withForwarding(new Forwarding(List.of(), true, 0)));
        Origin origin = Origin.saying("hello");
        RawClient client = harbour.with(origin).client()) {
      client.get("/app/x");
      client.get("/nowhere");
      Harbour.await().until(() -> lines("access.log").size() == 2);
      String head = origin.heads.getFirst();
      int at = head.indexOf("traceparent: 00-") + "traceparent: 00-".length();
      assertThat(lines("access.log").getFirst())
          .contains("\"trace\":\"" + head.substring(at, at + 32) + "\"");
      assertThat(lines("access.log").getLast()).doesNotContain("\"trace\"");
    }
  }

  @Test
  void aRunningGatewayTurnsItsLogOnAndOffAndChangesIt() throws IOException {
    try (Harbour harbour = new Harbour();
        Origin origin = Origin.saying("hello");
        RawClient client = harbour.with(origin).client()) {
      client.get("/app/none");
      harbour.gateway().accessLog(to("one", Format.TEXT));
      client.get("/app/one");
      harbour.gateway().accessLog(to("two", Format.JSON));
      client.get("/app/two");
      Files.createFile(folder.resolve("file"));
      assertThatThrownBy(() -> harbour.gateway().accessLog(to("file/three", Format.TEXT)))
          .isInstanceOf(IOException.class);
      client.get("/app/two-again");
      harbour.gateway().accessLog(Optional.empty());
      client.get("/app/none");
      assertThat(lines("one")).singleElement().asString().contains("GET /app/one HTTP/1.1");
      assertThat(lines("two")).hasSize(2).allSatisfy(line -> assertThat(line).contains("/app/two"));
      assertThat(harbour.gateway().stats().counters())
          .containsEntry(new GatewayStats.Counter("access_log_lines", "", ""), 3L);
    }
  }

  @Test
  void anEventStreamIsLoggedWhenItEndsWithAllItsBytes() throws IOException {
    try (Harbour harbour =
            new Harbour(config -> config.withAccessLog(to("access.log", Format.TEXT)));
        Origin origin =
            new Origin(
                connection -> {
                  var _ = connection.readHead();
                  connection.write(
                      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: a\n\n");
                  connection.write("data: b\n\n");
                });
        RawClient client = harbour.with(origin).client()) {
      client.get("/app");
      Harbour.await().until(() -> lines("access.log").size() == 1);
      assertThat(lines("access.log")).singleElement().asString().contains("\" 200 18 ");
    }
  }
}

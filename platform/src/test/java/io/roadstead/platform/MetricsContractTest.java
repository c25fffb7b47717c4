package io.roadstead.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What {@code /metrics} has, against the names and labels that are promised to those who read it.
 */
class MetricsContractTest {
  /** Name and type of what is promised; the names of a counter's samples end in _total. */
  private static final Map<String, String> PROMISED =
      Map.ofEntries(
          Map.entry("roadstead_gateway_requests", "counter"),
          Map.entry("roadstead_gateway_request_seconds", "histogram"),
          Map.entry("roadstead_gateway_inflight", "gauge"),
          Map.entry("roadstead_gateway_upstream_connections", "gauge"),
          Map.entry("roadstead_gateway_retries", "counter"),
          Map.entry("roadstead_gateway_refusals", "counter"),
          Map.entry("roadstead_gateway_refused_connections", "counter"),
          Map.entry("roadstead_gateway_access_log_lines", "counter"),
          Map.entry("roadstead_gateway_access_log_dropped", "counter"),
          Map.entry("roadstead_registry_instances", "gauge"),
          Map.entry("roadstead_registry_renewals", "counter"),
          Map.entry("roadstead_subscribers", "gauge"),
          Map.entry("roadstead_config_reloads", "counter"),
          Map.entry("roadstead_config_in_force", "gauge"));

  /** The labels of their samples, where there are some in a platform that has taken a request. */
  private static final Map<String, Set<String>> LABELS =
      Map.of(
          "roadstead_gateway_requests_total", Set.of("route", "service", "version", "status"),
          "roadstead_gateway_request_seconds_count", Set.of("route", "service", "version"),
          "roadstead_gateway_request_seconds_bucket", Set.of("route", "service", "version", "le"),
          "roadstead_gateway_inflight", Set.of("service"),
          "roadstead_gateway_upstream_connections", Set.of("service", "state"),
          "roadstead_gateway_retries_total", Set.of("service", "reason"),
          "roadstead_gateway_refusals_total", Set.of("reason"),
          "roadstead_registry_instances", Set.of("service", "status"),
          "roadstead_subscribers", Set.of("kind"));

  private static final Pattern SAMPLE =
      Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)\\})? [^ ]+(?: [0-9.]+)?(?: # .*)?");
  private static final Pattern LABEL = Pattern.compile("([a-z_]+)=\"(?:[^\"\\\\]|\\\\.)*\"");

  @TempDir Path folder;

  @Test
  void everythingThatIsPromisedIsThereUnderItsNameAndByItsLabels() throws Exception {
    String text = scrapeAfterARequest();
    Map<String, String> types = new TreeMap<>();
    Map<String, Set<String>> labels = new TreeMap<>();
    for (String line : text.lines().toList()) {
      if (line.startsWith("# TYPE ")) {
        List<String> words = List.of(line.split(" ", -1));
        types.put(words.get(2), words.get(3));
      } else if (!line.startsWith("#")) {
        Matcher sample = SAMPLE.matcher(line);
        assertThat(sample.matches()).as(line).isTrue();
        Set<String> names = new TreeSet<>();
        Matcher label = LABEL.matcher(sample.group(2) == null ? "" : sample.group(2));
        while (label.find()) {
          names.add(label.group(1));
        }
        labels.put(sample.group(1), names);
      }
    }
    assertThat(text).endsWith("# EOF\n");
    assertThat(types).containsAllEntriesOf(PROMISED);
    LABELS.forEach((name, promised) -> assertThat(labels.get(name)).as(name).isEqualTo(promised));
    types.forEach(
        (name, type) -> {
          assertThat(text).as("help of " + name).contains("# HELP " + name + " ");
          if (name.startsWith("roadstead_")) {
            assertThat(name).as("no unit but the base one").doesNotContain("millis", "micros");
            assertThat(name.endsWith("_total")).as(name).isFalse();
          }
        });
    for (String name : labels.keySet()) {
      String family = name.replaceAll("_(total|count|sum|bucket|max|created|info)$", "");
      assertThat(types.keySet()).as(name).containsAnyOf(family, name);
    }
  }

  /** What is there and what the documents list are the same. */
  @Test
  void everyMetricIsDocumentedAndNoOther() throws Exception {
    Map<String, String> told = new TreeMap<>();
    Matcher row =
        Pattern.compile("(?m)^\\| `(roadstead_[a-z_]+)(?:\\{.*?})?` \\| (\\w+) \\|")
            .matcher(Files.readString(Path.of("..", "docs", "metrics.md")));
    while (row.find()) {
      told.put(row.group(1).replaceAll("_total$", ""), row.group(2));
    }
    Map<String, String> there = new TreeMap<>();
    for (String line : scrapeAfterARequest().lines().toList()) {
      if (line.startsWith("# TYPE roadstead_")) {
        List<String> words = List.of(line.split(" ", -1));
        there.put(words.get(2), words.get(3));
      }
    }
    // What is counted by a label is there once it has happened.
    Map<String, String> later =
        Map.of(
            "roadstead_gateway_timeouts", "counter",
            "roadstead_gateway_filter_runs", "counter",
            "roadstead_gateway_filter_failures", "counter",
            "roadstead_registry_expired", "counter",
            "roadstead_registry_ejected", "counter",
            "roadstead_rollouts", "counter",
            "roadstead_instance_restarts", "counter");
    later.forEach(there::putIfAbsent);
    assertThat(told).isEqualTo(there);
  }

  private String scrapeAfterARequest() throws Exception {
    try (Platform platform = Platform.start(PlatformConfig.local(folder.resolve("data")));
        HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest register =
          HttpRequest.newBuilder(
                  URI.create("http://" + platform.control() + "/api/v1/registry/app/a"))
              .header("Authorization", "Bearer " + platform.token())
              .header("Content-Type", "application/json")
              .PUT(HttpRequest.BodyPublishers.ofString("{\"host\":\"127.0.0.1\",\"port\":1}"))
              .build();
      assertThat(client.send(register, BodyHandlers.ofString()).statusCode()).isEqualTo(201);
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://" + platform.gateway() + "/app")).build();
      int status = 404;
      while (status == 404) {
        status = client.send(request, BodyHandlers.ofString()).statusCode();
      }
      return client
          .send(
              HttpRequest.newBuilder(URI.create("http://" + platform.control() + "/metrics"))
                  .header("Accept", "application/openmetrics-text; version=1.0.0")
                  .build(),
              BodyHandlers.ofString())
          .body();
    }
  }
}

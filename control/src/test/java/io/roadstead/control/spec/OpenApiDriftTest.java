package io.roadstead.control.spec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.control.api.Views;
import io.roadstead.control.figures.OfRoute;
import io.roadstead.control.wire.Json;
import io.roadstead.control.wire.RegistryJson;
import io.roadstead.control.wire.RouteJson;
import io.roadstead.registry.Cursor;
import io.roadstead.registry.Service;
import io.roadstead.registry.Snapshot;
import io.roadstead.registry.Split;
import io.roadstead.rollout.ServiceSpec;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The document of the API names what the parser takes and what the answers hold. */
class OpenApiDriftTest {
  private static final String FULL =
      """
      {"command": ["a"], "version": "1", "routes": [
        {"host": "shop.example", "path": "/a", "strip": false, "exact": true, "methods": ["GET"],
         "headers": {"x-a": "1"}, "query": {"b": "2"}, "cookies": {"c": "3"},
         "rewrite": "/v2{rest}", "filters": ["f"], "allow": ["encoded-slash"],
         "requestHeaders": {"set": {"x-d": "4"}, "remove": ["x-e"]},
         "responseHeaders": {"set": {"x-f": "5"}, "remove": ["x-g"]},
         "timeouts": {"connect": "1s", "try": "2s", "total": "3s", "idle": "4s"},
         "concurrency": 7},
        {"path": "/r", "redirect": {"status": 301, "to": "/b"}}],
       "traffic": {"timeouts": {"connect": "1s", "try": "2s", "total": "3s", "idle": "4s"},
         "retries": {"tries": 2, "budget": 10},
         "ejection": {"errors": 3, "shortest": "2s", "longest": "1m"},
         "concurrency": {"instance": 50}, "hold": "500ms", "slowStart": "30s"},
       "balancer": {"strategy": "random"}}
      """;

  /** Where a group of keys is in a specification, and the schema that describes it. */
  private static final Map<String, String> GROUPS =
      new TreeMap<>(
          Map.of(
              "", "Specification",
              "/routes/0", "RouteSpecification",
              "/routes/1/redirect", "Redirect",
              "/routes/0/requestHeaders", "HeaderEdits",
              "/routes/0/timeouts", "TimeoutsSpecification",
              "/traffic", "TrafficSpecification",
              "/traffic/retries", "RetriesSpecification",
              "/traffic/ejection", "EjectionSpecification",
              "/traffic/concurrency", "ConcurrencySpecification"));

  @Test
  void whateverTheParserKnowsIsInTheDocumentAndNothingElse() throws IOException {
    for (Map.Entry<String, String> group : GROUPS.entrySet()) {
      JsonNode tree = Json.mapper().readTree(FULL);
      ((ObjectNode) tree.at(group.getKey())).put("qqqqqqqqqqqqqqq", 1);
      Problems problems = Problems.withoutLines();
      SpecReader.wire().read("orders", tree, Place.ROOT, problems);
      assertThat(problems.list()).hasSize(1);
      String told = problems.list().getFirst().sentence();
      String known = told.substring(told.indexOf("known are ") + "known are ".length());
      assertThat(properties(group.getValue()))
          .as(group.getValue())
          .containsExactlyInAnyOrder(known.split(", "));
    }
  }

  @Test
  void whateverIsAnsweredIsInTheDocument() throws IOException {
    ServiceSpec spec = read(Json.mapper().readTree(FULL));
    Service service =
        new Service(
            "orders",
            List.of(),
            spec.routes(),
            spec.traffic(),
            new Split(new TreeMap<>(Map.of("1", 100))));
    Snapshot snapshot = new Snapshot(new Cursor("e", 1), Map.of("orders", service));
    JsonNode listed =
        Json.mapper().readTree(RegistryJson.snapshot(snapshot, Set.of())).at("/services/0");
    assertThat(properties("RegistryService")).containsAll(listed.propertyNames());
    assertThat(properties("Traffic")).containsAll(listed.path("traffic").propertyNames());
    for (JsonNode route : RouteJson.list(snapshot, true)) {
      assertThat(properties("Route")).containsAll(route.propertyNames());
    }
    OfRoute counted = new OfRoute(1, 0, 0, 0, 1.5, 2.5);
    for (JsonNode route : RouteJson.list(snapshot, true, Map.of("/orders/**", counted))) {
      if (route.path("source").asString().equals("default")) {
        assertThat(properties("RouteFigures"))
            .containsExactlyInAnyOrderElementsOf(route.path("figures").propertyNames());
      }
    }
    for (JsonNode route : listed.path("routes")) {
      assertThat(properties("Route")).containsAll(route.propertyNames());
    }
    assertThat(properties("Timeouts"))
        .containsExactlyInAnyOrderElementsOf(listed.at("/routes/0/timeouts").propertyNames());
  }

  @Test
  void theListOfRoutesTellsAllThatWasAccepted() {
    JsonNode asked = Json.mapper().readTree(FULL);
    ServiceSpec spec = read(asked);
    Service service = new Service("orders", List.of(), spec.routes(), spec.traffic(), Split.NONE);
    JsonNode told =
        RouteJson.list(new Snapshot(new Cursor("e", 1), Map.of("orders", service)), false);
    for (int i = 0; i < spec.routes().size(); i++) {
      assertThat(told.get(i).propertyNames()).containsAll(asked.at("/routes/" + i).propertyNames());
    }
    assertThat(told.at("/0/timeouts/tryMillis").asInt()).isEqualTo(2000);
    assertThat(told.at("/0/concurrency").asInt()).isEqualTo(7);
  }

  @Test
  void whatWasReadCanBePutBackAndChangesNothing() {
    ServiceSpec spec = read(Json.mapper().readTree(FULL));
    assertThat(read(SpecJson.tree(spec))).isEqualTo(spec);
  }

  private static ServiceSpec read(JsonNode tree) {
    Problems problems = Problems.withoutLines();
    return SpecReader.wire()
        .read("orders", tree, Place.ROOT, problems)
        .orElseThrow(() -> new AssertionError(problems.list().toString()));
  }

  /** The names directly under {@code properties} of a schema. */
  private static Set<String> properties(String schema) throws IOException {
    String document;
    try (InputStream in = Views.class.getResourceAsStream("openapi.yaml")) {
      assertThat(in).isNotNull();
      document = new String(in.readAllBytes(), UTF_8);
    }
    String start = "\n    " + schema + ":\n";
    assertThat(document).contains(start);
    String block = document.substring(document.indexOf(start) + start.length());
    block = block.split("(?m)^ {4}\\w", 2)[0];
    Set<String> names = new TreeSet<>();
    Pattern.compile("(?m)^ {8}(\\w+):")
        .matcher(block.substring(block.indexOf("      properties:")))
        .results()
        .map((MatchResult found) -> found.group(1))
        .forEach(names::add);
    return names;
  }
}

package io.roadstead.control.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.roadstead.registry.Route;
import io.roadstead.rollout.Health;
import io.roadstead.rollout.JarStart;
import io.roadstead.rollout.Resources;
import io.roadstead.rollout.RolloutPolicy;
import io.roadstead.rollout.ServiceSpec;
import io.roadstead.rollout.Source;
import io.roadstead.rollout.Stages;
import io.roadstead.rollout.Strategy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class SpecReaderTest {
  private static final String DIGEST = "ab".repeat(32);

  private final Problems problems = new Problems(pointer -> pointer.length());

  private static JsonNode tree(String json) {
    return JsonMapper.builder().build().readTree(json.replace('\'', '"'));
  }

  private Optional<ServiceSpec> read(String json) {
    return SpecReader.wire().read("orders", tree(json), Place.ROOT.key("orders"), problems);
  }

  private String only(String json) {
    assertThat(read(json)).isEmpty();
    assertThat(problems.list()).hasSize(1);
    return problems.list().getFirst().sentence();
  }

  @Test
  void aFullSpecificationIsRead() {
    ServiceSpec spec =
        read("""
        {'command': ['node', 'server.js', 8], 'version': '1.4', 'replicas': 3,
         'routes': [{'path': '/orders'}, {'path': '/o', 'host': 'Shop.Example', 'strip': false, 'filters': ['auth', 'stamp']}],
         'health': {'path': '/health', 'interval': '500ms', 'timeout': '2s', 'startup': '2m'},
         'env': {'LOG': 'info', 'N': 7, 'ON': true},
         'resources': {'memory': '256Mi', 'cpu': 0.5},
         'rollout': {'strategy': 'rolling', 'surge': 2, 'unavailable': 1, 'minReady': '1s',
                     'drainTimeout': '10s', 'stopTimeout': '1h'},
         'start': {'extract': false, 'cache': false}}\
        """)
            .orElseThrow();
    assertThat(problems.none()).isTrue();
    assertThat(spec)
        .isEqualTo(
            new ServiceSpec(
                "orders",
                new Source.Exec(List.of("node", "server.js", "8")),
                "1.4",
                3,
                List.of(
                    new Route("", "/orders", true),
                    new Route("shop.example", "/o", false, List.of("auth", "stamp"))),
                new Health(
                    "/health",
                    Duration.ofMillis(500),
                    Duration.ofSeconds(2),
                    Duration.ofMinutes(2)),
                Map.of("LOG", "info", "N", "7", "ON", "true"),
                new Resources(256L << 20, 0.5),
                new RolloutPolicy(
                    Strategy.ROLLING,
                    2,
                    1,
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(10),
                    Duration.ofHours(1)),
                new JarStart(false, false)));
    assertThat(new SpecJson().read("orders", new SpecJson().write(spec))).isEqualTo(spec);
  }

  @Test
  void howACanaryGoesAndWhatRunsAroundItIsReadAndWritten() {
    ServiceSpec spec =
        read("{'command': 'run $PORT', 'version': '1', 'rollout': {'strategy': 'canary', 'steps':"
                + " [{'share': 5, 'for': '1m'}, {'share': 50}], 'sampleTimeout': '2m', 'warm':"
                + " '0s', 'promote': 'manual', 'before': {'command': './migrate up'}, 'after':"
                + " {'url': 'http://127.0.0.1:9/told', 'timeout': '3s'}}}")
            .orElseThrow();

    assertThat(spec.rollout().strategy()).isEqualTo(Strategy.CANARY);
    assertThat(spec.rollout().stages())
        .isEqualTo(
            new Stages(
                List.of(
                    new Stages.Step(5, Duration.ofMinutes(1)),
                    new Stages.Step(50, Duration.ofSeconds(30))),
                Duration.ofMinutes(2),
                Duration.ZERO,
                true));
    assertThat(spec.rollout().hooks().before().orElseThrow().words()).isEqualTo("./migrate up");
    assertThat(spec.rollout().hooks().after().orElseThrow().timeout())
        .isEqualTo(Duration.ofSeconds(3));
    assertThat(new SpecJson().read("orders", new SpecJson().write(spec))).isEqualTo(spec);
  }

  @Test
  void whatIsLeftOutHasItsDefault() {
    ServiceSpec spec = read("{'command': 'run $PORT', 'env': null}").orElseThrow();
    assertThat(spec.source()).isEqualTo(new Source.Shell("run $PORT"));
    assertThat(spec.replicas()).isEqualTo(1);
    assertThat(spec.health()).isEqualTo(Health.DEFAULT);
    assertThat(spec.rollout()).isEqualTo(RolloutPolicy.DEFAULT);
    assertThat(spec.resources()).isEqualTo(Resources.UNLIMITED);
  }

  @Test
  void everyProblemIsToldAtOnceWithItsPathAndLine() {
    assertThat(
            read(
                "{'comand': 'x', 'replicas': 'two', 'health': {'interval': 5, 'start': '1s'},"
                    + " 'routes': [{'path': 'orders'}], 'resources': {'memory': '1Q'}}"))
        .isEmpty();
    assertThat(problems.list().stream().map(Problems.Problem::path))
        .containsExactlyInAnyOrder(
            "orders",
            "orders.comand",
            "orders.replicas",
            "orders.health.interval",
            "orders.health.start",
            "orders.routes[0].path",
            "orders.resources.memory");
    assertThat(problems.list()).allMatch(problem -> problem.line() > 0);
    assertThat(problems.list().toString()).contains("'command'?", "'startup'?");
  }

  @Test
  void impossibleValuesSayWhatIsAllowed() {
    for (String[] one :
        new String[][] {
          {"'replicas': -1", "is -1, allowed are 0 to 1000"},
          {"'replicas': 1001", "0 to 1000"},
          {"'replicas': 99999999999", "0 to 1000"},
          {"'version': 1.4", "write it in quotes: \"1.4\""},
          {"'version': 'a b'", "not a version label"},
          {"'rollout': {'strategy': 'bold'}", "rolling, recreate, blue-green, canary"},
          {"'rollout': {'steps': [{'share': 5}]}", "belong to the strategy canary"},
          {"'rollout': {'warm': '1m'}", "belongs to the strategies canary and blue-green"},
          {"'rollout': {'strategy': 'canary', 'steps': []}", "has 0 steps"},
          {"'rollout': {'strategy': 'canary', 'steps': [{'share': 0}]}", "1 to 99"},
          {"'rollout': {'strategy': 'canary', 'steps': [{'for': '1s'}]}", "is missing"},
          {
            "'rollout': {'strategy': 'canary', 'steps': [{'share': 9}, {'share': 9}]}",
            "shares must grow"
          },
          {"'rollout': {'strategy': 'canary', 'promote': 'never'}", "auto, manual"},
          {"'rollout': {'before': {}}", "one of command: and url:"},
          {"'rollout': {'after': {'url': 'file:///etc/passwd'}}", "not an address"},
          {"'rollout': {'after': {'command': []}}", "a list of words"},
          {"'rollout': {'surge': 0}", "both 0"},
          {"'rollout': {'stopTimeout': '3 weeks'}", "10s, 500ms or 2m"},
          {"'health': {'timeout': '0s'}", "10ms to 24h"},
          {"'health': {'path': 'health'}", "/health"},
          {"'resources': {'cpu': -1}", "0.0 to 1024.0"},
          {"'routes': [{'path': '/a'}, {'path': '/a'}]", "twice"},
          {"'routes': [{'path': '/a', 'host': 'x:80'}]", "host name"},
          {"'routes': [{'path': '/a', 'filters': ['A b']}]", "not a filter's name"},
          {"'routes': {'path': '/a'}", "a list is expected"},
          {"'env': {'A': {'b': 1}}", "text is expected"},
          {"'jar': '/x.jar'", "more than one thing to run"}
        }) {
      Problems own = Problems.withoutLines();
      assertThat(
              SpecReader.wire()
                  .read("orders", tree("{'command': 'x', " + one[0] + "}"), Place.ROOT, own))
          .isEmpty();
      assertThat(own.list()).as(one[0]).hasSize(1);
      assertThat(own.list().getFirst().message()).contains(one[1]);
    }
  }

  @Test
  void aJarOverTheWireMustBeAbsoluteOrAnArtifact() {
    assertThat(only("{'jar': 'build/orders.jar'}")).contains("PUT /api/v1/artifacts");
    assertThat(
            SpecReader.wire()
                .read(
                    "orders",
                    tree("{'artifact': '" + DIGEST + "'}"),
                    Place.ROOT,
                    Problems.withoutLines())
                .orElseThrow()
                .source())
        .isEqualTo(new Source.Artifact(DIGEST));
  }

  @Test
  void aJarOfAFileCountsFromItsDirectoryAndMustBeThere(@TempDir Path directory) throws IOException {
    SpecReader reader = SpecReader.files(directory);
    JsonNode tree = tree("{'jar': 'orders.jar'}");
    assertThat(reader.read("orders", tree, Place.ROOT, problems)).isEmpty();
    assertThat(problems.list().getFirst().message())
        .contains("orders.jar", "is missing", directory.toString());
    Path jar = Files.writeString(directory.resolve("orders.jar"), "jar");
    assertThat(
            reader.read("orders", tree, Place.ROOT, Problems.withoutLines()).orElseThrow().source())
        .isEqualTo(new Source.Jar(jar));
  }

  @Test
  void aNameOutsideItsGrammarIsAProblem() {
    SpecReader.wire().read("a/b", tree("{'command': 'x'}"), Place.ROOT.key("a/b"), problems);
    assertThat(problems.list().getFirst().sentence()).contains("a/b", "not allowed");
  }

  @Test
  void whatIsWrittenReadsTheSameAgain() {
    SpecJson codec = new SpecJson();
    for (String json :
        List.of(
            "{'command': 'run', 'env': {'A': '1'}, 'routes': [{'path': '/', 'strip': false}]}",
            "{'command': ['a', 'b c'], 'resources': {'memory': 1048577, 'cpu': 2}}",
            "{'artifact': '"
                + DIGEST
                + "', 'version': '2', 'replicas': 0,"
                + " 'rollout': {'minReady': '1500ms', 'surge': 0, 'unavailable': 1}}",
            "{'jar': '/opt/orders.jar', 'health': {'path': '/up', 'startup': '90s'}}")) {
      ServiceSpec spec = read(json).orElseThrow();
      assertThat(codec.read("orders", codec.write(spec))).isEqualTo(spec);
    }
    assertThatThrownBy(() -> codec.read("orders", "{\"replicas\":-1}"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("orders");
  }
}

package io.roadstead.runtime.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.roadstead.rollout.Launch;
import io.roadstead.rollout.LaunchFailed;
import io.roadstead.rollout.Release;
import io.roadstead.rollout.Source;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class EnvironmentTest {
  private static final Source JAR = new Source.Artifact("cafe");
  private static final Source COMMAND = new Source.Shell("node server.js");
  private static final String JSON = "SPRING_APPLICATION_JSON";

  private final Map<String, String> inherited = new HashMap<>(Map.of("PATH", "/bin"));

  @Test
  void anInstanceIsToldExactlyWhatTheContractNames() throws Exception {
    assertThat(environment(JAR, Map.of("LOG_LEVEL", "info"), false))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "PATH", "/bin",
                "LOG_LEVEL", "info",
                "PORT", "20117",
                "ROADSTEAD_SERVICE", "orders",
                "ROADSTEAD_VERSION", "1.4",
                "ROADSTEAD_INSTANCE_ID", "orders-1",
                "ROADSTEAD_REGISTRY", "http://127.0.0.1:9000",
                "ROADSTEAD_GATEWAY", "http://127.0.0.1:9001",
                "ROADSTEAD_INSTANCE_TOKEN", "t0ken",
                "TMPDIR", "/data/tmp/orders-1"));
  }

  @Test
  void aSpringServiceIsToldMore() throws Exception {
    Map<String, String> env = environment(JAR, Map.of(), true);

    assertThat(env)
        .containsEntry("SERVER_PORT", "20117")
        .containsEntry("SPRING_APPLICATION_NAME", "orders")
        .containsEntry("EUREKA_INSTANCE_INSTANCE_ID", "orders-1")
        .containsEntry("EUREKA_INSTANCE_HOSTNAME", "127.0.0.1");
    assertThat(json(env))
        .isEqualTo(
            JsonMapper.shared()
                .readTree(
                    """
                    {
                      "eureka.client.service-url.defaultZone":
                        "http://orders-1:t0ken@127.0.0.1:9000/eureka/",
                      "eureka.client.registry-fetch-interval-seconds": 2,
                      "spring.cloud.loadbalancer.cache.ttl": "1s",
                      "server.shutdown": "graceful",
                      "spring.lifecycle.timeout-per-shutdown-phase": "30s",
                      "management.endpoint.health.probes.enabled": true
                    }\
                    """));
  }

  @Test
  void whatAServiceHasInItsJsonStaysAndWins() throws Exception {
    String own =
        """
        {"server": {"shutdown": "immediate"}, "a": {"b": [1, 2]},
         "eureka.client.registryFetchIntervalSeconds": 7}\
        """;

    JsonNode merged = json(environment(JAR, Map.of(JSON, own), true));

    assertThat(merged.at("/a/b/1").asInt()).isEqualTo(2);
    assertThat(merged.at("/server/shutdown").asString()).isEqualTo("immediate");
    assertThat(merged.has("server.shutdown")).isFalse();
    assertThat(merged.has("eureka.client.registry-fetch-interval-seconds")).isFalse();
    assertThat(merged.get("spring.cloud.loadbalancer.cache.ttl").asString()).isEqualTo("1s");
  }

  @Test
  void aVariableOfTheSpecificationWinsOverTheJsonThatSpringPrefers() throws Exception {
    Map<String, String> env =
        environment(
            JAR,
            Map.of(
                "SERVER_PORT", "1",
                "SERVER_SHUTDOWN", "immediate",
                "EUREKA_CLIENT_REGISTRY_FETCH_INTERVAL_SECONDS", "9",
                "EUREKA_CLIENT_SERVICEURL_DEFAULTZONE", "http://elsewhere/eureka/"),
            true);

    assertThat(env).containsEntry("SERVER_PORT", "1");
    assertThat(json(env).has("server.shutdown")).isFalse();
    assertThat(json(env).has("eureka.client.registry-fetch-interval-seconds")).isFalse();
    assertThat(json(env).get("eureka.client.service-url.defaultZone").asString())
        .isEqualTo("http://elsewhere/eureka/");
  }

  @Test
  void jsonThatIsNoneIsRefusedWithoutRepeatingIt() {
    assertThatThrownBy(() -> environment(JAR, Map.of(JSON, "{hunter2"), true))
        .isInstanceOf(LaunchFailed.class)
        .hasMessageContaining(JSON)
        .hasMessageContaining("orders")
        .hasMessageNotContaining("hunter2");
  }

  @Test
  void thePlatformsOwnSecretsAreNotInherited() throws Exception {
    inherited.put("ROADSTEAD_TOKEN", "of the platform");
    inherited.put("ROADSTEAD_DATA", "/elsewhere");

    assertThat(environment(JAR, Map.of(), false))
        .doesNotContainKeys("ROADSTEAD_TOKEN", "ROADSTEAD_DATA");
  }

  @Test
  void aCommandThatMayBeAJvmKeepsItsTemporaryFilesInside() throws Exception {
    Map<String, String> env = environment(COMMAND, Map.of("JDK_JAVA_OPTIONS", "-Xmx64m"), true);

    assertThat(env)
        .containsEntry(
            "JDK_JAVA_OPTIONS", "\"-Djava.io.tmpdir=/data/tmp/orders-1\" -XX:-UsePerfData -Xmx64m");
  }

  @Test
  void aReleaseThatSetsItsOwnPollingIsKnown() {
    assertThat(changes(JAR, Map.of("LOG_LEVEL", "info"))).isFalse();
    assertThat(changes(JAR, Map.of("EUREKA_CLIENT_REGISTRYFETCHINTERVALSECONDS", "30"))).isTrue();
    assertThat(changes(JAR, Map.of("SPRING_CLOUD_LOADBALANCER_CACHE_TTL", "35s"))).isTrue();
    assertThat(
            changes(JAR, Map.of("JAVA_TOOL_OPTIONS", "-Dspring.cloud.loadbalancer.cache.ttl=9s")))
        .isTrue();
    assertThat(changes(JAR, Map.of(JSON, "{\"eureka.client.registryFetchIntervalSeconds\":30}")))
        .isTrue();
    assertThat(
            changes(
                new Source.Exec(
                    List.of("java", "-Deureka.client.registry-fetch-interval-seconds=30", "A")),
                Map.of()))
        .isTrue();
    assertThat(changes(new Source.Shell("java -Deureka.client.enabled=true A"), Map.of()))
        .isFalse();
  }

  private static boolean changes(Source source, Map<String, String> env) {
    return ProcessRuntime.changesPolling(Bench.release(source, env));
  }

  private Map<String, String> environment(Source source, Map<String, String> env, boolean spring)
      throws LaunchFailed {
    var settings =
        new ProcessSettings(
            Path.of("/data"),
            Path.of("/jdk/bin/java"),
            Path.of("/work"),
            () -> "http://127.0.0.1:9000",
            () -> "http://127.0.0.1:9001",
            inherited,
            20_000,
            29_999,
            3,
            1 << 20);
    Release release = Bench.release(source, env);
    return new Environment(settings).of(new Launch("orders-1", release, "t0ken"), 20117, spring);
  }

  private static JsonNode json(Map<String, String> env) {
    return JsonMapper.shared().readTree(env.getOrDefault(JSON, ""));
  }
}

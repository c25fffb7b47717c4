package io.roadstead.platform.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.roadstead.gateway.accesslog.AccessLogConfig;
import io.roadstead.gateway.accesslog.AccessLogConfig.Format;
import io.roadstead.gateway.accesslog.AccessLogConfig.Query;
import io.roadstead.platform.GatewayListen;
import io.roadstead.platform.HostPort;
import io.roadstead.platform.Refused;
import io.roadstead.registry.Route;
import io.roadstead.registry.liveness.ActiveChecks;
import io.roadstead.registry.liveness.ActiveChecks.How;
import io.roadstead.rollout.ServiceSpec;
import io.roadstead.rollout.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RoadsteadFileTest {
  @TempDir Path directory;

  private RoadsteadFile read(String yaml) throws IOException {
    return RoadsteadFile.read(Files.writeString(directory.resolve("roadstead.yaml"), yaml));
  }

  private List<String> problems(String yaml) {
    Refused refused = catchThrowableOfType(Refused.class, () -> read(yaml));
    assertThat(refused).as("the file should be refused").isNotNull();
    return String.valueOf(refused.getMessage())
        .lines()
        .map(line -> line.substring(line.indexOf(": line ") + 2))
        .toList();
  }

  @Test
  void everythingThatTheFileCanSayIsRead() throws Exception {
    Files.writeString(directory.resolve("orders.jar"), "PK");
    RoadsteadFile file =
        read(
            """
            control: { listen: 127.0.0.1:9001, users: { team: "secret" } }
            gateway: { listen: 0.0.0.0:9002, defaultRoutes: true }
            services:
              orders:
                jar: orders.jar
                version: 1.10
                replicas: 3
                routes: [ { path: /orders }, { host: shop.example, path: /o, strip: false } ]
                health: { path: /health, interval: 1s, timeout: 500ms, startup: 2m }
                env: { LOG_LEVEL: info, PORTS: 80, DEBUG: yes, EMPTY: "" }
                resources: { memory: 256Mi, cpu: 0.5 }
                rollout: { strategy: rolling, surge: 2, unavailable: 0, minReady: 1s }
              web:
                command: [node, server.js]
            """);
    assertThat(file.control()).contains(new HostPort("127.0.0.1", 9001));
    assertThat(file.users()).containsExactly(Map.entry("team", "secret"));
    assertThat(file.gateway()).contains(GatewayListen.at(new HostPort("0.0.0.0", 9002)));
    assertThat(file.defaultRoutes()).contains(true);
    ServiceSpec orders = file.services().getFirst();
    assertThat(orders.source()).isEqualTo(new Source.Jar(directory.resolve("orders.jar")));
    assertThat(orders.version()).isEqualTo("1.10");
    assertThat(orders.replicas()).isEqualTo(3);
    assertThat(orders.routes())
        .containsExactly(new Route("", "/orders", true), new Route("shop.example", "/o", false));
    assertThat(orders.health().timeout()).isEqualTo(Duration.ofMillis(500));
    assertThat(orders.env())
        .containsEntry("PORTS", "80")
        .containsEntry("DEBUG", "yes")
        .containsEntry("EMPTY", "");
    assertThat(orders.resources().memoryBytes()).isEqualTo(256L << 20);
    assertThat(orders.rollout().surge()).isEqualTo(2);
    assertThat(file.services().get(1).source())
        .isEqualTo(new Source.Exec(List.of("node", "server.js")));
  }

  @Test
  void activeChecksAreReadAndAreOffWhereTheFileSaysNothing() throws Exception {
    assertThat(read("gateway: { listen: none }").activeChecks().on()).isFalse();
    assertThat(read("registry: { activeChecks: { by: tcp } }").activeChecks())
        .isEqualTo(new ActiveChecks(How.TCP, Duration.ofSeconds(30), Duration.ofSeconds(2), 2, 3));
    assertThat(
            read("""
            registry:
              activeChecks: { by: http, interval: 10s, timeout: 500ms, suspectAfter: 4, downAfter: 6 }
            """)
                .activeChecks())
        .isEqualTo(
            new ActiveChecks(How.HTTP, Duration.ofSeconds(10), Duration.ofMillis(500), 4, 6));
  }

  @Test
  void everyProblemOfActiveChecksIsTold() {
    assertThat(
            problems(
                """
                registry:
                  activeChecks:
                    by: ping
                    interval: 1s
                    timeout: 2s
                    suspectAfter: 5
                    downAfter: 4
                    often: yes
                  peers: []
                """))
        .satisfiesExactly(
            line -> assertThat(line).startsWith("line 3: registry.activeChecks.by 'ping'"),
            line -> assertThat(line).startsWith("line 5: registry.activeChecks.timeout is longer"),
            line -> assertThat(line).startsWith("line 7: registry.activeChecks.downAfter is 4"),
            line -> assertThat(line).startsWith("line 8: registry.activeChecks.often is not"),
            line -> assertThat(line).startsWith("line 9: registry.peers is not a known key"));
  }

  @Test
  void theAccessLogIsReadAndIsOffWhereTheFileSaysNothing() throws Exception {
    assertThat(read("gateway: { listen: none }").gatewaySettings().accessLog()).isEmpty();
    assertThat(read("gateway: { accessLog: { file: '-' } }").gatewaySettings().accessLog())
        .contains(AccessLogConfig.to("-", Format.TEXT));
    assertThat(
            read("""
            gateway:
              accessLog: { file: logs/a.log, format: json, query: full, buffer: 128Ki, rotate: 1Mi, keep: 2 }
            """)
                .gatewaySettings()
                .accessLog())
        .contains(
            new AccessLogConfig(
                Optional.of(directory.resolve("logs/a.log")),
                Format.JSON,
                Query.FULL,
                128 << 10,
                1 << 20,
                2));
  }

  @Test
  void everyProblemOfTheGatewaysSectionIsTold() {
    assertThat(
            problems(
                """
                gateway:
                  filters: no/such/folder
                  accessLog:
                    format: xml
                    query: some
                    buffer: 1Ki
                    keep: -1
                    level: debug
                """))
        .satisfiesExactlyInAnyOrder(
            line -> assertThat(line).startsWith("line 2: gateway.filters is no folder"),
            line -> assertThat(line).startsWith("line 3: gateway.accessLog.file is missing"),
            line -> assertThat(line).startsWith("line 4: gateway.accessLog.format 'xml'"),
            line -> assertThat(line).startsWith("line 5: gateway.accessLog.query 'some'"),
            line -> assertThat(line).startsWith("line 6: gateway.accessLog.buffer is 1Ki"),
            line -> assertThat(line).startsWith("line 7: gateway.accessLog.keep is -1"),
            line -> assertThat(line).startsWith("line 8: gateway.accessLog.level is not"));
  }

  @Test
  void theFileCanLeaveTheGatewayToProcessesOfTheirOwn() throws Exception {
    assertThat(read("gateway: { listen: none }").gateway()).contains(GatewayListen.NONE);
  }

  @Test
  void anEmptyFileIsAPlatformWithoutServices() throws Exception {
    assertThat(read("# nothing\n").services()).isEmpty();
  }

  @Test
  void allProblemsAreToldAtOnceEachWithItsLine() {
    assertThat(
            problems(
                """
                control:
                  listen: nowhere
                  tls: { certificate: c.pem }
                gatewy: {}
                services:
                  Bad/Name:
                    command: x
                  orders:
                    command: run
                    replicas: -1
                    health: { interval: soon }
                    rollouts: {}
                """))
        .anySatisfy(line -> assertThat(line).startsWith("line 2:").contains("nowhere"))
        .anySatisfy(line -> assertThat(line).startsWith("line 3:").contains("tls", "not supported"))
        .anySatisfy(line -> assertThat(line).startsWith("line 4:").contains("gatewy", "gateway"))
        .anySatisfy(line -> assertThat(line).startsWith("line 6:").contains("Bad/Name"))
        .anySatisfy(line -> assertThat(line).startsWith("line 10:").contains("-1"))
        .anySatisfy(line -> assertThat(line).startsWith("line 11:").contains("soon"))
        .anySatisfy(line -> assertThat(line).startsWith("line 12:").contains("rollout"))
        .hasSize(7);
  }

  @Test
  void aKeyThatIsThereTwiceIsAProblem() {
    assertThat(problems("services:\n  a: { command: x }\n  a: { command: y }\n"))
        .singleElement()
        .satisfies(
            line -> assertThat(line).startsWith("line 3:").contains("\"a\" twice", "line 2"));
  }

  @Test
  void whatIsNoYamlIsOneProblemWithItsLine() {
    assertThat(problems("services:\n  orders: [\n"))
        .singleElement()
        .satisfies(line -> assertThat(line).startsWith("line ").contains("not YAML"));
  }

  @Test
  void aFileThatIsNotThereIsNamed() {
    Path missing = directory.resolve("missing.yaml");
    assertThat(catchThrowableOfType(Refused.class, () -> RoadsteadFile.read(missing)))
        .hasMessageContaining(missing.toString());
  }
}

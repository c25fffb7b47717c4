package io.roadstead.platform.bench.balancer;

import io.roadstead.platform.Refused;
import io.roadstead.platform.bench.proxy.GatewayProcess;
import io.roadstead.platform.bench.proxy.HaProxy;
import io.roadstead.platform.bench.proxy.Nginx;
import io.roadstead.platform.bench.proxy.Pinned;
import io.roadstead.platform.demo.stage.Child;
import io.roadstead.platform.demo.stage.Program;
import io.roadstead.registry.Balancing;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Ten origins in one process, and before them, each with one thread on one core: the gateway with a
 * service for each strategy, nginx with {@code least_conn} and HAProxy with {@code leastconn}. Of
 * these two there is one as it comes, which looks at nothing but connections, and one told to look
 * at answers too.
 */
final class RealProxies {
  private static final int ORIGINS = 10;
  private static final String BARE = "-bare";

  /** Least request and round robin as the textbook has them: whatever comes back ejects nobody. */
  private static final String BARE_TRAFFIC =
      "    traffic: { ejection: { errors: 0, errorPercent: 0 } }\n";

  private final Pinned pinned;
  private final Consumer<String> progress;
  private final int[] ports = new int[ORIGINS];
  private final List<Contestant> contestants = new ArrayList<>();

  RealProxies(Pinned pinned, Consumer<String> progress) {
    this.pinned = pinned;
    this.progress = progress;
  }

  /** Any of the origins; what is asked of it is asked of all. */
  InetSocketAddress origin() {
    return loopback(ports[0]);
  }

  int origins() {
    return ORIGINS;
  }

  /** Starts all; each answers when this returns. */
  List<Contestant> start(Set<Balancing.Strategy> strategies)
      throws IOException, InterruptedException {
    startOrigins();
    startGateway(strategies);
    have("nginx", this::startNginx);
    have("HAProxy", this::startHaProxy);
    return List.copyOf(contestants);
  }

  /** Starting one that may not be there. */
  private interface Start {
    void run() throws IOException, InterruptedException;
  }

  private void have(String name, Start start) throws IOException, InterruptedException {
    try {
      start.run();
    } catch (Refused e) {
      progress.accept("without " + name + ": " + e.getMessage());
    }
  }

  private void startOrigins() throws InterruptedException {
    List<String> arguments = new ArrayList<>();
    for (int i = 0; i < ORIGINS; i++) {
      ports[i] = pinned.freePort();
      arguments.add(Integer.toString(ports[i]));
    }
    Child child =
        pinned.start(
            "origins",
            Pinned.LOAD_CORE,
            Program.running().command(Origins.class, List.of(), arguments),
            Map.of());
    pinned.await(child, "http://127.0.0.1:" + ports[ORIGINS - 1] + "/");
  }

  private void startGateway(Set<Balancing.Strategy> strategies)
      throws IOException, InterruptedException {
    Map<String, Balancing.Strategy> services = new LinkedHashMap<>();
    strategies.forEach(each -> services.put(each.word(), each));
    for (Balancing.Strategy each :
        List.of(Balancing.Strategy.LEAST_REQUEST, Balancing.Strategy.ROUND_ROBIN)) {
      services.put(each.word() + BARE, each);
    }
    StringBuilder file = new StringBuilder("services:\n");
    services.forEach(
        (name, strategy) ->
            file.append(
                    """
                      %s:
                        command: [ "true" ]
                        replicas: 0
                        balancer: { strategy: %s }
                    """
                        .formatted(name, strategy.word()))
                .append(name.endsWith(BARE) ? BARE_TRAFFIC : ""));
    Path written = pinned.folder().resolve("roadstead.yaml");
    Files.writeString(written, file);
    GatewayProcess platform = GatewayProcess.platform(pinned, written);
    for (String service : services.keySet()) {
      for (int i = 0; i < ORIGINS; i++) {
        platform.register(service, service + "-" + i, ports[i]);
      }
    }
    int port = pinned.freePort();
    Child gateway = platform.gateway(port);
    for (Map.Entry<String, Balancing.Strategy> each : services.entrySet()) {
      String service = each.getKey();
      boolean bare = service.endsWith(BARE);
      pinned.await(gateway, "http://127.0.0.1:" + port + "/" + service + "/");
      contestants.add(
          new Contestant(
              "Roadstead "
                  + (each.getValue() == Balancing.DEFAULT.strategy()
                      ? "**default**"
                      : "`" + each.getValue().word() + "`" + (bare ? ", no ejection" : "")),
              GatewayProcess.version(),
              loopback(port),
              "/" + service + "/",
              simulated(each.getValue(), bare)));
    }
  }

  private static @Nullable Competitor simulated(Balancing.Strategy strategy, boolean bare) {
    return switch (strategy) {
      case PEAK_EWMA -> Competitor.DEFAULT;
      case LEAST_REQUEST -> bare ? Competitor.LEAST_REQUEST : Competitor.GUARDED_LEAST_REQUEST;
      case ROUND_ROBIN -> bare ? Competitor.ROUND_ROBIN : null;
      case PREQUAL -> Competitor.HOT_COLD;
      case MAGLEV -> Competitor.MAGLEV;
      case SMOOTH_WEIGHTED, RANDOM, ZONE_FIRST -> null;
    };
  }

  private void startNginx() throws IOException, InterruptedException {
    Nginx nginx = new Nginx(pinned);
    nginx(nginx, "nginx", "`least_conn`", "", "");
    nginx(
        nginx,
        "nginx-answers",
        "`least_conn`, tries a 503 again",
        " max_fails=5 fail_timeout=1s",
        "proxy_next_upstream error timeout http_503;");
  }

  private void nginx(Nginx nginx, String name, String told, String perServer, String more)
      throws IOException, InterruptedException {
    int port = pinned.freePort();
    StringBuilder upstream = new StringBuilder("least_conn; ");
    for (int origin : ports) {
      upstream.append("server 127.0.0.1:%d%s; ".formatted(origin, perServer));
    }
    ready(
        nginx.start(name, Pinned.PROXY_CORE, Nginx.proxy(port, upstream.toString(), more)),
        "nginx " + told,
        nginx.version(),
        port);
  }

  private void startHaProxy() throws IOException, InterruptedException {
    HaProxy haproxy = new HaProxy(pinned);
    haproxy(haproxy, "haproxy", "`leastconn`", "");
    haproxy(
        haproxy,
        "haproxy-answers",
        "`leastconn`, observes answers",
        " check inter 1s rise 1 observe layer7 error-limit 5 on-error mark-down");
  }

  private void haproxy(HaProxy haproxy, String name, String told, String perServer)
      throws IOException, InterruptedException {
    int port = pinned.freePort();
    List<String> backend = new ArrayList<>(List.of("balance leastconn"));
    for (int i = 0; i < ORIGINS; i++) {
      backend.add("server s%d 127.0.0.1:%d pool-max-conn 1024%s".formatted(i, ports[i], perServer));
    }
    ready(
        haproxy.start(name, Pinned.PROXY_CORE, port, backend),
        "HAProxy " + told,
        haproxy.version(),
        port);
  }

  private void ready(Child child, String name, String version, int port)
      throws InterruptedException {
    pinned.await(child, "http://127.0.0.1:" + port + "/");
    contestants.add(new Contestant(name, version, loopback(port), "/", null));
  }

  private static InetSocketAddress loopback(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }
}

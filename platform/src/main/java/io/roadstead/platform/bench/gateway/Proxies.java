package io.roadstead.platform.bench.gateway;

import io.roadstead.platform.Refused;
import io.roadstead.platform.demo.stage.Child;
import io.roadstead.platform.demo.stage.FreePorts;
import io.roadstead.platform.demo.stage.Program;
import io.roadstead.platform.demo.stage.Workplace;
import io.roadstead.registry.Ticker;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Starts what is compared, each on the first core: nginx as it comes and with larger buffers,
 * HAProxy, Zuul, Spring Cloud Gateway, and the gateway in a process of its own. The origin, an
 * nginx too, is on the second core with the load. The settings that a peer needs to show its best
 * are those that were found to: kept connections to the origin, one worker, no access log.
 */
final class Proxies {
  static final String PROXY_CORE = "0";
  static final String LOAD_CORE = "1";
  static final int LARGE_BYTES = 100_000;

  /** As the launcher starts a gateway, whatever it gave to this command. */
  private static final List<String> SIZES =
      List.of(
          "-Xms32m",
          "-Xmn8m",
          "-Xmx112m",
          "-XX:MaxMetaspaceSize=256m",
          "-Xss512k",
          "-XX:TieredStopAtLevel=4");

  /**
   * Has the mark by which the workplace's guard ends what is left: nginx writes its title over its
   * environment, and would not be found.
   */
  private static final String KEEPER =
      """
      "$@" &
      child=$!
      trap 'kill "$child"' TERM
      wait "$child"
      wait "$child"
      """;

  private static final Duration READY_WITHIN = Duration.ofSeconds(60);
  private static final String SERVICE = "origin";

  private final Path folder;
  private final @Nullable Set<Peer> wanted;
  private final Consumer<String> progress;
  private final Ticker ticker;
  private final RandomGenerator random;
  private final HttpClient http;
  private final String taskset;

  /**
   * One that is compared.
   *
   * @param name of the product
   * @param version as it says itself
   * @param base URL of the origin through it
   */
  record Proxy(String name, String version, Kind kind, ProcessHandle process, String base) {}

  /** How one takes part. */
  enum Kind {
    /** Needs no warm-up. */
    COMPILED,
    /** Needs one. */
    OURS,
    /** Needs a longer one, and is compared under small requests only. */
    SMALL_ONLY
  }

  /**
   * @param wanted null for all that can be had
   */
  Proxies(
      Path folder,
      @Nullable Set<Peer> wanted,
      Ticker ticker,
      RandomGenerator random,
      Consumer<String> progress) {
    this.folder = folder;
    this.wanted = wanted;
    this.progress = progress;
    this.ticker = ticker;
    this.random = random;
    this.http = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(1)).build();
    this.taskset = Tool.need("taskset", "util-linux").toString();
  }

  Path folder() {
    return folder;
  }

  /** Starts all; each answers when this returns. */
  List<Proxy> start() throws IOException, InterruptedException {
    Path nginx = Tool.need("nginx", "nginx-light");
    int origin = FreePorts.one(random);
    origin(nginx, origin);
    List<Proxy> all = new ArrayList<>();
    String version = Tool.version(nginx, "-v").replaceAll(".*/", "");
    all.add(nginx(nginx, "nginx", version, "", origin));
    if (wants(Peer.NGINX_LARGE)) {
      all.add(
          nginx(
              nginx,
              "nginx, large buffers",
              version,
              "proxy_buffers 32 16k; proxy_buffer_size 16k; proxy_max_temp_file_size 0;",
              origin));
    }
    if (wants(Peer.HAPROXY)) {
      have(Peer.HAPROXY, () -> all.add(haproxy(Tool.need("haproxy", "haproxy"), origin)));
    }
    if (wants(Peer.ZUUL)) {
      have(Peer.ZUUL, () -> all.add(zuul(origin)));
    }
    if (wants(Peer.SPRING)) {
      have(Peer.SPRING, () -> all.add(spring(origin)));
    }
    all.add(roadstead(origin));
    return all;
  }

  private boolean wants(Peer peer) {
    return wanted == null || wanted.contains(peer);
  }

  /** Starting what is compared. */
  private interface Start {
    void run() throws IOException, InterruptedException;
  }

  /** Without one that was not asked for by name, the others are compared still. */
  private void have(Peer peer, Start start) throws IOException, InterruptedException {
    try {
      start.run();
    } catch (Refused e) {
      if (wanted != null) {
        throw e;
      }
      progress.accept("without " + peer.word() + ": " + e.getMessage());
    }
  }

  private Proxy zuul(int origin) throws IOException, InterruptedException {
    int port = FreePorts.one(random);
    return java(
        "Zuul",
        JavaPeer.ZUUL,
        port,
        List.of(
            "-Dpeer.port=" + port,
            "-Deureka.port=" + port,
            "-Dapi.ribbon.listOfServers=127.0.0.1:" + origin),
        List.of());
  }

  private Proxy spring(int origin) throws IOException, InterruptedException {
    int port = FreePorts.one(random);
    return java(
        "Spring Cloud Gateway",
        JavaPeer.SPRING,
        port,
        List.of(),
        List.of("--server.port=" + port, "--peer.origin=127.0.0.1:" + origin));
  }

  private Proxy java(
      String name, JavaPeer peer, int port, List<String> properties, List<String> arguments)
      throws IOException, InterruptedException {
    Program program = Program.running();
    JavaPeer.Built built = peer.build(program, folder, progress);
    List<String> flags = new ArrayList<>(properties);
    flags.add("-Djava.io.tmpdir=" + folder);
    Child child =
        child(
            peer.project(),
            PROXY_CORE,
            built.command(program.java(), flags, arguments),
            Map.of(),
            false);
    return ready(child, name, built.version(), Kind.SMALL_ONLY, "http://127.0.0.1:" + port);
  }

  private void origin(Path nginx, int port) throws IOException, InterruptedException {
    Path root = Files.createDirectory(folder.resolve("www"));
    Files.writeString(root.resolve("large"), "x".repeat(LARGE_BYTES));
    String servers =
        """
        sendfile on; tcp_nopush on; client_body_buffer_size 2m; default_type text/plain;
          upstream self { server 127.0.0.1:%d; keepalive 64; }
          server { listen 127.0.0.1:%d backlog=4096; root %s; open_file_cache max=10 inactive=300s;
            location / { return 200 "%s"; }
            location = /large { }
            location = /upload { proxy_pass http://self/; proxy_pass_request_body off;
              proxy_set_header Content-Length ""; proxy_http_version 1.1; proxy_set_header Connection ""; } }
        """
            .formatted(port, port, root, "x".repeat(127) + "y");
    Child child = nginx(nginx, "nginx-origin", LOAD_CORE, servers);
    ready(child, "http://127.0.0.1:" + port);
  }

  private Proxy nginx(Path nginx, String name, String version, String more, int origin)
      throws IOException, InterruptedException {
    int port = FreePorts.one(random);
    String file = name.replaceAll("[^a-z]+", "-");
    Child child =
        nginx(
            nginx,
            file,
            PROXY_CORE,
            """
            %s upstream o { server 127.0.0.1:%d; keepalive 512; keepalive_requests 100000000; }
              server { listen 127.0.0.1:%d backlog=4096;
                location / { proxy_pass http://o; proxy_http_version 1.1; proxy_set_header Connection "";
                  proxy_request_buffering off; } }
            """
                .formatted(more, origin, port));
    return ready(child, name, version, Kind.COMPILED, "http://127.0.0.1:" + port);
  }

  private Child nginx(Path nginx, String name, String core, String servers) throws IOException {
    Path at = folder.resolve(name);
    String user = System.getProperty("user.name").equals("root") ? "user root root; " : "";
    Path file = folder.resolve(name + ".conf");
    Files.writeString(
        file,
        """
        %sworker_processes 1; daemon off; pid %s.pid; error_log %s.err; worker_rlimit_nofile 20000;
        events { worker_connections 19000; }
        http {
          access_log off; keepalive_requests 100000000; keepalive_timeout 300s; tcp_nodelay on;
          client_max_body_size 0; client_body_temp_path %s.body; proxy_temp_path %s.proxy;
          fastcgi_temp_path %s.fastcgi; uwsgi_temp_path %s.uwsgi; scgi_temp_path %s.scgi;
          %s
        }
        """
            .formatted(user, at, at, at, at, at, at, at, servers));
    return child(
        name,
        core,
        List.of(
            nginx.toString(), "-c", file.toString(), "-p", folder.toString(), "-e", at + ".err"),
        Map.of(),
        true);
  }

  private Proxy haproxy(Path haproxy, int origin) throws IOException, InterruptedException {
    int port = FreePorts.one(random);
    Path file = folder.resolve("haproxy.cfg");
    Files.writeString(
        file,
        """
        global
          nbthread 1
          maxconn 9000
        defaults
          mode http
          timeout client 60s
          timeout server 60s
          timeout connect 5s
          timeout http-keep-alive 60s
          http-reuse always
        frontend f
          bind 127.0.0.1:%d
          default_backend b
        backend b
          server s1 127.0.0.1:%d pool-max-conn 1024
        """
            .formatted(port, origin));
    Child child =
        child(
            "haproxy",
            PROXY_CORE,
            List.of(haproxy.toString(), "-db", "-f", file.toString()),
            Map.of(),
            true);
    String version = Tool.version(haproxy, "-v").replaceAll("HAProxy version (\\S+).*", "$1");
    return ready(child, "HAProxy", version, Kind.COMPILED, "http://127.0.0.1:" + port);
  }

  /** The gateway as users run it: routes, balancer and figures on, fed by a platform. */
  private Proxy roadstead(int origin) throws IOException, InterruptedException {
    String control = "127.0.0.1:" + FreePorts.one(random);
    Path data = folder.resolve("data");
    Program program = Program.running();
    Child platform =
        child(
            "platform",
            LOAD_CORE,
            program.command(
                List.of(),
                List.of(
                    "up", "--control", control, "--gateway", "none", "--data", data.toString())),
            Map.of("ROADSTEAD_DATA", data.toString()),
            false);
    platform.await(() -> answers("http://" + control + "/health/ready"), READY_WITHIN);
    String token = Files.readString(data.resolve("token")).strip();
    register(control, token, origin);
    int port = FreePorts.one(random);
    Child gateway =
        child(
            "gateway",
            PROXY_CORE,
            program.command(
                SIZES, List.of("gateway", "--control", control, "--listen", "127.0.0.1:" + port)),
            Map.of("ROADSTEAD_DATA", data.toString(), "ROADSTEAD_TOKEN", token),
            false);
    return ready(
        gateway, "Roadstead", version(), Kind.OURS, "http://127.0.0.1:" + port + "/" + SERVICE);
  }

  private static String version() {
    String version = Proxies.class.getPackage().getImplementationVersion();
    return (version == null ? "" : version + ", ") + "JDK " + Runtime.version().feature();
  }

  private void register(String control, String token, int origin) throws InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create("http://" + control + "/api/v1/registry/" + SERVICE + "/origin-1"))
            .timeout(Duration.ofSeconds(10))
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/json")
            .PUT(
                HttpRequest.BodyPublishers.ofString(
                    "{\"host\":\"127.0.0.1\",\"port\":"
                        + origin
                        + ",\"status\":\"UP\",\"leaseSeconds\":3600}"))
            .build();
    try {
      var answer = http.send(request, BodyHandlers.ofString());
      if (answer.statusCode() / 100 != 2) {
        throw Refused.because("the origin could not be registered: " + answer.body());
      }
    } catch (IOException e) {
      throw Refused.because("the origin could not be registered: " + e);
    }
  }

  private Child child(
      String name, String core, List<String> command, Map<String, String> more, boolean kept) {
    List<String> pinned = new ArrayList<>(List.of(taskset, "-c", core));
    if (kept) {
      pinned.addAll(List.of("/bin/sh", "-c", KEEPER, "sh"));
    }
    pinned.addAll(command);
    Map<String, String> variables = new HashMap<>(more);
    variables.put(Workplace.MARK, folder.toString());
    return Child.start(name, pinned, folder, variables, ticker);
  }

  private Proxy ready(Child child, String name, String version, Kind kind, String base)
      throws InterruptedException {
    ready(child, base);
    return new Proxy(name, version, kind, ProcessHandle.of(child.pid()).orElseThrow(), base);
  }

  private void ready(Child child, String base) throws InterruptedException {
    child.await(() -> answers(base + "/"), READY_WITHIN);
  }

  private boolean answers(String url) {
    try {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(1)).build();
      return http.send(request, BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}

package io.roadstead.platform.bench.gateway;

import io.roadstead.platform.Refused;
import io.roadstead.platform.bench.proxy.GatewayProcess;
import io.roadstead.platform.bench.proxy.HaProxy;
import io.roadstead.platform.bench.proxy.Nginx;
import io.roadstead.platform.bench.proxy.Pinned;
import io.roadstead.platform.demo.stage.Child;
import io.roadstead.platform.demo.stage.Program;
import io.roadstead.registry.Ticker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
  static final int LARGE_BYTES = 100_000;

  private static final String SERVICE = "origin";

  private final Pinned pinned;
  private final @Nullable Set<Peer> wanted;
  private final Consumer<String> progress;

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
    this.pinned = new Pinned(folder, ticker, random);
    this.wanted = wanted;
    this.progress = progress;
  }

  Path folder() {
    return pinned.folder();
  }

  /** Starts all; each answers when this returns. */
  List<Proxy> start() throws IOException, InterruptedException {
    Nginx nginx = new Nginx(pinned);
    int origin = pinned.freePort();
    origin(nginx, origin);
    List<Proxy> all = new ArrayList<>();
    all.add(nginx(nginx, "nginx", "", origin));
    if (wants(Peer.NGINX_LARGE)) {
      all.add(
          nginx(
              nginx,
              "nginx, large buffers",
              "proxy_buffers 32 16k; proxy_buffer_size 16k; proxy_max_temp_file_size 0;",
              origin));
    }
    if (wants(Peer.HAPROXY)) {
      have(Peer.HAPROXY, () -> all.add(haproxy(new HaProxy(pinned), origin)));
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
    int port = pinned.freePort();
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
    int port = pinned.freePort();
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
    JavaPeer.Built built = peer.build(program, folder(), progress);
    List<String> flags = new ArrayList<>(properties);
    flags.add("-Djava.io.tmpdir=" + folder());
    Child child =
        pinned.start(
            peer.project(),
            Pinned.PROXY_CORE,
            built.command(program.java(), flags, arguments),
            Map.of());
    return ready(child, name, built.version(), Kind.SMALL_ONLY, "http://127.0.0.1:" + port);
  }

  private void origin(Nginx nginx, int port) throws IOException, InterruptedException {
    Path root = Files.createDirectory(folder().resolve("www"));
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
    Child child = nginx.start("nginx-origin", Pinned.LOAD_CORE, servers);
    pinned.await(child, "http://127.0.0.1:" + port + "/");
  }

  private Proxy nginx(Nginx nginx, String name, String more, int origin)
      throws IOException, InterruptedException {
    int port = pinned.freePort();
    Child child =
        nginx.start(
            name.replaceAll("[^a-z]+", "-"),
            Pinned.PROXY_CORE,
            Nginx.proxy(port, "server 127.0.0.1:%d;".formatted(origin), more));
    return ready(child, name, nginx.version(), Kind.COMPILED, "http://127.0.0.1:" + port);
  }

  private Proxy haproxy(HaProxy haproxy, int origin) throws IOException, InterruptedException {
    int port = pinned.freePort();
    Child child =
        haproxy.start(
            "haproxy",
            Pinned.PROXY_CORE,
            port,
            List.of("server s1 127.0.0.1:%d pool-max-conn 1024".formatted(origin)));
    return ready(child, "HAProxy", haproxy.version(), Kind.COMPILED, "http://127.0.0.1:" + port);
  }

  private Proxy roadstead(int origin) throws IOException, InterruptedException {
    GatewayProcess platform = GatewayProcess.platform(pinned, null);
    platform.register(SERVICE, "origin-1", origin);
    int port = pinned.freePort();
    return ready(
        platform.gateway(port),
        "Roadstead",
        GatewayProcess.version(),
        Kind.OURS,
        "http://127.0.0.1:" + port + "/" + SERVICE);
  }

  private Proxy ready(Child child, String name, String version, Kind kind, String base)
      throws InterruptedException {
    pinned.await(child, base + "/");
    return new Proxy(name, version, kind, ProcessHandle.of(child.pid()).orElseThrow(), base);
  }
}

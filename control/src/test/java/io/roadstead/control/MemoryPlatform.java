package io.roadstead.control;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.roadstead.control.api.ReloadApi;
import io.roadstead.control.event.EventLog;
import io.roadstead.control.figures.FigureBook;
import io.roadstead.control.figures.GatewayCounts;
import io.roadstead.control.figures.Traffic;
import io.roadstead.control.http.ConnectionTimes;
import io.roadstead.control.mount.Mount;
import io.roadstead.registry.Registration;
import io.roadstead.registry.Registry;
import io.roadstead.registry.Splits;
import io.roadstead.registry.Status;
import io.roadstead.registry.Subscribers;
import io.roadstead.registry.Ticker;
import io.roadstead.rollout.Adoption;
import io.roadstead.rollout.Artifacts;
import io.roadstead.rollout.Deployer;
import io.roadstead.rollout.Exit;
import io.roadstead.rollout.Hook;
import io.roadstead.rollout.InstanceLogs;
import io.roadstead.rollout.InstanceRecord;
import io.roadstead.rollout.InstanceRuntime;
import io.roadstead.rollout.Launch;
import io.roadstead.rollout.ProbeResult;
import io.roadstead.rollout.ProcessMark;
import io.roadstead.rollout.Release;
import io.roadstead.rollout.RunningInstance;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A control plane with a real registry and deployer, whose processes and store are in memory. */
public final class MemoryPlatform implements AutoCloseable {
  public static final String TOKEN = "a-token-of-this-platform";
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final InstantSource wall = InstantSource.system();
  private final AtomicLong passed = new AtomicLong();
  private final MemoryStore store = new MemoryStore();
  final Map<String, Launch> launches = new ConcurrentHashMap<>();
  final Set<String> artifacts = new ConcurrentSkipListSet<>();
  final EventLog events = new EventLog(store);
  volatile boolean ready = true;
  public final Registry registry;
  public final Subscribers subscribers;
  final Deployer deployer;

  /** Each refusal told, as "gateway service/id". */
  public final List<String> refusals = new CopyOnWriteArrayList<>();

  public final FigureBook figures;

  /** What the own gateway has counted; null where there is none. */
  public volatile @Nullable GatewayCounts counted;

  final ControlServer server;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  public MemoryPlatform(String epoch, int port, Map<String, String> users, List<Mount> mounts) {
    this(epoch, port, users, mounts, ConnectionTimes.USUAL);
  }

  private MemoryPlatform(
      String epoch,
      int port,
      Map<String, String> users,
      List<Mount> mounts,
      ConnectionTimes times) {
    Ticker ticker = Ticker.system();
    registry = new Registry(epoch, wall, ticker, events);
    subscribers = new Subscribers(epoch, wall, ticker, events);
    Splits splits = new Splits(registry, new MemorySplits(), wall, events);
    figures =
        new FigureBook(
            () -> Optional.ofNullable(counted), () -> ticker.nanos() + passed.get(), wall);
    deployer =
        new Deployer(
            registry,
            splits,
            subscribers,
            new Processes(),
            new Digests(),
            store,
            figures,
            (hook, facts) -> new Hook.Outcome(true, ""),
            wall,
            ticker,
            events);
    PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    server =
        new ControlServer(
            new ControlConfig(
                "127.0.0.1",
                port,
                TOKEN,
                users,
                Set.of("roadstead.example"),
                "p1",
                true,
                Optional.of(false),
                times),
            new ControlServer.Parts(
                registry,
                splits,
                subscribers,
                (by, instances) -> instances.forEach(instance -> refusals.add(by + " " + instance)),
                deployer,
                new Digests(),
                lines(),
                events,
                meters,
                _ -> new Traffic.Sum(7, 1, 2),
                figures,
                () -> ready,
                mounts,
                ReloadApi.Outcome.NoFile::new,
                wall,
                () -> ticker.nanos() + passed.get()));
    events.start();
    deployer.start();
    server.start();
  }

  public static MemoryPlatform open() {
    return new MemoryPlatform("e1", 0, Map.of(), List.of());
  }

  /** Whose connections may keep it waiting for so long. */
  static MemoryPlatform open(ConnectionTimes times) {
    return new MemoryPlatform("e1", 0, Map.of(), List.of(), times);
  }

  /** Lets time pass for logins and figures. */
  public void pass(Duration time) {
    passed.addAndGet(time.toNanos());
  }

  public int port() {
    return server.address().getPort();
  }

  public URI uri(String path) {
    return URI.create("http://127.0.0.1:" + port() + path);
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(uri(path)).timeout(Duration.ofSeconds(20));
  }

  HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  HttpResponse<String> get(String path) throws Exception {
    return send(request(path));
  }

  /** With the token, and JSON as its type. */
  HttpResponse<String> send(String method, String path, String body) throws Exception {
    return send(
        request(path)
            .header("Authorization", "Bearer " + TOKEN)
            .header("Content-Type", "application/json")
            .method(method, HttpRequest.BodyPublishers.ofString(body)));
  }

  HttpResponse<String> send(String method, String path) throws Exception {
    return send(
        request(path)
            .header("Authorization", "Bearer " + TOKEN)
            .method(method, HttpRequest.BodyPublishers.noBody()));
  }

  static JsonNode json(HttpResponse<String> answer) {
    return JSON.readTree(answer.body());
  }

  static JsonNode json(String text) {
    return JSON.readTree(text);
  }

  JsonNode getJson(String path) throws Exception {
    return json(get(path));
  }

  /** Puts an instance into the registry, not by HTTP. */
  public void register(String service, String id, int port) {
    registry.register(
        new Registration(
            service,
            id,
            "127.0.0.1",
            "",
            port,
            false,
            Status.UP,
            100,
            Map.of(),
            Duration.ofSeconds(90),
            null));
  }

  @Override
  public void close() {
    client.shutdownNow();
    server.close();
    deployer.close();
    events.close();
  }

  private static InstanceLogs lines() {
    return new InstanceLogs() {
      @Override
      public boolean has(String service, String instance) {
        return instance.startsWith(service);
      }

      @Override
      public void read(
          String service,
          String instance,
          int tail,
          boolean follow,
          BooleanSupplier open,
          Consumer<String> line) {
        for (int i = 1; i <= Math.min(tail, 3); i++) {
          line.accept(service + " line " + i);
        }
      }
    };
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  static String sha256(String text) {
    return sha256(text.getBytes(StandardCharsets.UTF_8));
  }

  private final class Digests implements Artifacts {
    @Override
    public String add(InputStream bytes) throws IOException {
      String digest = sha256(bytes.readAllBytes());
      artifacts.add(digest);
      return digest;
    }

    @Override
    public Optional<Path> path(String sha256) {
      return artifacts.contains(sha256)
          ? Optional.of(Path.of("artifacts", sha256))
          : Optional.empty();
    }

    @Override
    public void retain(Set<String> digests) {
      artifacts.retainAll(digests);
    }
  }

  /** Processes that are healthy at once and end when they are told to. */
  private final class Processes implements InstanceRuntime {
    private final AtomicInteger started = new AtomicInteger();

    @Override
    public RunningInstance start(Launch launch) {
      launches.put(launch.id(), launch);
      int number = started.incrementAndGet();
      ProcessMark mark = new ProcessMark(1_000 + number, wall.instant(), 20_000 + number);
      return new Running(mark, new CompletableFuture<>());
    }

    @Override
    public Adoption adopt(InstanceRecord instance) {
      return new Adoption.Ended(new Exit(OptionalInt.empty(), ""), List.of());
    }

    @Override
    public Set<String> endAllBut(Set<String> instances, Duration patience) {
      return Set.of();
    }

    @Override
    public ProbeResult probe(Release release, RunningInstance instance, Duration timeout) {
      return new ProbeResult.Healthy();
    }

    @Override
    public boolean portWasTaken(RunningInstance instance) {
      return false;
    }

    @Override
    public void close() {}
  }

  private record Running(ProcessMark mark, CompletableFuture<Exit> exited)
      implements RunningInstance {
    @Override
    public String host() {
      return "127.0.0.1";
    }

    @Override
    public int port() {
      return mark.port();
    }

    @Override
    public void terminate() {
      exited.complete(new Exit(OptionalInt.of(143), ""));
    }

    @Override
    public void kill() {
      exited.complete(new Exit(OptionalInt.empty(), "SIGKILL"));
    }

    @Override
    public List<String> lastLogLines(int lines) {
      return List.of();
    }
  }
}

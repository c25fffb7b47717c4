package io.roadstead.control;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.roadstead.control.api.ArtifactsApi;
import io.roadstead.control.api.EventsApi;
import io.roadstead.control.api.FiguresApi;
import io.roadstead.control.api.GatewayKeyApi;
import io.roadstead.control.api.InstancesApi;
import io.roadstead.control.api.LogsApi;
import io.roadstead.control.api.PlatformApi;
import io.roadstead.control.api.RefusalsApi;
import io.roadstead.control.api.RegistryApi;
import io.roadstead.control.api.ReloadApi;
import io.roadstead.control.api.ServicesApi;
import io.roadstead.control.api.SplitApi;
import io.roadstead.control.api.Views;
import io.roadstead.control.console.Camera;
import io.roadstead.control.console.ConsoleStreams;
import io.roadstead.control.console.PageFiles;
import io.roadstead.control.console.SessionApi;
import io.roadstead.control.event.EventLog;
import io.roadstead.control.figures.FigureBook;
import io.roadstead.control.figures.PlatformMeters;
import io.roadstead.control.figures.Traffic;
import io.roadstead.control.http.Access;
import io.roadstead.control.http.Connections;
import io.roadstead.control.http.Endpoint;
import io.roadstead.control.http.Endpoints;
import io.roadstead.control.http.Guard;
import io.roadstead.control.http.HttpFront;
import io.roadstead.control.http.InvalidRequests;
import io.roadstead.control.http.Login;
import io.roadstead.control.http.OpenFiles;
import io.roadstead.control.http.TextStreams;
import io.roadstead.control.http.Uploads;
import io.roadstead.control.mount.Mount;
import io.roadstead.control.session.LoginLimit;
import io.roadstead.control.session.Sessions;
import io.roadstead.control.watch.Subscriptions;
import io.roadstead.control.watch.WatchHub;
import io.roadstead.control.wire.FiguresJson;
import io.roadstead.registry.Refusals;
import io.roadstead.registry.Registry;
import io.roadstead.registry.Splits;
import io.roadstead.registry.Subscribers;
import io.roadstead.registry.Ticker;
import io.roadstead.rollout.Artifacts;
import io.roadstead.rollout.Deployer;
import io.roadstead.rollout.InstanceLogs;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The control plane's HTTP: the own API, the watch, the figures, and what adapters mount beside
 * them.
 *
 * <p>One Vert.x event loop serves all connections; its thread owns every stream and long poll. What
 * blocks runs on virtual threads and comes back to the loop with its answer. {@link #start} opens
 * the port and {@link #close} ends all streams and closes it; each is called once.
 */
public final class ControlServer implements AutoCloseable {
  /** What it serves. Everything is started and closed by its owner. */
  public record Parts(
      Registry registry,
      Splits splits,
      Subscribers subscribers,
      Refusals refusals,
      Deployer deployer,
      Artifacts artifacts,
      InstanceLogs logs,
      EventLog events,
      PrometheusMeterRegistry meters,
      Traffic traffic,
      FigureBook figures,
      BooleanSupplier ready,
      List<Mount> mounts,
      ReloadApi.Reload reload,
      InstantSource wall,
      Ticker ticker) {
    public Parts {
      mounts = List.copyOf(mounts);
    }
  }

  private static final Logger log = LoggerFactory.getLogger(ControlServer.class);
  private static final int MAX_HEADER_BYTES = 32 * 1024;
  private static final int MAX_LINE_BYTES = 8 * 1024;
  private static final int MAX_CONNECTIONS = 15_000;
  private static final long WAIT_SECONDS = 10;

  private final ControlConfig config;
  private final Parts parts;
  private @Nullable Running running;

  private record Running(
      Vertx vertx,
      Context loop,
      HttpFront front,
      HttpServer server,
      WatchHub hub,
      EventsApi events,
      ConsoleStreams consoles,
      ExecutorService blocking,
      Endpoints endpoints,
      InetSocketAddress address) {}

  public ControlServer(ControlConfig config, Parts parts) {
    this.config = config;
    this.parts = parts;
  }

  /**
   * Opens the port.
   *
   * @throws ListenFailed where that is not possible
   */
  public void start() {
    InetAddress host = resolve();
    Vertx vertx = Vertx.vertx(options());
    ExecutorService blocking =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("control-", 0).factory());
    Context loop = vertx.getOrCreateContext();
    WatchHub hub =
        new WatchHub(
            vertx,
            loop,
            parts.registry(),
            parts.subscribers(),
            config.platformId(),
            parts.ready(),
            parts.ticker());
    EventsApi events = new EventsApi(vertx, loop, parts.events());
    Access access = new Access(config.token(), config.users(), parts.deployer()::byToken);
    Sessions sessions = new Sessions(new SecureRandom(), parts.ticker());
    Login login = new Login(access, sessions, "roadstead_session_" + cookieSuffix());
    ConsoleStreams consoles = new ConsoleStreams(vertx, loop, blocking, camera(), parts.ticker());
    List<Endpoint> all = endpoints(vertx, hub, events, blocking);
    all.addAll(consoles.endpoints());
    all.addAll(new SessionApi(access, login, sessions, new LoginLimit(parts.ticker())).endpoints());
    Endpoints endpoints = new Endpoints(all);
    HttpFront front =
        new HttpFront(vertx, guard(host), access, login, endpoints, parts.mounts(), blocking);
    int most = OpenFiles.connections(MAX_CONNECTIONS);
    if (most < MAX_CONNECTIONS) {
      log.info(
          "the limit of open files leaves room for {} connections ({} wanted): raise it with ulimit"
              + " -Hn, or LimitNOFILE= in systemd",
          most,
          MAX_CONNECTIONS);
    }
    Connections connections = new Connections(most, config.times());
    HttpServer server =
        vertx
            .createHttpServer(serverOptions())
            .requestHandler(front)
            .connectionHandler(connections)
            .invalidRequestHandler(new InvalidRequests(vertx, MAX_HEADER_BYTES, MAX_LINE_BYTES))
            .exceptionHandler(e -> log.debug("a connection failed", e));
    try {
      await(server.listen(config.port(), host.getHostAddress()));
    } catch (ExecutionException e) {
      blocking.shutdownNow();
      vertx.close();
      throw listenFailed(e.getCause() == null ? e : e.getCause());
    }
    hub.start();
    events.start();
    consoles.start();
    parts
        .figures()
        .onTick(
            () -> {
              if (consoles.watched()) {
                consoles.figures(FiguresJson.live(parts.figures().live()));
              }
            });
    loop.runOnContext(_ -> connections.start(vertx));
    InetSocketAddress address = new InetSocketAddress(host, server.actualPort());
    running =
        new Running(
            vertx, loop, front, server, hub, events, consoles, blocking, endpoints, address);
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return running().address();
  }

  /** What it serves, as {@code GET /api/v1/registry}. */
  public Set<String> endpoints() {
    return running().endpoints().list();
  }

  /** Ends the streams, lets answers under way go out, and closes the port. */
  @Override
  public void close() {
    Running now = running;
    if (now == null) {
      return;
    }
    running = null;
    parts.figures().onTick(() -> {});
    Promise<Void> quiet = Promise.promise();
    now.loop()
        .runOnContext(
            _ -> {
              now.front().stop();
              now.hub().end();
              now.events().end();
              now.consoles().end();
              quiet.complete();
            });
    try {
      await(quiet.future());
    } catch (ExecutionException e) {
      log.warn("the control plane's event loop is busy: its streams are broken off", e);
    }
    now.blocking().shutdownNow();
    try {
      await(now.server().shutdown(1, TimeUnit.SECONDS));
      await(now.vertx().close());
    } catch (ExecutionException e) {
      log.warn("the control plane's HTTP did not close in order", e);
    }
  }

  private List<Endpoint> endpoints(
      Vertx vertx, WatchHub hub, EventsApi events, ExecutorService blocking) {
    PlatformMeters meters =
        new PlatformMeters(parts.registry(), parts.subscribers(), parts.deployer(), parts.meters());
    meters.start();
    List<Endpoint> all = new ArrayList<>();
    all.addAll(new Subscriptions(hub, parts.registry(), parts.subscribers()).endpoints());
    all.addAll(new RefusalsApi(parts.refusals()).endpoints());
    all.addAll(new RegistryApi(parts.registry()).endpoints());
    all.addAll(new SplitApi(parts.registry(), parts.splits()).endpoints());
    all.addAll(new ServicesApi(parts.registry(), parts.deployer(), parts.traffic()).endpoints());
    all.addAll(
        new InstancesApi(
                parts.registry(), parts.deployer(), parts.figures(), config.defaultRoutes())
            .endpoints());
    all.addAll(
        new LogsApi(parts.deployer(), parts.logs(), new TextStreams(vertx, blocking)).endpoints());
    all.addAll(new ArtifactsApi(parts.artifacts(), new Uploads(vertx, blocking)).endpoints());
    all.addAll(events.endpoints());
    all.addAll(new FiguresApi(parts.figures(), parts.subscribers()).endpoints());
    all.addAll(new PageFiles().endpoints());
    all.addAll(new ReloadApi(parts.reload()).endpoints());
    all.addAll(new GatewayKeyApi(config.token()).endpoints());
    all.addAll(
        new PlatformApi(
                config.platformId(),
                config.declaredRoutes(),
                parts.ready(),
                parts.meters(),
                meters::refresh,
                parts.registry())
            .endpoints());
    return all;
  }

  private Camera camera() {
    return new Camera(
        parts.registry(),
        parts.subscribers(),
        parts.deployer(),
        parts.events(),
        new Views(parts.registry(), parts.deployer(), parts.traffic()),
        config.platformId(),
        config.defaultRoutes(),
        parts.ready(),
        parts.wall());
  }

  /** Cookies know no ports: platforms of one host must not take each other's. */
  private String cookieSuffix() {
    String id = config.platformId().replaceAll("[^A-Za-z0-9]", "");
    return id.substring(0, Math.min(12, id.length()));
  }

  private Guard guard(InetAddress host) {
    Set<String> names = new HashSet<>();
    config.hostNames().forEach(name -> names.add(name.toLowerCase(Locale.ROOT)));
    if (!host.isAnyLocalAddress()) {
      names.add(config.host().toLowerCase(Locale.ROOT));
      names.add(host.getHostAddress());
    }
    return new Guard(names, !host.isLoopbackAddress(), !config.users().isEmpty());
  }

  private static VertxOptions options() {
    return new VertxOptions()
        .setEventLoopPoolSize(1)
        .setWorkerPoolSize(1)
        .setInternalBlockingPoolSize(1)
        .setPreferNativeTransport(true)
        .setFileSystemOptions(
            new FileSystemOptions()
                .setFileCachingEnabled(false)
                .setClassPathResolvingEnabled(false));
  }

  private static HttpServerOptions serverOptions() {
    return new HttpServerOptions()
        .setMaxHeaderSize(MAX_HEADER_BYTES)
        .setMaxInitialLineLength(MAX_LINE_BYTES)
        .setHttp2ClearTextEnabled(false)
        // The control plane has no WebSockets, and what would compress them sits on each
        // connection.
        .setPerFrameWebSocketCompressionSupported(false)
        .setPerMessageWebSocketCompressionSupported(false)
        // All answers are written on the event loop; a queue for other threads is 5 KiB a
        // connection.
        .setStrictThreadMode(true)
        .setTcpKeepAlive(true)
        .setReuseAddress(true);
  }

  private InetAddress resolve() {
    try {
      return InetAddress.getByName(config.host());
    } catch (UnknownHostException e) {
      throw new ListenFailed(
          "the control plane cannot listen on '"
              + config.host()
              + "': no such host; choose another with --control HOST:PORT",
          e);
    }
  }

  private ListenFailed listenFailed(Throwable cause) {
    // The native transport's failure is no BindException, so it is known by the system's own words.
    String where = config.host() + ":" + config.port();
    boolean taken = String.valueOf(cause.getMessage()).contains("in use");
    return new ListenFailed(
        taken
            ? "the control plane's port is taken: another program listens on "
                + where
                + "; stop it (ss -ltnp shows it), or choose another with --control HOST:PORT"
            : "the control plane cannot listen on "
                + where
                + ": "
                + cause.getMessage()
                + "; choose another with --control HOST:PORT",
        cause);
  }

  private Running running() {
    Running now = running;
    if (now == null) {
      throw new IllegalStateException("the control plane's HTTP is not started");
    }
    return now;
  }

  private static void await(Future<?> future) throws ExecutionException {
    try {
      future.toCompletionStage().toCompletableFuture().get(WAIT_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (TimeoutException e) {
      throw new ExecutionException("not done within " + WAIT_SECONDS + " s", e);
    }
  }
}

package io.roadstead.platform;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.roadstead.control.ControlConfig;
import io.roadstead.control.ControlServer;
import io.roadstead.control.ListenFailed;
import io.roadstead.control.api.GatewayKeyApi;
import io.roadstead.control.api.ReloadApi.Outcome;
import io.roadstead.control.api.ReloadApi.Reload;
import io.roadstead.control.event.EventLog;
import io.roadstead.control.figures.FigureBook;
import io.roadstead.control.http.ConnectionTimes;
import io.roadstead.control.spec.SpecJson;
import io.roadstead.eureka.EurekaInfoForm;
import io.roadstead.eureka.EurekaInterface;
import io.roadstead.gateway.BindFailed;
import io.roadstead.gateway.CookieKey;
import io.roadstead.gateway.Gateway;
import io.roadstead.gateway.GatewayConfig;
import io.roadstead.gateway.accesslog.AccessLogConfig;
import io.roadstead.gateway.filter.Filters;
import io.roadstead.gateway.forward.Forwarding;
import io.roadstead.platform.log.EventLines;
import io.roadstead.registry.InstanceKey;
import io.roadstead.registry.LocalRegistryView;
import io.roadstead.registry.Registry;
import io.roadstead.registry.Splits;
import io.roadstead.registry.Subscribers;
import io.roadstead.registry.Ticker;
import io.roadstead.registry.liveness.Liveness;
import io.roadstead.rollout.Deployer;
import io.roadstead.rollout.StateStore;
import io.roadstead.runtime.process.HookRunner;
import io.roadstead.runtime.process.ProcessRuntime;
import io.roadstead.runtime.process.ProcessSettings;
import io.roadstead.store.ArtifactFiles;
import io.roadstead.store.DataDirectory;
import io.roadstead.store.SqliteStore;
import io.roadstead.store.StoreFailed;
import io.roadstead.store.StoreUnusable;
import io.roadstead.store.journal.RegistrationJournal;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/**
 * The whole: what makes one platform of the parts, and the order in which it comes up and goes.
 *
 * <p>Up: the data directory is held first, so that nobody else changes it; then its state is read,
 * the registry made, the control plane bound (instances are told its port), what an earlier life
 * left is taken over with its drains, and the gateway opens its port last, when it cannot route to
 * anything that it should not. Down: the same backwards, so the gateway ends its requests while all
 * else still stands.
 *
 * <p>{@link #start} returns a platform that is ready. Safe from any thread.
 */
public final class Platform implements AutoCloseable {
  private final Closing closing;
  private final DataDirectory directory;
  private final Deployer deployer;
  private final Registry registry;
  private final Subscribers subscribers;
  private final HostPort control;
  private final Optional<PortKeeper> gateway;
  private final Reloads reloads;

  private Platform(
      Closing closing,
      DataDirectory directory,
      Deployer deployer,
      Registry registry,
      Subscribers subscribers,
      HostPort control,
      Optional<PortKeeper> gateway,
      Reloads reloads) {
    this.closing = closing;
    this.directory = directory;
    this.deployer = deployer;
    this.registry = registry;
    this.subscribers = subscribers;
    this.control = control;
    this.gateway = gateway;
    this.reloads = reloads;
  }

  /**
   * Starts a platform and returns when it is ready.
   *
   * @throws Refused when it cannot be; then nothing of it runs
   */
  public static Platform start(PlatformConfig config) {
    return start(config, Seams.NONE);
  }

  /**
   * As {@link #start(PlatformConfig)}.
   *
   * @param around what the deployer writes goes through this: for tests that end the platform at
   *     one of its writes
   */
  public static Platform start(PlatformConfig config, UnaryOperator<StateStore> around) {
    return start(config, Seams.NONE.withStore(around));
  }

  /** As {@link #start(PlatformConfig)}, with something put between its parts. */
  public static Platform start(PlatformConfig config, Seams seams) {
    config.check();
    Closing closing = new Closing();
    try {
      return start(config, closing, seams);
    } catch (StoreUnusable | StoreFailed | BindFailed | ListenFailed e) {
      closing.close();
      throw Refused.because(String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      closing.close();
      throw e;
    }
  }

  private static Platform start(PlatformConfig config, Closing closing, Seams seams) {
    SecureRandom random = new SecureRandom();
    DataDirectory directory =
        closing.add("data directory", DataDirectory.open(config.data(), random));
    try {
      return start(config, closing, directory, random, seams);
    } catch (RuntimeException e) {
      directory.discard();
      throw e;
    }
  }

  private static Platform start(
      PlatformConfig config,
      Closing closing,
      DataDirectory directory,
      SecureRandom random,
      Seams seams) {
    InstantSource wall = InstantSource.system();
    Ticker ticker = Ticker.system();
    Unpacking.into(directory.nativeLibraries(), directory.temporary());
    SqliteStore store =
        closing.add(
            "store",
            SqliteStore.open(directory.stateFile(), directory.nativeLibraries(), new SpecJson()));
    EventLog events = closing.add("event log", new EventLog(store));
    events.start();
    EventLines lines = new EventLines(events);
    closing.add("copies of the state", new StateCopying(store, wall, lines)).start();

    // Differs in each life, and from those of a platform whose data directory has gone.
    String epoch = "e" + store.nextEpoch() + "-" + directory.platformId().substring(0, 6);
    Registry registry = new Registry(epoch, wall, ticker, lines);
    RegistrationJournal journal =
        closing.add(
            "registrations",
            new RegistrationJournal(
                directory.registrations(), new EurekaInfoForm(), registry, wall, ticker, lines));
    journal.restore();
    journal.start();
    Splits splits = new Splits(registry, store, wall, lines);
    splits.restore();
    Subscribers subscribers = new Subscribers(epoch, wall, ticker, lines);
    subscribers.restore(store.knownSubscribers());
    subscribers.onKnownChanged(store::saveKnownSubscribers);

    ArtifactFiles artifacts = artifacts(directory);
    Addresses addresses = new Addresses();
    ProcessRuntime runtime =
        closing.add(
            "process runtime",
            new ProcessRuntime(
                ProcessSettings.of(
                    directory.path(),
                    java(),
                    Path.of(""),
                    addresses::controlUrl,
                    addresses::gatewayUrl),
                artifacts,
                wall,
                ticker));
    OwnGateway own = new OwnGateway();
    FigureBook figures = new FigureBook(own, ticker, wall);
    Deployer deployer =
        closing.add(
            "deployer",
            new Deployer(
                registry,
                splits,
                subscribers,
                seams.runtime().apply(runtime),
                artifacts,
                seams.store().apply(store),
                figures,
                new HookRunner(),
                wall,
                ticker,
                lines));
    EurekaInterface eureka =
        closing.add("Eureka interface", eureka(registry, subscribers, deployer, wall, ticker));
    eureka.start();

    Liveness liveness =
        closing.add("liveness", Probing.of(config.activeChecks(), registry, addresses, lines));
    PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    meters.getPrometheusRegistry().register(new GatewayMetrics(figures::counts));
    AtomicBoolean ready = new AtomicBoolean();
    Reloads reloads = new Reloads(meters, wall, lines, config.gatewaySettings().accessLog());
    ControlServer server =
        closing.add(
            "control plane",
            new ControlServer(
                controlConfig(config, directory),
                new ControlServer.Parts(
                    registry,
                    splits,
                    subscribers,
                    liveness,
                    deployer,
                    artifacts,
                    runtime,
                    events,
                    meters,
                    figures,
                    figures,
                    ready::get,
                    List.of(EurekaMount.of(eureka, ready::get)),
                    reloads,
                    wall,
                    ticker)));
    server.start();
    int controlPort = server.address().getPort();
    addresses.control(config.control(), controlPort);
    liveness.start();
    closing
        .add(
            "beat",
            new Beat(
                registry::expire,
                liveness::sweep,
                subscribers::sweep,
                figures::tick,
                new OldGeneration()::look))
        .start();
    deployer.start();
    registry.restored();
    closing.add("start caches", StartCaches.of(deployer, runtime, wall, ticker, lines)).start();

    Filters filters = config.gatewaySettings().loadFilters();
    Optional<PortKeeper> gateway =
        config
            .gateway()
            .address()
            .map(
                at ->
                    closing.add(
                        "gateway",
                        new PortKeeper(
                            at,
                            directory.platformId(),
                            () ->
                                seams
                                    .view()
                                    .apply(
                                        new LocalRegistryView(
                                            registry, subscribers, liveness, gatewayName(random))),
                            (listen, view) ->
                                new Gateway(
                                    GatewayConfig.at(listen.socketAddress(), directory.platformId())
                                        .withDefaultRoutes(config.routesByDefault())
                                        .withFilters(filters)
                                        .withAccessLog(reloads.accessLog())
                                        .withForwarding(
                                            config
                                                .gatewaySettings()
                                                .forwarding()
                                                .orElse(Forwarding.DEFAULT))
                                        .withCookieKey(
                                            CookieKey.of(GatewayKeyApi.derived(directory.token())))
                                        .withZone(config.gatewaySettings().zone().orElse(""))
                                        .withOwnPorts(Set.of(controlPort)),
                                    view,
                                    ticker,
                                    wall,
                                    lines),
                            own,
                            wall,
                            lines)));
    gateway.ifPresent(PortKeeper::start);
    gateway.ifPresent(keeper -> addresses.gateway(keeper.at(), keeper.at().port()));
    ready.set(true);
    return new Platform(
        closing,
        directory,
        deployer,
        registry,
        subscribers,
        new HostPort(config.control().host(), controlPort),
        gateway,
        reloads);
  }

  private static ControlConfig controlConfig(PlatformConfig config, DataDirectory directory) {
    return new ControlConfig(
        config.control().host(),
        config.control().port(),
        directory.token(),
        config.users(),
        Set.of(),
        directory.platformId(),
        config.routesByDefault(),
        config.defaultRoutes(),
        ConnectionTimes.USUAL);
  }

  /** Another in each process: a new one is a new subscriber. */
  static String gatewayName(RandomGenerator random) {
    return "gateway-" + Long.toHexString(random.nextLong(1L << 40) | 1L << 40);
  }

  /** The executable that this process runs, which runs jars too. */
  static Path java() {
    return Path.of(System.getProperty("java.home"), "bin", "java");
  }

  private static ArtifactFiles artifacts(DataDirectory directory) {
    ArtifactFiles artifacts = new ArtifactFiles(directory.artifacts(), Ticker.system());
    try {
      artifacts.deleteUnfinished();
    } catch (IOException e) {
      throw Refused.because(
          "the folder "
              + directory.artifacts()
              + " cannot be read ("
              + e.getMessage()
              + "): check its permissions");
    }
    return artifacts;
  }

  private static EurekaInterface eureka(
      Registry registry,
      Subscribers subscribers,
      Deployer deployer,
      InstantSource wall,
      Ticker ticker) {
    StartedPollers pollers = new StartedPollers(deployer);
    return new EurekaInterface(
        registry,
        subscribers,
        wall,
        ticker,
        (_, token) -> pollers.name(token),
        (_, token) ->
            deployer
                .byToken(token)
                .map(instance -> new InstanceKey(instance.service(), instance.id())));
  }

  /** Where the control plane listens, its real port. */
  public HostPort control() {
    return control;
  }

  /** Whether there is a gateway, its own or another process at the port that its own would have. */
  public boolean hasGateway() {
    return gateway.isPresent();
  }

  /**
   * Whether the port was left to a gateway in a process of its own, which had it already and has it
   * still.
   */
  public boolean gatewayElsewhere() {
    return gateway.map(PortKeeper::elsewhere).orElse(false);
  }

  /** Where the gateway listens, its real port. */
  public HostPort gateway() {
    return gateway
        .map(PortKeeper::at)
        .orElseThrow(() -> new IllegalStateException("the platform was started without a gateway"));
  }

  /** Tells it from other platforms; no secret. */
  public String platformId() {
    return directory.platformId();
  }

  public Path data() {
    return directory.path();
  }

  /** The credential for changing calls; a secret. */
  public String token() {
    return directory.token();
  }

  public Path tokenFile() {
    return directory.tokenFile();
  }

  public Deployer deployer() {
    return deployer;
  }

  public Registry registry() {
    return registry;
  }

  public Subscribers subscribers() {
    return subscribers;
  }

  /** How the platform's file is read again, when that is asked for. */
  public void onReload(Reload reload) {
    reloads.by(reload);
  }

  /** Reads the file again, if there is one; what comes of it is told by an event. */
  public Outcome reload() {
    return reloads.reload();
  }

  /**
   * Logs the requests of the platform's own gateway so from now on, or no more; the same as before
   * is opened anew.
   *
   * @throws IOException where the file cannot be opened; then all stays as it was
   */
  public void accessLog(Optional<AccessLogConfig> wanted) throws IOException {
    if (gateway.isPresent()) {
      gateway.get().accessLog(wanted);
    }
    reloads.accessLog(wanted);
  }

  /** The file was read again, and is in force. */
  public void reloaded(String file, List<String> changes) {
    reloads.done(file, changes);
  }

  /** The file was read again, and was refused. */
  public void reloadRefused(String file, List<String> problems) {
    reloads.refused(file, problems);
  }

  /** Stops every service, with its drains, and waits; what is wanted of them is kept. */
  public void stopServices() throws InterruptedException {
    deployer.stopServices();
  }

  /** Ends the platform; services run on. */
  @Override
  public void close() {
    closing.close();
  }
}

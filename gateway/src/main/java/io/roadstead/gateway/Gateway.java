package io.roadstead.gateway;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.roadstead.gateway.accesslog.AccessLogConfig;
import io.roadstead.gateway.handover.Giver;
import io.roadstead.gateway.handover.Taker;
import io.roadstead.registry.ForbiddenPlaces;
import io.roadstead.registry.RegistryView;
import io.roadstead.registry.Ticker;
import io.roadstead.registry.event.Event;
import io.roadstead.registry.event.EventSink;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The data plane: takes requests, finds the route, asks the balancer, forwards bytes.
 *
 * <p>Every event loop is a small gateway of its own ({@link Worker}): its listener, its
 * connections, its pools, its balancers, its counts. A request never changes loops (see {@link
 * Exchange}). What the loops have in common is the world, the routes and instances of one version
 * of the registry, which {@link Feed} brings to each of them and acknowledges.
 *
 * <p>Another gateway of the platform may take its port over ({@link Giver}). Then it serves the
 * connections that it has, telling each client with its next answer to connect again, and has
 * {@link #left} when the last has gone.
 *
 * <p>{@link #start} and {@link #close} come from one thread; {@link #stats} from any but the loops.
 * The view belongs to the caller, who closes it after the gateway.
 */
public final class Gateway implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Gateway.class);
  private static final Duration FIRST_WORLD = Duration.ofSeconds(10);
  private static final int ATTEMPTS = 3;

  private final GatewayConfig config;
  private final RegistryView view;
  private final Ticker ticker;
  private final InstantSource clock;
  private final EventSink events;
  private final ClientLimit clientLimit;
  private final BufferBudget budget;
  private final List<Worker> workers = new ArrayList<>();
  private final CompletableFuture<Void> left = new CompletableFuture<>();
  private final AtomicReference<@Nullable EventLoopGroup> group = new AtomicReference<>();
  private final AccessLogging accessLogging;
  private volatile @Nullable Listeners listeners;
  private volatile @Nullable Feed feed;
  private volatile @Nullable Giver giver;

  public Gateway(
      GatewayConfig config,
      RegistryView view,
      Ticker ticker,
      InstantSource clock,
      EventSink events) {
    this.config = config;
    this.view = view;
    this.ticker = ticker;
    this.clock = clock;
    this.events = events;
    this.clientLimit = new ClientLimit(config.limits().clientConnections());
    this.budget = new BufferBudget(config.limits().bufferedBytes());
    this.accessLogging = new AccessLogging(ticker, this::tell);
  }

  /** Whether a gateway of the platform answers at the address. Blocks for a second at most. */
  public static boolean listensAt(InetSocketAddress address, String platform) {
    return address.getPort() != 0
        && !address.isUnresolved()
        && PortProbe.samePlatform(address, platform);
  }

  /** Whether nobody listens at an address of this machine, so that a gateway could. */
  public static boolean isFree(InetSocketAddress address) {
    return PortProbe.isFree(address);
  }

  /**
   * Waits for the first version of the registry, then opens the port, or takes it over.
   *
   * @throws BindFailed where the port cannot be had, or no version came within 10 s
   */
  public void start() {
    boolean started = false;
    try {
      Transport transport = Transport.best();
      EventLoopGroup loops =
          new MultiThreadIoEventLoopGroup(
              config.loops(), new DefaultThreadFactory("gateway-loop", true), transport.loops());
      group.set(loops);
      for (int i = 0; i < config.loops(); i++) {
        workers.add(worker(loops.next(), transport));
      }
      Optional<Taker> taker = taker(transport);
      if (taker.isEmpty()) {
        PortProbe.check(config);
      }
      workers.forEach(worker -> worker.loop().execute(worker::start));
      startAccessLog();
      startFeed();
      Listeners own = new Listeners(config, transport, loops, workers);
      listeners = own;
      if (taker.isPresent()) {
        takeOver(taker.get(), own);
      }
      own.open();
      if (transport.sharesPorts()) {
        offer(new Giver(workers.getFirst().loop(), config.platform(), own.address(), port(own)));
      }
      started = true;
    } finally {
      if (!started) {
        close();
      }
    }
    tell("gateway.started", "the gateway listens on " + NetUtil.toSocketAddressString(address()));
  }

  private Worker worker(EventLoop loop, Transport transport) {
    return new Worker(
        loop,
        config,
        transport,
        ticker,
        clock,
        clientLimit,
        budget,
        ticker.nanos() + workers.size(),
        this::again,
        view::refused);
  }

  private void startAccessLog() {
    accessLogging.start(workers);
    try {
      accessLogging.change(config.accessLog());
    } catch (IOException e) {
      throw new BindFailed(
          "the access log "
              + config.accessLog().map(AccessLogConfig::place).orElse("")
              + " cannot be opened ("
              + e.getMessage()
              + "): name another file, or allow this one",
          e);
    }
  }

  /**
   * Logs requests so from now on, or no more. The same as before is opened anew, for a file that
   * has been renamed.
   *
   * @throws IOException where the file cannot be opened; then all stays as it was
   */
  public void accessLog(Optional<AccessLogConfig> wanted) throws IOException {
    accessLogging.change(wanted);
  }

  private void again() {
    Feed told = feed;
    if (told != null) {
      told.again();
    }
  }

  private void startFeed() {
    AddressBook addresses = new AddressBook(ticker, this::again);
    ForbiddenPlaces places = new ForbiddenPlaces(this::isOwnPort, ticker);
    Feed started = new Feed(view, workers, new WorldBuilder(config, places, addresses));
    feed = started;
    started.start();
    try {
      started.first().get(FIRST_WORLD.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new BindFailed(
          "no version of the registry arrived within "
              + FIRST_WORLD.toSeconds()
              + " s, so the gateway does not open its port: check that the control plane runs and"
              + " can be reached",
          e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BindFailed("interrupted while starting", e);
    }
  }

  private boolean isOwnPort(int port) {
    Listeners own = listeners;
    return (own != null && port == own.port()) || config.ownPorts().contains(port);
  }

  // Taking the port over, and giving it.

  /** Nothing where the port is not to be taken over, or nobody is there to take it from. */
  private Optional<Taker> taker(Transport transport) {
    InetSocketAddress at = config.listen();
    if (config.port() != PortUse.TAKE_OVER
        || !transport.sharesPorts()
        || at.getPort() == 0
        || at.isUnresolved()) {
      return Optional.empty();
    }
    return Optional.of(new Taker(workers.getFirst().loop(), config.platform(), at))
        .filter(Taker::anybody);
  }

  /** Takes the sockets of all gateways of the platform that are at the port. */
  private void takeOver(Taker taker, Listeners own) {
    Giver giving =
        new Giver(workers.getFirst().loop(), config.platform(), config.listen(), port(own));
    try {
      // A machine that is short of time may let one attempt fail; nothing is lost by another.
      boolean done = false;
      for (int attempt = 1; !done; attempt++) {
        try {
          takeAll(taker, own, giving);
          done = true;
        } catch (IOException e) {
          if (attempt == ATTEMPTS) {
            throw e;
          }
          log.warn("the port was not handed over: {}; asking again", e.getMessage());
        }
      }
    } catch (IOException e) {
      if (own.none()) {
        throw new BindFailed(
            "the port "
                + config.listen().getPort()
                + " was not handed over ("
                + e.getMessage()
                + "); the gateway that has it keeps it: try again, or end it where it does not"
                + " answer any more (ss -ltnp shows its process)",
            e);
      }
      log.warn("another gateway keeps its part of the port: {}", e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BindFailed("interrupted while taking the port over", e);
    }
  }

  private void takeAll(Taker taker, Listeners own, Giver giving)
      throws IOException, InterruptedException {
    for (var offer = taker.ask(giving); offer.isPresent(); offer = taker.ask(giving)) {
      take(offer.get(), own, giving);
    }
  }

  private void take(Taker.Offer offer, Listeners own, Giver giving)
      throws IOException, InterruptedException {
    List<Channel> adopted = List.of();
    boolean taken = false;
    try (offer) {
      adopted = own.adopt(offer.descriptors());
      List<Channel> sockets = adopted;
      offer.take(
          () -> {
            own.accept(sockets);
            // Before the other goes: who asks for the port meanwhile must find somebody.
            offer(giving);
          });
      taken = true;
      tell("gateway.took-over", "the gateway took the port over from process " + offer.pid());
    } finally {
      if (!taken) {
        own.disown(adopted);
      }
    }
  }

  private void offer(Giver giving) {
    if (giver == null) {
      giver = giving;
      if (!giving.start()) {
        log.warn("too many gateways are at the port: this one cannot hand it over");
      }
    }
  }

  private Giver.Port port(Listeners own) {
    return new Giver.Port() {
      @Override
      public List<FileDescriptor> descriptors() {
        return own.descriptors();
      }

      @Override
      public void pause() {
        own.pause();
      }

      @Override
      public void resume() {
        own.resume();
      }

      @Override
      public void release(String to) {
        own.close();
        tell("gateway.handed-over", "the gateway has handed its port over to process " + to);
      }

      @Override
      public void leave() {
        Gateway.this.leave();
      }
    };
  }

  /** Another accepts now: what is under way is finished here, and then nothing is left. */
  private void leave() {
    closeGiver();
    workers.forEach(worker -> worker.loop().execute(worker::beginLeave));
    Thread.ofVirtual()
        .name("gateway-leave")
        .start(
            () -> {
              close(config.timeouts().leave(), false);
              left.complete(null);
            });
  }

  /** Completes when another has taken the port over and nothing is under way here any more. */
  public CompletableFuture<Void> left() {
    return left.copy();
  }

  /** Where it listens, with the port that it got. */
  public InetSocketAddress address() {
    Listeners own = listeners;
    if (own == null) {
      throw new IllegalStateException("the gateway has not been started");
    }
    return own.address();
  }

  /** How many bytes wait in the gateway now. */
  long bufferedBytes() {
    return budget.used();
  }

  /** What has been counted up to now. Asks each loop and waits for it, a second at most. */
  public GatewayStats stats() {
    StatsSum sum = new StatsSum();
    for (Worker worker : workers) {
      try {
        CompletableFuture.runAsync(() -> worker.addTo(sum), worker.loop()).get(1, TimeUnit.SECONDS);
      } catch (TimeoutException | ExecutionException e) {
        throw new IllegalStateException("an event loop of the gateway does not answer", e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        break;
      }
    }
    accessLogging.addTo(sum);
    return sum.result(clientLimit.refused());
  }

  /**
   * Stops taking connections, lets requests in flight finish for as long as the configuration says,
   * and closes all that is open.
   */
  @Override
  public void close() {
    close(config.timeouts().close(), true);
  }

  /**
   * @param idle whether connections without a request are closed at once
   */
  private void close(Duration patience, boolean idle) {
    if (group.get() == null) {
      return;
    }
    closeGiver();
    Listeners own = listeners;
    if (own != null) {
      own.close();
    }
    if (idle) {
      workers.forEach(worker -> worker.loop().execute(worker::beginClose));
    }
    try {
      clientLimit.awaitNone(patience, ticker);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    EventLoopGroup loops = group.getAndSet(null);
    if (loops == null) {
      return;
    }
    Feed told = feed;
    if (told != null) {
      told.close();
    }
    workers.forEach(worker -> worker.loop().execute(worker::finishClose));
    loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
    accessLogging.close();
    tell("gateway.stopped", "the gateway has stopped");
  }

  private void closeGiver() {
    Giver giving = giver;
    if (giving != null) {
      giving.close();
    }
  }

  private void tell(String kind, String message) {
    events.accept(new Event(clock.instant(), kind, "", "", "", message, Map.of()));
  }
}

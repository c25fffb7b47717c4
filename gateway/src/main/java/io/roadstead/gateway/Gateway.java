package io.roadstead.gateway;

import static java.util.Objects.requireNonNull;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.roadstead.registry.RegistryView;
import io.roadstead.registry.Ticker;
import io.roadstead.registry.event.Event;
import io.roadstead.registry.event.EventSink;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The data plane: takes requests, finds the route, asks the balancer, forwards bytes.
 *
 * <p>Every event loop is a small gateway of its own ({@link Worker}): its listener, its
 * connections, its pools, its balancers, its counts. A request never changes loops (see {@link
 * Exchange}). What the loops have in common is the world, the routes and instances of one version
 * of the registry, which {@link Feed} brings to each of them and acknowledges.
 *
 * <p>{@link #start} and {@link #close} come from one thread; {@link #stats} from any but the loops.
 * The view belongs to the caller, who closes it after the gateway.
 */
public final class Gateway implements AutoCloseable {
  private static final Duration FIRST_WORLD = Duration.ofSeconds(10);
  private static final int BACKLOG = 1024;

  private final GatewayConfig config;
  private final RegistryView view;
  private final Ticker ticker;
  private final InstantSource clock;
  private final EventSink events;
  private final ClientLimit clientLimit;
  private final List<Worker> workers = new ArrayList<>();
  private final List<Channel> listeners = new ArrayList<>();
  private volatile int boundPort;
  private @Nullable EventLoopGroup group;
  private volatile @Nullable Feed feed;

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
  }

  /**
   * Waits for the first version of the registry, then opens the port.
   *
   * @throws BindFailed where the port cannot be had, or no version came within 10 s
   */
  public void start() {
    PortProbe.check(config);
    boolean started = false;
    try {
      Transport transport = Transport.best();
      EventLoopGroup loops =
          new MultiThreadIoEventLoopGroup(
              config.loops(), new DefaultThreadFactory("gateway-loop", true), transport.loops());
      group = loops;
      for (int i = 0; i < config.loops(); i++) {
        workers.add(worker(loops.next(), transport));
      }
      workers.forEach(worker -> worker.loop().execute(worker::start));
      startFeed();
      bind(loops, transport);
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
        ticker.nanos() + workers.size(),
        this::again);
  }

  private void again() {
    Feed told = feed;
    if (told != null) {
      told.again();
    }
  }

  private void startFeed() {
    AddressBook addresses = new AddressBook(ticker, this::again);
    Feed started = new Feed(view, workers, new WorldBuilder(config, this::isOwnPort, addresses));
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
    return port == boundPort || config.ownPorts().contains(port);
  }

  private void bind(EventLoopGroup loops, Transport transport) {
    InetSocketAddress at = config.listen();
    int count = transport.sharesPorts() ? workers.size() : 1;
    for (int i = 0; i < count; i++) {
      EventLoop loop = workers.get(i).loop();
      ServerBootstrap bootstrap =
          new ServerBootstrap()
              .group(loop, transport.sharesPorts() ? loop : loops)
              .channelFactory(transport.listeners())
              .option(ChannelOption.SO_REUSEADDR, true)
              .option(ChannelOption.SO_BACKLOG, BACKLOG)
              .childOption(ChannelOption.TCP_NODELAY, true)
              .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, Worker.waterMark(config.limits()))
              .childHandler(new NewClient());
      if (transport.sharesPorts()) {
        bootstrap.option(EpollChannelOption.SO_REUSEPORT, true);
      }
      var bound = bootstrap.bind(at).awaitUninterruptibly();
      if (!bound.isSuccess()) {
        throw PortProbe.taken(at, config.shared(), requireNonNull(bound.cause()));
      }
      listeners.add(bound.channel());
      at = (InetSocketAddress) bound.channel().localAddress();
      boundPort = at.getPort();
    }
  }

  /** Gives each new connection the one handler that it has. */
  private final class NewClient extends ChannelInitializer<SocketChannel> {
    @Override
    @SuppressWarnings("ReferenceEquality") // Loops are what they are, not what they hold.
    protected void initChannel(SocketChannel channel) {
      for (Worker worker : workers) {
        if (worker.loop() == channel.eventLoop()) {
          channel.pipeline().addLast(new ClientConnection(worker));
          return;
        }
      }
    }
  }

  /** Where it listens, with the port that it got. */
  public InetSocketAddress address() {
    if (listeners.isEmpty()) {
      throw new IllegalStateException("the gateway has not been started");
    }
    return (InetSocketAddress) listeners.getFirst().localAddress();
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
    return sum.result(clientLimit.refused());
  }

  /**
   * Stops taking connections, lets requests in flight finish for as long as the configuration says,
   * and closes all that is open.
   */
  @Override
  public void close() {
    EventLoopGroup loops = group;
    if (loops == null) {
      return;
    }
    group = null;
    listeners.forEach(listener -> listener.close().awaitUninterruptibly());
    workers.forEach(worker -> worker.loop().execute(worker::beginClose));
    try {
      clientLimit.awaitNone(config.timeouts().close(), ticker);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Feed told = feed;
    if (told != null) {
      told.close();
    }
    workers.forEach(worker -> worker.loop().execute(worker::finishClose));
    loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
    tell("gateway.stopped", "the gateway has stopped");
  }

  private void tell(String kind, String message) {
    events.accept(new Event(clock.instant(), kind, "", "", "", message, Map.of()));
  }
}

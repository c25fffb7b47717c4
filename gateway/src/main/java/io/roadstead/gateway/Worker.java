package io.roadstead.gateway;

import static java.util.Objects.requireNonNull;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.roadstead.gateway.accesslog.LoopLog;
import io.roadstead.gateway.forward.Sender;
import io.roadstead.gateway.forward.TraceContext;
import io.roadstead.gateway.http.Ascii;
import io.roadstead.gateway.http.Head;
import io.roadstead.gateway.http.HeadParser;
import io.roadstead.gateway.route.PathCheck;
import io.roadstead.gateway.route.RouteEntry;
import io.roadstead.gateway.route.RouteTable;
import io.roadstead.registry.Instance;
import io.roadstead.registry.InstanceKey;
import io.roadstead.registry.Ticker;
import java.io.IOException;
import java.net.InetAddress;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All that one event loop owns: its connections to clients, its pools, its balancers, its parsers,
 * its counts and its share of the world. Everything here happens on that loop, so nothing is
 * locked; the world comes in by {@link #install}, a task, after which no request of this loop can
 * be sent to an instance that the world does not offer.
 *
 * <p>Time-outs are kept as times in the connections and looked at by one sweep, ten times a second,
 * instead of a timer each. Writes are flushed once for each batch of bytes read: whoever writes
 * {@link #touch touches} its channel, and the end of the batch {@link #flush flushes} all touched.
 */
final class Worker {
  private static final Logger log = LoggerFactory.getLogger(Worker.class);
  static final long LINGER_NANOS = 2_000_000_000L;
  static final long STREAM_END_NANOS = 2_000_000_000L;

  /** How long a client that sends request after request has for its next, which ends in order. */
  private static final long LEAVE_IDLE_NANOS = 2_000_000_000L;

  private static final long SWEEP_MILLIS = 100;
  private static final int MAX_COUNTS = 4096;
  private static final String WELL_KNOWN = "/.well-known/roadstead";
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.RFC_1123_DATE_TIME.withZone(ZoneOffset.UTC);

  private final EventLoop loop;
  private final GatewayConfig config;
  private final Ticker ticker;
  private final InstantSource clock;
  private final ClientLimit clientLimit;
  private final Runnable onDrained;
  private final Consumer<InstanceKey> onRefused;
  private final HeadParser requestParser;
  private final HeadParser responseParser;
  private final PathCheck pathCheck;
  private final SplittableRandom random;
  private final TraceContext trace;
  private final Bootstrap upstream;

  private final List<ClientConnection> clients = new ArrayList<>();
  private final Map<InstanceKey, UpstreamPool> pools = new HashMap<>();

  /** Pools whose instance has gone, but not all of their connections. */
  private final List<UpstreamPool> retired = new ArrayList<>();

  private final Map<String, LoopService> services = new HashMap<>();
  private final Map<Traffic.Key, Traffic> traffic = new HashMap<>();
  private final Map<String, Long> timeouts = new HashMap<>();
  private final Traffic unrouted = new Traffic(Traffic.Key.NONE);
  private final LoopLog accessLog;
  private final LoopFilters filters;
  private final Refusals refusals = new Refusals();
  private final BufferBudget budget;
  private final Limited limited = new Limited();
  private @Nullable World world;
  private @Nullable LoopService[] byIndex = {};
  private @Nullable Outlet[] touched = new Outlet[64];
  private int touchedCount;
  private boolean flushing;
  private boolean inBatch;
  private long batchNanos;
  private boolean closing;
  private boolean leaving;
  private byte[] date = {};
  private long dateSecond = Long.MIN_VALUE;

  Worker(
      EventLoop loop,
      GatewayConfig config,
      Transport transport,
      Ticker ticker,
      InstantSource clock,
      ClientLimit clientLimit,
      BufferBudget budget,
      long seed,
      Runnable onDrained,
      Consumer<InstanceKey> onRefused) {
    this.loop = loop;
    this.config = config;
    this.ticker = ticker;
    this.clock = clock;
    this.clientLimit = clientLimit;
    this.budget = budget;
    this.onDrained = onDrained;
    this.onRefused = onRefused;
    this.requestParser = new HeadParser(config.limits().head());
    this.responseParser = new HeadParser(config.limits().head());
    this.pathCheck = new PathCheck(config.limits().head().headBytes());
    this.random = new SplittableRandom(seed);
    this.trace = new TraceContext(config.forwarding(), random.split());
    this.accessLog = new LoopLog(clock);
    this.filters = new LoopFilters(config.filters(), ticker);
    this.upstream =
        new Bootstrap()
            .group(loop)
            .channelFactory(transport.channels())
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.WRITE_BUFFER_WATER_MARK, waterMark(config.limits()))
            .option(ChannelOption.RECVBUF_ALLOCATOR, new ReadSizes(budget));
  }

  static WriteBufferWaterMark waterMark(GatewayLimits limits) {
    return new WriteBufferWaterMark(limits.lowWaterBytes(), limits.highWaterBytes());
  }

  EventLoop loop() {
    return loop;
  }

  void start() {
    sweepSafely();
    var _ =
        loop.scheduleWithFixedDelay(
            this::sweepSafely, SWEEP_MILLIS, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
  }

  // What requests need.

  /** The present time: within a batch of bytes, when the last of them were read. */
  long now() {
    return inBatch ? batchNanos : ticker.nanos();
  }

  /** Bytes have been read; the end of their batch {@link #flush flushes}. */
  void arrived() {
    batchNanos = ticker.nanos();
    inBatch = true;
  }

  GatewayLimits limits() {
    return config.limits();
  }

  TraceContext trace() {
    return trace;
  }

  /** What instances are told of a client at this address. */
  Sender sender(@Nullable InetAddress address) {
    return Sender.of(address, config.forwarding());
  }

  GatewayTimeouts timeouts() {
    return config.timeouts();
  }

  /** Where the gateway is; empty where nobody said. */
  String zone() {
    return config.zone();
  }

  long upstreamIdleNanos() {
    return config.timeouts().upstreamIdle().toNanos();
  }

  long clientIdleNanos() {
    long nanos = config.timeouts().clientIdle().toNanos();
    return leaving ? Math.min(nanos, LEAVE_IDLE_NANOS) : nanos;
  }

  long headerNanos() {
    return config.timeouts().header().toNanos();
  }

  /** How long a client may take nothing of what is left for it. */
  long bodyIdleNanos() {
    return config.timeouts().bodyIdle().toNanos();
  }

  /** How long an event stream or an upgraded connection may stand still. */
  long streamIdleNanos() {
    return config.timeouts().eventStreamIdle().toNanos();
  }

  HeadParser requestParser() {
    return requestParser;
  }

  HeadParser responseParser() {
    return responseParser;
  }

  PathCheck pathCheck() {
    return pathCheck;
  }

  /** Whether each connection ends with the answer that is on its way. */
  boolean lastAnswers() {
    return closing || leaving;
  }

  /** Whether another gateway has the port, so that clients are better off there. */
  boolean leaving() {
    return leaving;
  }

  BufferBudget budget() {
    return budget;
  }

  /** What was done for the budget's sake. */
  Limited limited() {
    return limited;
  }

  Refusals refusals() {
    return refusals;
  }

  LoopFilters filters() {
    return filters;
  }

  /** A service by its name; null where it is not there. */
  @Nullable LoopService service(String name) {
    return services.get(name);
  }

  LoopLog accessLog() {
    return accessLog;
  }

  /** Four random bytes, as a WebSocket's client masks what it sends with. */
  int mask() {
    return random.nextInt();
  }

  /** The present time as a Date header has it. */
  byte[] date() {
    return date;
  }

  @Nullable RouteEntry route(Head request, PathCheck path) {
    World now = world;
    return now == null ? null : now.routes().match(request, path.bytes(), path.from(), path.to());
  }

  LoopService service(RouteEntry route) {
    return requireNonNull(byIndex[route.serviceIndex()], route.service());
  }

  /**
   * Answers what other gateways ask before they share the port, and what concerns the server as a
   * whole (RFC 9110 section 9.3.7). The status; 0 for all other requests.
   */
  int answersItself(Head request, ClientConnection client) {
    if (request.serverWide()) {
      var nothing = client.allocator().directBuffer(256);
      ByteBufUtil.writeAscii(nothing, "HTTP/1.1 204 No Content\r\n");
      HeadWriter.date(date, nothing);
      HeadWriter.end(nothing);
      client.write(nothing);
      return 204;
    }
    if (request.pathEnd() - request.pathStart() != WELL_KNOWN.length()
        || !RouteTable.is(request.bytes(), request.pathStart(), request.pathEnd(), WELL_KNOWN)) {
      return 0;
    }
    String body = "{\"platform\":\"" + config.platform() + "\"}";
    var out = client.allocator().directBuffer(256);
    ByteBufUtil.writeAscii(
        out,
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
            + body.length()
            + "\r\n\r\n"
            + (request.methodIs("HEAD") ? "" : body));
    client.write(out);
    return 200;
  }

  void connect(UpstreamConnection connection, int timeoutMillis) {
    var _ =
        upstream
            .clone()
            .handler(connection)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, timeoutMillis)
            .connect(connection.pool().address())
            .addListener(future -> connection.connectDone(future.cause()));
  }

  /** Remembers that there are bytes to flush. */
  void touch(Outlet outlet) {
    if (touchedCount > 0 && touched[touchedCount - 1] == outlet) {
      return;
    }
    if (touchedCount == touched.length) {
      touched = Arrays.copyOf(touched, touchedCount * 2);
    }
    touched[touchedCount++] = outlet;
  }

  /** Flushes what has been written since the last time. */
  void flush() {
    inBatch = false;
    if (flushing) {
      return;
    }
    flushing = true;
    // Flushing may close connections, which may write elsewhere: the list may grow meanwhile.
    for (int i = 0; i < touchedCount; i++) {
      Outlet outlet = touched[i];
      touched[i] = null;
      if (outlet != null) {
        outlet.flush();
      }
    }
    touchedCount = 0;
    flushing = false;
  }

  // Client connections.

  /** Takes a new connection in; false where there are too many, or the gateway closes. */
  boolean opened(ClientConnection client) {
    if (closing || !clientLimit.enter()) {
      return false;
    }
    client.slot = clients.size();
    clients.add(client);
    return true;
  }

  void closed(ClientConnection client) {
    if (client.slot >= 0) {
      ClientConnection last = clients.removeLast();
      if (client.slot < clients.size()) {
        clients.set(client.slot, last);
        last.slot = client.slot;
      }
      client.slot = -1;
      clientLimit.leave();
    }
  }

  /**
   * Closes idle connections; busy ones hear of it with their answer, streams are ended in order.
   */
  void beginClose() {
    closing = true;
    for (ClientConnection client : List.copyOf(clients)) {
      client.closeIfIdle();
    }
    endStreams();
  }

  /**
   * Another gateway has the port: each client is told with its next answer to connect again, and
   * event streams end, so that they begin anew there.
   */
  void beginLeave() {
    leaving = true;
    endStreams();
  }

  private void endStreams() {
    pools.values().forEach(UpstreamPool::endStreams);
    retired.forEach(UpstreamPool::endStreams);
    flush();
  }

  void finishClose() {
    for (ClientConnection client : List.copyOf(clients)) {
      client.close();
    }
    pools.values().forEach(UpstreamPool::closeIdle);
  }

  /** A sweep that fails must not be the last one. */
  private void sweepSafely() {
    try {
      sweep();
    } catch (RuntimeException e) {
      log.error("the gateway could not look after its connections", e);
    }
  }

  /** A connection failed: silently where the network did it, else the fault is here. */
  static void failed(String connection, Throwable cause) {
    if (!(cause instanceof IOException)) {
      log.error("a connection to {} is closed after an unexpected failure", connection, cause);
    }
  }

  private void sweep() {
    long now = now();
    for (int i = clients.size() - 1; i >= 0; i--) {
      // A sweep may close others than the one it looks at.
      if (i < clients.size()) {
        clients.get(i).sweep(now);
      }
    }
    for (UpstreamPool pool : pools.values()) {
      pool.sweep(now);
    }
    for (LoopService service : services.values()) {
      service.sweep(now);
    }
    for (int i = retired.size() - 1; i >= 0; i--) {
      retired.get(i).sweep(now);
      if (retired.get(i).outstanding == 0) {
        retired.remove(i);
      }
    }
    long second = Math.floorDiv(clock.millis(), 1000L);
    if (second != dateSecond) {
      dateSecond = second;
      date = Ascii.bytes(DATE.format(clock.instant()));
    }
    flush();
  }

  // The world.

  /** Makes this the world that requests of this loop see from now on. */
  @SuppressWarnings(
      "ReferenceEquality") // The builder hands the same object on while nothing changes.
  void install(World newer) {
    if (world == newer) {
      return;
    }
    long now = now();
    Set<LoopService> kept = new HashSet<>();
    Set<InstanceKey> present = new HashSet<>();
    for (World.Membership membership : newer.services()) {
      LoopService service =
          services.computeIfAbsent(
              membership.service(),
              name -> new LoopService(name, this, membership.crowd(), random.split()));
      kept.add(service);
      membership.targets().forEach(target -> present.add(target.instance().key()));
      if (!service.has(membership)) {
        List<@Nullable UpstreamPool> members = new ArrayList<>();
        membership.targets().forEach(target -> members.add(pool(target)));
        service.update(membership, members, now);
      }
    }
    pools
        .entrySet()
        .removeIf(
            entry -> {
              boolean gone = !present.contains(entry.getKey());
              if (gone) {
                leave(entry.getValue());
              }
              return gone;
            });
    services
        .values()
        .removeIf(
            service -> {
              boolean gone = !kept.contains(service);
              if (gone) {
                service.clear(now);
              }
              return gone && service.inflight == 0;
            });
    byIndex = placed(newer.routes().services());
    world = newer;
    forgetOldCounts();
    flush();
  }

  /** The services at the places where routes look for them. */
  private @Nullable LoopService[] placed(List<String> names) {
    @Nullable LoopService[] places = new @Nullable LoopService[names.size()];
    for (int i = 0; i < places.length; i++) {
      places[i] = services.get(names.get(i));
    }
    return places;
  }

  private @Nullable UpstreamPool pool(World.Target target) {
    Instance instance = target.instance();
    InstanceKey key = instance.key();
    UpstreamPool pool = pools.get(key);
    if (target.address() == null) {
      if (pool != null) {
        pool.update(instance, false);
      }
      return null;
    }
    if (pool == null || !pool.address().equals(target.address())) {
      if (pool != null) {
        leave(pool);
      }
      pool = new UpstreamPool(this, instance, target.address());
      pools.put(key, pool);
    }
    pool.update(instance, target.takesTraffic());
    return pool;
  }

  private void leave(UpstreamPool pool) {
    pool.retire();
    if (pool.outstanding > 0) {
      retired.add(pool);
    }
  }

  /** An instance that is draining has nothing under way here any more. */
  void drained() {
    onDrained.run();
  }

  /** An instance's address refuses connections. */
  void refused(InstanceKey instance) {
    onRefused.accept(instance);
  }

  /**
   * Adds what this loop still has under way to draining instances. A pool that was retired counts
   * with the one that its instance has now: it may have moved to another address and drain there.
   */
  void addBusy(Map<InstanceKey, Integer> sums) {
    pools.values().forEach(pool -> addBusy(pool, sums));
    retired.forEach(pool -> addBusy(pool, sums));
  }

  private void addBusy(UpstreamPool pool, Map<InstanceKey, Integer> sums) {
    UpstreamPool current = pools.get(pool.instance().key());
    boolean draining = current == null ? pool.draining() : current.draining();
    if (draining && pool.busy() > 0) {
      sums.merge(pool.instance().key(), pool.busy(), Integer::sum);
    }
  }

  // Counts.

  Traffic unrouted() {
    return unrouted;
  }

  Traffic traffic(Traffic.Key key) {
    return traffic.computeIfAbsent(key, Traffic::new);
  }

  /** A request of a route ended because it took too long. */
  void timedOut(String route, String reason) {
    timeouts.merge(reason + "," + route, 1L, Long::sum);
  }

  private void forgetOldCounts() {
    if (timeouts.size() > MAX_COUNTS) {
      timeouts.clear();
    }
    if (traffic.size() > MAX_COUNTS) {
      Set<String> versions = new HashSet<>();
      pools.values().forEach(pool -> versions.add(pool.instance().version()));
      traffic.keySet().removeIf(key -> !versions.contains(key.version()));
    }
  }

  void addTo(StatsSum sum) {
    sum.add(unrouted);
    refusals.addTo(sum);
    filters.addTo(sum);
    timeouts.forEach((by, count) -> sum.count("timeouts", "reason,route", by, count));
    limited.addTo(sum);
    traffic.values().forEach(sum::add);
    services.values().forEach(sum::add);
    pools.values().forEach(sum::add);
    sum.clients(clients.size());
  }
}

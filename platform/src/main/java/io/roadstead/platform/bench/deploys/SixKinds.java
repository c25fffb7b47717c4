package io.roadstead.platform.bench.deploys;

import io.roadstead.platform.load.EventStream;
import io.roadstead.platform.load.LoadConnection;
import io.roadstead.platform.load.OpenLoopLoad;
import io.roadstead.platform.load.OpenLoopLoad.Ask;
import io.roadstead.platform.load.Talk;
import io.roadstead.platform.load.WebSocketConnection;
import io.roadstead.registry.Ticker;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongFunction;

/**
 * The load: requests at fixed rates over all services in turn, whatever becomes of those before
 * (open loop), and streams that are opened anew as soon as they have ended. Nothing is tried twice.
 *
 * <p>A request fails on a transport error, more than 10 s from when it was due, a status of 400 or
 * more, or a wrong body. A stream fails if it cannot be opened, if it ends otherwise than in order,
 * or if of what the instance has sent before the end something is lost, doubled or out of order: of
 * a WebSocket the instance itself notes how many echoes it has sent.
 */
final class SixKinds {
  private static final int KEPT_ALIVE_A_SECOND = 420;
  private static final int CONNECTIONS_A_SECOND = 60;
  private static final int POSTS_A_SECOND = 60;
  private static final int SLOW_A_SECOND = 8;
  private static final int STREAMS_OF_EACH_KIND = 16;
  private static final long MESSAGE_EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final long AFTER_A_FAILURE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final String CLOSING = "Connection: close\r\n";
  private static final String BODY = "not to be sent twice; ".repeat(60);

  private final InetSocketAddress gateway;
  private final List<String> services;
  private final Path notes;
  private final Ticker ticker;
  private final Kind keptAlive;
  private final Kind connections;
  private final Kind slow;
  private final Kind posts;
  private final Kind eventStreams;
  private final Kind webSockets;
  private final LongAdder events = new LongAdder();
  private final LongAdder echoes = new LongAdder();
  private final LongAdder endedInOrder = new LongAdder();
  private final Map<String, Heard> heard = new ConcurrentHashMap<>();
  private final List<OpenLoopLoad> loads;
  private final List<Thread> streams = new ArrayList<>();
  private final AtomicLong opened = new AtomicLong();
  private volatile boolean over;

  /** What came over one WebSocket. */
  private record Heard(
      String trace, String service, long askedNanos, long endedNanos, int echoes) {}

  /**
   * @param notes where the instances write down what they have sent
   */
  SixKinds(InetSocketAddress gateway, List<String> services, Path notes, Ticker ticker) {
    this.gateway = gateway;
    this.services = List.copyOf(services);
    this.notes = notes;
    this.ticker = ticker;
    this.keptAlive = new Kind("keep-alive", 1, services);
    this.connections = new Kind("a connection per request", 2, services);
    this.slow = new Kind("5 s slow", 3, services);
    this.posts = new Kind("POST bodies", 4, services);
    this.eventStreams = new Kind("event streams", 5, services);
    this.webSockets = new Kind("WebSockets", 6, services);
    this.loads =
        List.of(
            load(asks(1, "GET", "/hello", "", "", "hello"), true, KEPT_ALIVE_A_SECOND, keptAlive),
            load(
                asks(2, "GET", "/hello", CLOSING, "", "hello"),
                false,
                CONNECTIONS_A_SECOND,
                connections),
            load(asks(4, "POST", "/echo", "", BODY, BODY), true, POSTS_A_SECOND, posts),
            load(asks(3, "GET", "/slow", "", "", "slow"), true, SLOW_A_SECOND, slow));
    for (int i = 0; i < STREAMS_OF_EACH_KIND; i++) {
      int stream = i;
      streams.add(Thread.ofVirtual().name("load-events-" + i).unstarted(() -> listenOn(stream)));
      streams.add(Thread.ofVirtual().name("load-websocket-" + i).unstarted(() -> talkOn(stream)));
    }
  }

  private OpenLoopLoad load(LongFunction<Ask> asks, boolean keeps, int perSecond, Kind kind) {
    return new OpenLoopLoad(gateway, asks, keeps, perSecond, ticker, kind);
  }

  /** The n-th request goes to the n-th service, over and over. */
  private LongFunction<Ask> asks(
      int kind, String method, String path, String headers, String body, String expected) {
    List<Traced> all =
        services.stream()
            .map(
                service ->
                    new Traced(
                        LoadConnection.request(
                            gateway, method, "/" + service + path, headers + Traced.header(), body),
                        kind,
                        expected))
            .toList();
    return n -> all.get((int) (n % all.size())).ask(n);
  }

  void start() {
    loads.forEach(OpenLoopLoad::start);
    streams.forEach(Thread::start);
  }

  private void listenOn(int stream) {
    String service = services.get(stream % services.size());
    long last = 0;
    while (!over) {
      long asked = ticker.nanos();
      String trace = eventStreams.trace(opened.getAndIncrement());
      long after = last;
      eventStreams.begun();
      EventStream listening =
          new EventStream(
              gateway,
              "/" + service + "/events",
              Traced.header(trace),
              ticker,
              () -> over,
              number -> {
                events.increment();
                if (number == after + 1) {
                  eventStreams.first(ticker.nanos() - asked);
                }
              });
      try {
        last = listening.listen(after);
        endedInOrder.add(over ? 0 : 1);
      } catch (IOException | RuntimeException e) {
        eventStreams.failed(trace, service, asked, ticker.nanos(), e.toString());
        last = 0;
        LockSupport.parkNanos(AFTER_A_FAILURE_NANOS);
      }
    }
  }

  private void talkOn(int stream) {
    String service = services.get((stream + 1) % services.size());
    Talk talk = new Talk(MESSAGE_EVERY_NANOS, () -> over);
    for (int i = 0; !over; i++) {
      String name = stream + "-" + i;
      long asked = ticker.nanos();
      String trace = webSockets.trace(opened.getAndIncrement());
      webSockets.begun();
      try (WebSocketConnection connection =
          new WebSocketConnection(
              gateway.getPort(), "/" + service + "/chat", name, Traced.header(trace))) {
        webSockets.first(ticker.nanos() - asked);
        Talk.End end = talk.with(connection, name);
        heard.put(name, new Heard(trace, service, asked, ticker.nanos(), end.echoes()));
        echoes.add(end.echoes());
        endedInOrder.add(end.own() ? 0 : 1);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      } catch (IOException | RuntimeException e) {
        webSockets.failed(trace, service, asked, ticker.nanos(), e.toString());
        LockSupport.parkNanos(AFTER_A_FAILURE_NANOS);
      }
    }
  }

  /** Begins nothing more, waits for what is under way, and counts what was lost; once. */
  void end() throws InterruptedException {
    if (over) {
      return;
    }
    over = true;
    loads.forEach(OpenLoopLoad::close);
    long deadline = ticker.nanos() + OpenLoopLoad.LIMIT.toNanos();
    for (Thread stream : streams) {
      long millis = TimeUnit.NANOSECONDS.toMillis(deadline - ticker.nanos());
      if (stream.isAlive() && !stream.join(Duration.ofMillis(Math.max(1, millis)))) {
        stream.interrupt();
      }
    }
    heard.forEach(this::compare);
  }

  /** Each echo that the instance says it has sent must have come. */
  private void compare(String connection, Heard heard) {
    String sent;
    try {
      sent = Files.readString(notes.resolve(connection));
    } catch (IOException e) {
      sent = "an unknown number of";
    }
    if (!sent.equals(Integer.toString(heard.echoes()))) {
      webSockets.failed(
          heard.trace(),
          heard.service(),
          heard.askedNanos(),
          heard.endedNanos(),
          "of " + sent + " echoes that were sent, " + heard.echoes() + " came");
    }
  }

  List<Loss> losses() {
    return kinds().stream().flatMap(kind -> kind.losses().stream()).toList();
  }

  List<Kind> kinds() {
    return List.of(keptAlive, connections, slow, posts, eventStreams, webSockets);
  }

  long requests() {
    return kinds().stream().mapToLong(Kind::requests).sum();
  }

  long failed() {
    return kinds().stream().mapToLong(Kind::failed).sum();
  }

  long events() {
    return events.sum();
  }

  long echoes() {
    return echoes.sum();
  }

  /** How often a deployment has ended a stream, in order. */
  long endedInOrder() {
    return endedInOrder.sum();
  }
}

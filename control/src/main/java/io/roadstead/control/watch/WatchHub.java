package io.roadstead.control.watch;

import io.netty.channel.EventLoop;
import io.roadstead.control.http.Answer;
import io.roadstead.control.http.Call;
import io.roadstead.control.http.Frame;
import io.roadstead.control.http.Refusal;
import io.roadstead.control.http.Responses;
import io.roadstead.control.wire.Json;
import io.roadstead.control.wire.RegistryJson;
import io.roadstead.registry.Cursor;
import io.roadstead.registry.Names;
import io.roadstead.registry.Registry;
import io.roadstead.registry.Snapshot;
import io.roadstead.registry.SubscriberKind;
import io.roadstead.registry.Subscribers;
import io.roadstead.registry.Ticker;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.internal.ContextInternal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells everybody who watches the registry of its changes: streams and long polls.
 *
 * <p>There is no queue of changes here. The registry's own change log is the queue: its listener
 * only wakes the event loop, which then reads what has come since the last round, once, and writes
 * it to all, a few at a time ({@link Lane}, {@link Walk}): telling ten thousand takes a tenth of a
 * second, and heartbeats are answered meanwhile. Subscribers, whose word a drain waits for, have a
 * lane of their own and do not wait for observers. A stream knows up to where it was told; one
 * whose connection takes nothing is told nothing, and brought up when it reads again ({@link
 * CatchUp}). So a slow reader costs a bounded buffer of frames that others share, and nothing else.
 *
 * <p>All state is confined to the one event loop of the control plane; {@link #wake} alone is
 * called from elsewhere.
 */
public final class WatchHub {
  /** Who only looks leaves room for those that drains wait for. */
  static final int MAX_OBSERVERS = 10_000;

  static final int MAX_STREAMS = 12_000;
  static final int MAX_POLLS = 10_000;

  /** Where frames take too much of memory, who takes nothing for so long is deaf. */
  static final int DEAF_TICKS = 10;

  /** Likewise for who takes some, but not all that it was given. */
  static final int SLOW_TICKS = 60;

  private static final long TICK_MILLIS = 1_000;
  private static final long LOOK_MILLIS = 20;

  /** Observers hear of the version each so many ticks; named subscribers each tick. */
  private static final int OBSERVER_TICKS = 15;

  private static final Logger log = LoggerFactory.getLogger(WatchHub.class);

  private final Vertx vertx;
  private final Registry registry;
  private final Subscribers subscribers;
  private final String platformId;
  private final BooleanSupplier ready;
  private final Frames frames = new Frames();
  private final SnapshotFrames snapshots;
  private final CatchUp catchUp;
  private final Lane subscriberLane;
  private final Lane observerLane;
  private final Executor later;
  private final Set<Poll> polls = new LinkedHashSet<>();
  private final AtomicBoolean woken = new AtomicBoolean();
  private final Context loop;
  private Snapshot current;
  private byte @Nullable [] currentBody;
  private @Nullable Frame versionFrame;
  private long versionFramed;
  private long observers;
  private long ticks;
  private Registry.@Nullable Listening listening;

  /** A long poll that waits for news. */
  private record Poll(Interest interest, String since, HttpServerRequest request, long timer) {}

  /**
   * @param ready whether the registry holds again what an earlier life of the platform left running
   */
  public WatchHub(
      Vertx vertx,
      Context loop,
      Registry registry,
      Subscribers subscribers,
      String platformId,
      BooleanSupplier ready,
      Ticker ticker) {
    this.vertx = vertx;
    this.loop = loop;
    this.registry = registry;
    this.subscribers = subscribers;
    this.platformId = platformId;
    this.ready = ready;
    this.current = registry.snapshot();
    EventLoop eventLoop = ((ContextInternal) loop).nettyEventLoop();
    // A task that is merely added would run before the loop looks at the network again.
    this.later =
        task -> {
          var _ = eventLoop.schedule(task, 0, TimeUnit.NANOSECONDS);
        };
    this.snapshots = new SnapshotFrames(frames, ticker);
    this.catchUp = new CatchUp(registry, frames, snapshots, this::lookAgain);
    this.subscriberLane = new Lane(registry, frames, catchUp, later);
    this.observerLane = new Lane(registry, frames, catchUp, later);
  }

  public void start() {
    listening = registry.listen(_ -> wake());
    loop.runOnContext(_ -> vertx.setPeriodic(TICK_MILLIS, _ -> tick()));
  }

  /** Ends the streams. Called on the event loop. */
  public void end() {
    Registry.Listening calls = listening;
    if (calls != null) {
      calls.close();
    }
    for (Poll poll : List.copyOf(polls)) {
      answerUnchanged(poll);
    }
    for (Lane lane : lanes()) {
      for (WatchStream stream : lane.all()) {
        stream.end();
        closed(stream);
      }
    }
    catchUp.forget();
    snapshots.clear();
    Frame frame = versionFrame;
    if (frame != null) {
      versionFrame = null;
      frame.release();
    }
  }

  private List<Lane> lanes() {
    return List.of(subscriberLane, observerLane);
  }

  /** Something has changed; from any thread, never blocks. */
  private void wake() {
    if (woken.compareAndSet(false, true)) {
      loop.runOnContext(_ -> advance());
    }
  }

  private void advance() {
    woken.set(false);
    lanes().forEach(Lane::advance);
    answerPolls();
  }

  private void lookAgain(boolean atOnce) {
    if (atOnce) {
      later.execute(catchUp::look);
    } else {
      vertx.setTimer(LOOK_MILLIS, _ -> catchUp.look());
    }
  }

  private void tick() {
    ticks++;
    snapshots.sweep(registry.snapshot());
    catchUp.forget();
    walk(subscriberLane.all());
    List<WatchStream> all = observerLane.all();
    List<WatchStream> due = new ArrayList<>(all.size() / OBSERVER_TICKS + 1);
    for (int i = (int) (ticks % OBSERVER_TICKS); i < all.size(); i += OBSERVER_TICKS) {
      due.add(all.get(i));
    }
    walk(due);
    bound();
  }

  /** Tells them where they stand. */
  private void walk(List<WatchStream> streams) {
    if (!streams.isEmpty()) {
      new Walk<>(streams, stream -> stream.version(versionFrame(stream.at())), () -> {}, later)
          .go();
    }
  }

  /** Almost all stand at the same version. */
  private Frame versionFrame(long n) {
    Frame frame = versionFrame;
    if (frame == null || versionFramed != n) {
      if (frame != null) {
        frame.release();
      }
      String version = new Cursor(current.version().epoch(), n).toString();
      frame = frames.make("version", version, RegistryJson.version(version));
      versionFrame = frame;
      versionFramed = n;
    }
    return frame;
  }

  /**
   * Where frames that wait to be taken hold too much of memory, ends streams of those who take
   * nothing, or not all for long: a quarter of them each second, until it is enough. Who reads, at
   * whatever pace, is not ended where memory is left; who takes nothing for a minute is ended in
   * any case, as every connection ({@link io.roadstead.control.http.ConnectionTimes}).
   */
  private void bound() {
    List<WatchStream> deaf = new ArrayList<>();
    for (Lane lane : lanes()) {
      for (WatchStream stream : lane.all()) {
        stream.look(ticks);
        if (stream.deaf(ticks) >= DEAF_TICKS || stream.waits(ticks) >= SLOW_TICKS) {
          deaf.add(stream);
        }
      }
    }
    long held = deaf.isEmpty() ? 0 : frames.heldBytes();
    if (held <= Frames.MAX_HELD_BYTES) {
      return;
    }
    deaf.sort(Comparator.comparingLong(stream -> -stream.waits(ticks)));
    List<WatchStream> longest = deaf.subList(0, (deaf.size() + 3) / 4);
    log.warn(
        "{} watch streams are not read: {} MiB wait to be taken, the limit is {} MiB; the {} that"
            + " have waited longest are ended",
        deaf.size(),
        held >> 20,
        Frames.MAX_HELD_BYTES >> 20,
        longest.size());
    longest.forEach(WatchStream::cut);
  }

  /** {@code GET /api/v1/watch}. */
  public void stream(Call call, HttpServerRequest request) {
    Interest interest = interest(call);
    String name = call.query("subscriber");
    SubscriberKind kind = Subscriptions.kind(call);
    if (name.isEmpty()) {
      requireRoom(observerLane.size(), MAX_OBSERVERS, "streams without a subscriber");
      requireMemory(frames);
    } else {
      Subscriptions.requireMay(call.caller(), name, kind);
      if (!ready.getAsBoolean()) {
        // A gateway would drop all the instances that have not been taken over yet.
        throw new Refusal(
                503,
                "starting",
                "the platform is starting and its registry is not whole: go on with what you know,"
                    + " and try again")
            .header("Retry-After", "1");
      }
      requireRoom(subscriberLane.size() + observerLane.size(), MAX_STREAMS, "streams");
    }
    WatchStream stream = new WatchStream(name, interest);
    String id =
        name.isEmpty()
            ? "observer-" + ++observers
            : subscribers.connect(
                name, kind, interest.services(), () -> loop.runOnContext(_ -> replaced(stream)));
    String since = call.query("since").isEmpty() ? call.lastEventId() : call.query("since");
    Frame first =
        frames.make(
            "stream", "", Json.bytes(Json.object().put("stream", id).put("platform", platformId)));
    try {
      stream.begin(request, id, first, () -> closed(stream));
    } catch (RuntimeException e) {
      // Else a subscriber would be connected, and waited for, whose stream there never was.
      replaced(stream);
      throw e;
    } finally {
      first.release();
    }
    if (stream.over()) {
      closed(stream);
      return;
    }
    Lane lane = stream.named() ? subscriberLane : observerLane;
    boolean resumed = catchUp.begin(stream, Cursor.parse(since));
    lane.add(stream);
    if (resumed && stream.named()) {
      // a subscriber that comes back has to acknowledge to its new stream at once
      stream.version(versionFrame(stream.at()));
    }
  }

  static void requireRoom(int open, int most, String what) {
    if (open >= most) {
      throw new Refusal(
              503,
              "too-many-streams",
              open
                  + " "
                  + what
                  + " are open, at most "
                  + most
                  + " are taken: watch through fewer of them, or poll GET"
                  + " /api/v1/registry?wait=30s")
          .header("Retry-After", "5");
    }
  }

  /** Else those who ask and do not read would have it all. */
  static void requireMemory(Frames frames) {
    long held = frames.heldBytes();
    if (held > 2 * Frames.MAX_HELD_BYTES) {
      throw new Refusal(
              503,
              "readers-too-slow",
              (held >> 20)
                  + " MiB wait to be taken by readers of streams, at most "
                  + ((2 * Frames.MAX_HELD_BYTES) >> 20)
                  + " are kept: try again in a few seconds")
          .header("Retry-After", "5");
    }
  }

  /** {@code GET /api/v1/registry}, at once or when there is news. */
  public void poll(Call call, HttpServerRequest request) {
    Interest interest = interest(call);
    String since = call.query("since");
    Duration wait = call.waiting();
    answerPolls();
    Optional<Registry.Batch> news = newsSince(since);
    if (news.isEmpty() || !interest.of(news.get().changes()).isEmpty()) {
      Responses.send(request, body(interest));
      return;
    }
    if (wait.isZero() || call.head()) {
      Responses.send(request, Answer.json(200, RegistryJson.version(since)));
      return;
    }
    if (polls.size() >= MAX_POLLS) {
      throw new Refusal(503, "too-many-polls", MAX_POLLS + " polls wait, no more are taken");
    }
    Poll[] own = new Poll[1];
    long timer = vertx.setTimer(Math.max(1, wait.toMillis()), _ -> answerUnchanged(own[0]));
    Poll poll = new Poll(interest, since, request, timer);
    own[0] = poll;
    polls.add(poll);
    request.response().exceptionHandler(_ -> {});
    request.response().closeHandler(_ -> forget(poll));
  }

  private void answerPolls() {
    Snapshot now = registry.snapshot();
    if (polls.isEmpty() || now.version().equals(current.version())) {
      moveTo(now);
      return;
    }
    Optional<Registry.Batch> news = registry.changesSince(current.version());
    moveTo(now);
    for (Poll poll : new ArrayList<>(polls)) {
      if (news.isEmpty() || !poll.interest().of(news.get().changes()).isEmpty()) {
        forget(poll);
        Responses.send(poll.request(), body(poll.interest()));
      }
    }
  }

  private void moveTo(Snapshot snapshot) {
    if (!snapshot.version().equals(current.version())) {
      current = snapshot;
      currentBody = null;
    }
  }

  private void answerUnchanged(Poll poll) {
    forget(poll);
    Responses.send(poll.request(), Answer.json(200, RegistryJson.version(poll.since())));
  }

  private void forget(Poll poll) {
    polls.remove(poll);
    vertx.cancelTimer(poll.timer());
  }

  private Answer body(Interest interest) {
    if (!interest.all()) {
      return Answer.json(200, RegistryJson.snapshot(current, interest.services()));
    }
    byte[] body = currentBody;
    if (body == null) {
      body = RegistryJson.snapshot(current, Set.of());
      currentBody = body;
    }
    return Answer.json(200, body);
  }

  /** What has changed since a cursor; nothing where that is unknown. */
  private Optional<Registry.Batch> newsSince(String since) {
    return Cursor.parse(since).flatMap(registry::changesSince);
  }

  private void replaced(WatchStream stream) {
    stream.end();
    closed(stream);
  }

  private void closed(WatchStream stream) {
    catchUp.remove(stream);
    (stream.named() ? subscriberLane : observerLane).remove(stream);
    if (stream.named()) {
      subscribers.disconnect(stream.name(), stream.id());
    }
  }

  private static Interest interest(Call call) {
    Set<String> services = new LinkedHashSet<>();
    call.queries("service").forEach(name -> services.add(Names.service(name)));
    return new Interest(services);
  }
}

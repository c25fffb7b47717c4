package io.roadstead.control.watch;

import io.roadstead.control.http.Answer;
import io.roadstead.control.http.Call;
import io.roadstead.control.http.Refusal;
import io.roadstead.control.http.Responses;
import io.roadstead.control.wire.RegistryJson;
import io.roadstead.registry.Change;
import io.roadstead.registry.Cursor;
import io.roadstead.registry.Names;
import io.roadstead.registry.Registry;
import io.roadstead.registry.Snapshot;
import io.roadstead.registry.SubscriberKind;
import io.roadstead.registry.Subscribers;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells everybody who watches the registry of its changes: streams and long polls.
 *
 * <p>There is no queue of changes here. The registry's own change log is the queue: its listener
 * only wakes the event loop, which then reads what has come since the version at which the hub
 * stands, once, and passes it to all. Every stream that keeps up stands at the hub's version, so
 * what goes to those that want all services is encoded once. A stream whose reader has fallen
 * behind (its connection's bounded write queue is full) is skipped, and gets a whole snapshot when
 * it has drained; so a slow reader costs a bounded buffer and nothing else.
 *
 * <p>All state is confined to the one event loop of the control plane; {@link #wake} alone is
 * called from elsewhere.
 */
public final class WatchHub {
  static final int MAX_STREAMS = 2_000;
  static final int MAX_POLLS = 10_000;

  private static final long TICK_MILLIS = 1_000;

  private final Vertx vertx;
  private final Registry registry;
  private final Subscribers subscribers;
  private final String platformId;
  private final BooleanSupplier ready;
  private final Set<WatchStream> streams = new LinkedHashSet<>();
  private final Set<Poll> polls = new LinkedHashSet<>();
  private final AtomicBoolean woken = new AtomicBoolean();
  private final Context loop;
  private Snapshot current;
  private byte @Nullable [] currentBody;
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
      BooleanSupplier ready) {
    this.vertx = vertx;
    this.loop = loop;
    this.registry = registry;
    this.subscribers = subscribers;
    this.platformId = platformId;
    this.ready = ready;
    this.current = registry.snapshot();
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
    for (WatchStream stream : List.copyOf(streams)) {
      stream.end();
      closed(stream);
    }
  }

  /** Something has changed; from any thread, never blocks. */
  private void wake() {
    if (woken.compareAndSet(false, true)) {
      loop.runOnContext(_ -> advance());
    }
  }

  private void advance() {
    woken.set(false);
    Optional<Registry.Batch> batch = registry.changesSince(current.version());
    if (batch.isEmpty()) {
      moveTo(registry.snapshot());
      streams.forEach(stream -> stream.snapshot(current));
      answerPolls(null);
    } else if (!batch.get().changes().isEmpty()) {
      moveTo(batch.get().after());
      ChangeFrames frames = new ChangeFrames(batch.get());
      streams.forEach(stream -> stream.changes(frames, current));
      answerPolls(batch.get().changes());
    }
  }

  private void moveTo(Snapshot snapshot) {
    current = snapshot;
    currentBody = null;
  }

  private void tick() {
    ticks++;
    for (WatchStream stream : List.copyOf(streams)) {
      stream.tick(ticks, current.version());
    }
  }

  /** {@code GET /api/v1/watch}. */
  public void stream(Call call, HttpServerRequest request) {
    if (streams.size() >= MAX_STREAMS) {
      throw new Refusal(
          503, "too-many-streams", MAX_STREAMS + " streams are open, no more are taken");
    }
    Interest interest = interest(call);
    String name = call.query("subscriber");
    SubscriberKind kind = Subscriptions.kind(call);
    if (!name.isEmpty()) {
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
    }
    advance();
    WatchStream stream = new WatchStream(name, interest, () -> current);
    String id =
        name.isEmpty()
            ? "observer-" + ++observers
            : subscribers.connect(
                name, kind, interest.services(), () -> loop.runOnContext(_ -> replaced(stream)));
    String since = call.query("since").isEmpty() ? call.lastEventId() : call.query("since");
    try {
      stream.begin(request, id, platformId, resume(since), () -> closed(stream));
    } catch (RuntimeException e) {
      // Else a subscriber would be connected, and waited for, whose stream there never was.
      replaced(stream);
      throw e;
    }
    if (!stream.over()) {
      streams.add(stream);
    } else {
      closed(stream);
    }
  }

  /** {@code GET /api/v1/registry}, at once or when there is news. */
  public void poll(Call call, HttpServerRequest request) {
    Interest interest = interest(call);
    String since = call.query("since");
    Duration wait = call.waiting();
    advance();
    Optional<Registry.Batch> news = resume(since);
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

  private void answerPolls(@Nullable List<Change> changes) {
    for (Poll poll : new ArrayList<>(polls)) {
      if (changes == null || !poll.interest().of(changes).isEmpty()) {
        forget(poll);
        Responses.send(poll.request(), body(poll.interest()));
      }
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

  /** What has changed since a cursor, up to where the hub stands; nothing where that is unknown. */
  private Optional<Registry.Batch> resume(String since) {
    Optional<Cursor> cursor = Cursor.parse(since);
    return cursor.isPresent() && current.version().covers(cursor.get())
        ? registry.changesSince(cursor.get())
        : Optional.empty();
  }

  private void replaced(WatchStream stream) {
    stream.end();
    closed(stream);
  }

  private void closed(WatchStream stream) {
    streams.remove(stream);
    if (!stream.name().isEmpty()) {
      subscribers.disconnect(stream.name(), stream.id());
    }
  }

  private static Interest interest(Call call) {
    Set<String> services = new LinkedHashSet<>();
    call.queries("service").forEach(name -> services.add(Names.service(name)));
    return new Interest(services);
  }
}

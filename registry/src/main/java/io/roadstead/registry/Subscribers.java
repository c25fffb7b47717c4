package io.roadstead.registry;

import io.roadstead.registry.Reader.Standing;
import io.roadstead.registry.event.Event;
import io.roadstead.registry.event.EventSink;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Who reads the registry, what each has applied, and the waits for all of them.
 *
 * <p><b>Idea.</b> An instance may be stopped once nobody can still pick it. Who routes reads the
 * registry, so the question is which of them have applied the version that takes the instance out;
 * and how a reader's word is got decides what it is worth:
 *
 * <ul>
 *   <li><i>Confirmed</i> ({@link StreamReader}): gateways and named watches. They say themselves
 *       what they have applied.
 *   <li><i>Identified pollers</i> ({@link PollReader}): services that the platform started. Their
 *       next fetch shows that they have applied the answer before.
 *   <li><i>Anonymous pollers</i>: nothing is proven; it is only reckoned how long they may still
 *       route by what they know.
 * </ul>
 *
 * <p><b>States.</b> A reader is LIVE, LAGGING (known, but barriers no longer wait for it) or GONE.
 * Every state follows from the time and from what was last heard; nothing else moves it. A change
 * of state is an event, and ends or prolongs the waits that it concerns. A reader that was known
 * before a restart of the platform is LIVE though never heard, until it comes back, a barrier has
 * waited for it in vain, or half a minute has passed.
 *
 * <p><b>Who writes what.</b> One lock guards all; each message of a subscriber takes it for a few
 * look-ups. Waits block on its condition and look again on every message, on {@link #sweep}, and at
 * least each 100 ms. Events and callbacks leave after the lock is released. Safe from any thread.
 */
public final class Subscribers {
  private static final int MOST = 10_000;
  private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final String OTHERS = "(others)";

  /** A subscriber that is remembered over a restart of the platform. */
  public record Known(String name, SubscriberKind kind, Set<String> services) {
    public Known {
      services = Set.copyOf(services);
    }
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition news = lock.newCondition();
  private final String epoch;
  private final InstantSource wall;
  private final Ticker ticker;
  private final EventSink events;
  private final Map<String, StreamReader> streams = new LinkedHashMap<>();
  private final Map<String, PollReader> pollers = new LinkedHashMap<>();
  private final Map<Reader, Standing> told = new HashMap<>();
  private final AskedVersions asked = new AskedVersions(StreamReader.PATIENCE_NANOS);
  private final List<Event> untold = new ArrayList<>();
  private final Set<Barrier> barriers = new HashSet<>();
  private final KnownSubscribers known;
  private long streamsBegun;

  public Subscribers(String epoch, InstantSource wall, Ticker ticker, EventSink events) {
    this(epoch, wall, ticker, events, ChangeDispatcher.thread("subscribers-known"));
  }

  /**
   * @param callbacks runs the callbacks of {@link #onKnownChanged}, one task at a time
   */
  public Subscribers(
      String epoch, InstantSource wall, Ticker ticker, EventSink events, Executor callbacks) {
    this.epoch = epoch;
    this.wall = wall;
    this.ticker = ticker;
    this.events = events;
    this.known = new KnownSubscribers(callbacks);
  }

  /**
   * A confirmed subscriber begins a stream; an older stream under the name ends. Returns the
   * stream's id.
   *
   * @throws InvalidRegistration where there are too many subscribers
   */
  public String connect(
      String name, SubscriberKind kind, Set<String> services, Runnable onReplaced) {
    return connect(name, kind, services, onReplaced, true);
  }

  /**
   * @param remembered whether it outlives this process, and so is waited for after a restart
   */
  String connect(
      String name,
      SubscriberKind kind,
      Set<String> services,
      Runnable onReplaced,
      boolean remembered) {
    if (kind == SubscriberKind.EUREKA) {
      throw new IllegalArgumentException("'" + name + "': a poller has no stream");
    }
    Runnable replaced;
    String stream;
    lock.lock();
    try {
      StreamReader reader = streams.get(name);
      if (reader == null || reader.kind() != kind || reader.remembered() != remembered) {
        if (reader == null && streams.size() >= MOST) {
          throw new InvalidRegistration(
              "too-many-subscribers",
              "there are " + MOST + " subscribers, the limit: '" + name + "' is not taken");
        }
        replaced = reader == null ? null : reader.replaced();
        if (reader != null) {
          told.remove(reader);
        }
        reader = new StreamReader(name, kind, Set.copyOf(services), remembered, wall.instant());
        streams.put(name, reader);
      } else {
        replaced = null;
      }
      stream = epoch + "-" + ++streamsBegun;
      Runnable before =
          reader.connect(stream, Set.copyOf(services), onReplaced, ticker.nanos(), wall.instant());
      replaced = replaced == null ? before : replaced;
      remember();
      news.signalAll();
    } finally {
      lock.unlock();
    }
    if (replaced != null) {
      replaced.run();
    }
    tell();
    return stream;
  }

  /** The stream has ended. Its lease goes on until it runs out. */
  public void disconnect(String name, String stream) {
    lock.lock();
    try {
      StreamReader reader = streams.get(name);
      if (reader != null) {
        reader.disconnect(stream);
      }
    } finally {
      lock.unlock();
    }
    tell();
  }

  /**
   * The subscriber routes nothing any more: it is not waited for, and its counts end. Nothing
   * happens where it has begun another stream since. Returns whether it was known.
   */
  public boolean leave(String name, String stream) {
    boolean left = false;
    lock.lock();
    try {
      StreamReader reader = streams.get(name);
      if (reader != null && reader.follows(stream)) {
        left = true;
        untold.add(StandingEvents.left(reader, wall.instant()));
        drop(reader);
        barriers.forEach(barrier -> barrier.ended(reader));
        news.signalAll();
      }
    } finally {
      lock.unlock();
    }
    tell();
    return left;
  }

  /**
   * A confirmed subscriber has applied {@code version}. An acknowledgement of another stream or
   * epoch counts for nothing.
   */
  public void acknowledge(
      String name, String stream, Cursor version, Map<InstanceKey, Integer> busy) {
    if (!version.epoch().equals(epoch)) {
      return;
    }
    lock.lock();
    try {
      StreamReader reader = streams.get(name);
      if (reader != null) {
        long now = ticker.nanos();
        boolean matters = reader.acknowledge(stream, version.n(), busy, now, wall.instant());
        reader.compare(asked.due(now), now);
        note(reader, now);
        if (matters) {
          news.signalAll();
        }
      }
    } finally {
      lock.unlock();
    }
    tell();
  }

  /** A poller begins a fetch. */
  public void pollBegan(String name, boolean identified) {
    lock.lock();
    try {
      String under = pollers.size() < MOST || pollers.containsKey(name) ? name : OTHERS;
      long now = ticker.nanos();
      PollReader poller =
          pollers.computeIfAbsent(under, _ -> new PollReader(under, identified, wall.instant()));
      // Nobody is woken: what this fetch proves is proven a second later.
      if (poller.began(identified && !under.equals(OTHERS), now, wall.instant())) {
        remember();
      }
      note(poller, now);
    } finally {
      lock.unlock();
    }
    tell();
  }

  /** The poller's fetch has been answered with the registry at {@code version}. */
  public void pollAnswered(String name, Cursor version) {
    if (!version.epoch().equals(epoch)) {
      return;
    }
    lock.lock();
    try {
      PollReader poller = pollers.get(name);
      if (poller != null) {
        poller.answered(version.n());
      }
    } finally {
      lock.unlock();
    }
  }

  /** A poller that the platform started has ended: it is not waited for any more. */
  public void forget(String name) {
    lock.lock();
    try {
      PollReader poller = pollers.remove(name);
      if (poller != null) {
        told.remove(poller);
        barriers.forEach(barrier -> barrier.ended(poller));
        remember();
        news.signalAll();
      }
    } finally {
      lock.unlock();
    }
    tell();
  }

  public List<Subscriber> list() {
    lock.lock();
    try {
      long now = ticker.nanos();
      review(now);
      List<Subscriber> all = new ArrayList<>();
      for (Reader reader : readers()) {
        if (reader instanceof PollReader poller && !poller.identified() && !poller.returns()) {
          continue;
        }
        long applied = reader.applied(now);
        all.add(
            new Subscriber(
                reader.name(),
                reader.kind(),
                reader.services(),
                reader.identified(),
                applied < 0 ? "" : new Cursor(epoch, applied).toString(),
                reader.standing(now) != Standing.LIVE,
                reader.lastSeen()));
      }
      return all;
    } finally {
      lock.unlock();
      tell();
    }
  }

  /**
   * Waits until every confirmed and identified subscriber of {@code service} has applied {@code
   * version}, is lagging, or {@code limit} has passed. Blocks a virtual thread.
   */
  public BarrierOutcome await(String service, Cursor version, Duration limit)
      throws InterruptedException {
    String name = Names.service(service);
    long n = own(version);
    lock.lockInterruptibly();
    try {
      long start = ticker.nanos();
      asked.note(n, start);
      Barrier barrier = new Barrier(name, n, start);
      barriers.add(barrier);
      try {
        return await(barrier, name, start, limit.toNanos());
      } finally {
        barriers.remove(barrier);
      }
    } finally {
      lock.unlock();
      tell();
    }
  }

  private BarrierOutcome await(Barrier barrier, String service, long start, long limit)
      throws InterruptedException {
    while (true) {
      long now = ticker.nanos();
      review(now);
      barrier.observe(readers(), now);
      long left = limit - (now - start);
      if (barrier.settled() || left <= 0) {
        if (!barrier.settled()) {
          giveUp(service, now);
        }
        return barrier.outcome(pollers.values(), now);
      }
      pause(left);
    }
  }

  /**
   * The requests that live gateways have on an instance that drains since {@code drainedAt}:
   * nothing while one of them has not acknowledged that version yet.
   */
  public OptionalInt busy(InstanceKey key, Cursor drainedAt) {
    lock.lock();
    try {
      return busy(key, own(drainedAt), ticker.nanos()).known();
    } finally {
      lock.unlock();
    }
  }

  /**
   * What gateways have on an instance.
   *
   * @param awaited whether one has still to tell
   * @param untold whether one lags, and so is not waited for, that has not told
   */
  private record Busy(int sum, boolean awaited, boolean untold) {
    OptionalInt known() {
      return awaited || untold ? OptionalInt.empty() : OptionalInt.of(sum);
    }

    boolean over() {
      return !awaited && sum == 0;
    }
  }

  private Busy busy(InstanceKey key, long since, long now) {
    int sum = 0;
    boolean awaited = false;
    boolean untold = false;
    for (StreamReader reader : streams.values()) {
      if (reader.kind() == SubscriberKind.GATEWAY
          && reader.leased(now)
          && reader.reads(key.service())) {
        int count = reader.busy(key, since);
        sum += Math.max(0, count);
        boolean lags = reader.standing(now) == Standing.LAGGING;
        awaited |= count < 0 && !lags;
        untold |= count < 0 && lags;
      }
    }
    return new Busy(sum, awaited, untold);
  }

  /**
   * Waits until {@link #busy} is zero, or {@code limit} has passed; not for a gateway that lags and
   * has not told. Blocks a virtual thread.
   *
   * @return the count at the end; empty where not every gateway has told
   */
  public OptionalInt awaitIdle(InstanceKey key, Cursor drainedAt, Duration limit)
      throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long start = ticker.nanos();
      while (true) {
        long now = ticker.nanos();
        review(now);
        Busy busy = busy(key, own(drainedAt), now);
        long left = limit.toNanos() - (now - start);
        if (left <= 0 || busy.over()) {
          return busy.known();
        }
        pause(left);
      }
    } finally {
      lock.unlock();
      tell();
    }
  }

  /**
   * After a restart: each of these is waited for until it has acknowledged a version of this epoch.
   */
  public void restore(List<Known> restored) {
    lock.lock();
    try {
      long now = ticker.nanos();
      for (Known each : restored) {
        if (each.kind() == SubscriberKind.EUREKA) {
          PollReader poller = new PollReader(each.name(), true, wall.instant());
          poller.restore(each.services(), now);
          pollers.putIfAbsent(each.name(), poller);
        } else {
          StreamReader reader =
              new StreamReader(each.name(), each.kind(), each.services(), true, wall.instant());
          reader.restore(now);
          streams.putIfAbsent(each.name(), reader);
        }
      }
      remember();
      news.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Calls back, off any lock and off the caller's thread, whenever the set of remembered
   * subscribers has changed; the calls come in order, and the last is always with the newest set.
   */
  public void onKnownChanged(Consumer<List<Known>> listener) {
    known.onChanged(listener);
  }

  /**
   * Drops lapsed leases and silent pollers, and reports who lags. Called at least each second by
   * the platform.
   */
  public void sweep() {
    lock.lock();
    try {
      review(ticker.nanos());
      news.signalAll();
    } finally {
      lock.unlock();
    }
    tell();
  }

  /** The number of a version of this epoch; of any other: one that every acknowledgement covers. */
  private long own(Cursor version) {
    return version.epoch().equals(epoch) ? version.n() : 0;
  }

  private List<Reader> readers() {
    List<Reader> readers = new ArrayList<>(streams.values());
    readers.addAll(pollers.values());
    return readers;
  }

  /** Looks at everybody again. Under the lock. */
  private void review(long now) {
    long due = asked.due(now);
    streams.values().forEach(reader -> reader.compare(due, now));
    for (Reader reader : readers()) {
      note(reader, now);
    }
  }

  /** Notes how a reader stands now, and what that changes. Under the lock. */
  private void note(Reader reader, long now) {
    Standing is = reader.standing(now);
    Standing was = told.getOrDefault(reader, Standing.LIVE);
    if (is != was && reader.identified()) {
      untold.add(StandingEvents.of(reader, is, wall.instant()));
    }
    if (is == Standing.GONE) {
      drop(reader);
    } else {
      told.put(reader, is);
    }
  }

  private void remember() {
    known.now(readers());
  }

  private void drop(Reader reader) {
    told.remove(reader);
    switch (reader) {
      case StreamReader stream -> streams.remove(stream.name(), stream);
      case PollReader poller -> pollers.remove(poller.name(), poller);
    }
    if (reader.remembered()) {
      remember();
    }
  }

  /** A barrier has waited in vain: who was only remembered is not waited for again. */
  private void giveUp(String service, long now) {
    for (Reader reader : readers()) {
      if (reader.overdue(now) && reader.reads(service)) {
        untold.add(StandingEvents.of(reader, Standing.GONE, wall.instant()));
        drop(reader);
      }
    }
  }

  @SuppressWarnings("WaitNotInLoop") // The callers are the loops.
  private void pause(long left) throws InterruptedException {
    // Woken or not, the caller looks again: the ticker may be another clock than the condition's.
    var _ = news.awaitNanos(Math.min(left, LOOK_AGAIN_NANOS));
  }

  /** Tells what happened, off the lock. */
  private void tell() {
    List<Event> telling;
    lock.lock();
    try {
      telling = untold.isEmpty() ? List.of() : List.copyOf(untold);
      untold.clear();
    } finally {
      lock.unlock();
    }
    telling.forEach(events::accept);
    known.tell();
  }
}

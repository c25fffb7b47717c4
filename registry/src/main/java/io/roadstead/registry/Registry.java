package io.roadstead.registry;

import io.roadstead.registry.event.Event;
import io.roadstead.registry.event.EventSink;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The registry: who is there, at which version.
 *
 * <p><b>Idea.</b> All that can be read is one immutable {@link Snapshot}, swapped by one volatile
 * write; readers take no lock. Every write happens under one lock, turns into {@linkplain Change
 * changes}, and each change is a version. A snapshot shares with the one before it all that did not
 * change: an unchanged instance is the same object, an unchanged service the same list. The newest
 * changes are kept in a bounded log, from which a reader resumes ({@link #changesSince}).
 *
 * <p><b>Leases.</b> A renewal changes nothing that can be read, so it takes no lock and no version:
 * one look-up, one compare-and-set ({@link #renew}). A lease lasts exactly its duration; {@link
 * #expire}, called each second, takes out what was not renewed. Until then a late renewal still
 * counts; afterwards it is refused. Instances that the platform started have no lease: their
 * runtime knows whether they live.
 *
 * <p><b>Two words about an instance.</b> What it says of itself ({@link Registration}) and what the
 * platform has decided ({@link Marks}) are kept apart; readers see {@link Marks#effective}. So no
 * heartbeat and no re-registration takes a drain back.
 *
 * <p><b>Who writes what.</b> {@link Roster} holds the entries and the rules, guarded by the lock;
 * {@link Entry} says which of its fields readers may see without it; the log and the snapshot are
 * written at the end of each write; events are told after the lock is released.
 *
 * <p>Safe from any thread. {@link #snapshot()} contains a write as soon as the write returns;
 * listeners are told on a thread of their own.
 */
public final class Registry {
  private static final int MAX_SERVICES = 20_000;

  /** How many leases a sweep looks at before it lets others write. */
  static final int LOOKS_AT_A_TIME = 2_000;

  private static final long LETTING_NANOS = 50_000;
  private static final long LONGEST_LETTING_NANOS = 5_000_000;

  /** What a write did. */
  public record Written(Cursor version, boolean created) {}

  /**
   * A batch of changes that travelled together; {@code after} is the registry with all of them
   * applied.
   */
  public record Batch(Cursor from, List<Change> changes, Snapshot after) {
    public Batch {
      changes = List.copyOf(changes);
    }
  }

  /** The times of an instance's lease, in milliseconds since 1970; 0 where it has not happened. */
  public record LeaseTimes(
      long registeredAtMillis, long renewedAtMillis, long upSinceMillis, long durationMillis) {}

  /** A listener's registration; closing it ends the calls. */
  public interface Listening extends AutoCloseable {
    @Override
    void close();
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final String epoch;
  private final InstantSource wall;
  private final Ticker ticker;
  private final EventSink events;
  private final Survivors survivors;
  private final Roster roster;
  private final Directory directory;
  private final ChangeLog log = new ChangeLog();
  private final ExpiryGuard guard = new ExpiryGuard();
  private final RegistryCounters counters = new RegistryCounters();
  private final ChangeDispatcher dispatcher;
  private volatile Snapshot snapshot;
  private volatile List<InstanceKey> held = List.of();
  private volatile Journal journal = Journal.NONE;

  public Registry(String epoch, InstantSource wall, Ticker ticker, EventSink events) {
    this(epoch, wall, ticker, events, ChangeDispatcher.thread("registry-changes"));
  }

  /**
   * @param listeners runs the calls of listeners, one task at a time
   */
  public Registry(
      String epoch, InstantSource wall, Ticker ticker, EventSink events, Executor listeners) {
    this.epoch = epoch;
    this.wall = wall;
    this.ticker = ticker;
    this.events = events;
    this.survivors = new Survivors(wall);
    this.roster = new Roster(new OwnAddresses(ticker), survivors);
    this.directory = roster.directory;
    this.snapshot = new Snapshot(new Cursor(epoch, 0), SortedServices.EMPTY);
    this.dispatcher =
        new ChangeDispatcher(listeners, this::snapshot, this::batchAfter, this::listenerFailed);
  }

  public Snapshot snapshot() {
    return snapshot;
  }

  public RegistryCounters counters() {
    return counters;
  }

  /** Registers or re-registers. Equal content re-registered is a renewal and takes no version. */
  public Written register(Registration registration) {
    return register(registration.key(), _ -> registration);
  }

  /**
   * Registers by a decision on what is there: {@code next} gets the instance's own registration, or
   * null, and returns the new one. Runs under the write lock, so it must be quick and must not call
   * back.
   *
   * @throws InvalidRegistration where the registry is full
   */
  public Written register(InstanceKey key, Function<@Nullable Registration, Registration> next) {
    Writing writing = begin();
    try {
      boolean created = roster.register(key, next, this::admit, writing);
      counters.registered();
      return new Written(commit(writing), created);
    } finally {
      end(writing);
    }
  }

  /** The instance's own registration (an alias is followed), if it made one. */
  public Optional<Registration> registration(InstanceKey key) {
    Entry entry = directory.find(key);
    return entry == null ? Optional.empty() : Optional.ofNullable(entry.own());
  }

  /**
   * The instance that the platform started and that this registration, by its name or by where it
   * listens, would be taken for.
   */
  public Optional<InstanceKey> startedFor(Registration registration) {
    lock.lock();
    try {
      return Optional.ofNullable(roster.startedFor(registration));
    } finally {
      lock.unlock();
    }
  }

  /** The name that readers see the instance under: its own, or the one that an alias stands for. */
  public Optional<InstanceKey> resolve(InstanceKey name) {
    Entry entry = directory.find(name);
    return entry == null ? Optional.empty() : Optional.of(entry.key);
  }

  /**
   * Renews the lease: one look-up and one write. False where nothing is registered under that name.
   *
   * @param service in any case; the canonical one costs least
   */
  public boolean renew(String service, String id) {
    Entry entry = directory.find(service, id);
    if (entry == null || !entry.renew(ticker.nanos())) {
      return false;
    }
    survivors.heardOf(entry, events);
    counters.renewed();
    return true;
  }

  /**
   * Changes an existing own registration; the lease is renewed.
   *
   * @return the version, or nothing where it is not registered
   */
  public Optional<Cursor> update(InstanceKey key, Function<Registration, Registration> change) {
    Writing writing = begin();
    try {
      return roster.update(key, change::apply, writing)
          ? Optional.of(commit(writing))
          : Optional.empty();
    } finally {
      end(writing);
    }
  }

  /** Takes an instance's own registration away. A managed instance stays, DOWN by its own word. */
  public boolean deregister(InstanceKey key) {
    Writing writing = begin();
    try {
      boolean was = roster.deregister(key, writing);
      commit(writing);
      return was;
    } finally {
      end(writing);
    }
  }

  /**
   * What an instance last said of itself, apart from anything the platform has decided about it;
   * empty where it has not registered itself.
   */
  public Optional<Status> ownStatus(InstanceKey key) {
    Entry entry = directory.find(key);
    return entry == null || entry.own() == null ? Optional.empty() : Optional.of(entry.ownStatus());
  }

  public Optional<LeaseTimes> lease(InstanceKey key) {
    Entry entry = directory.find(key);
    if (entry == null) {
      return Optional.empty();
    }
    long renewed = entry.renewedNanos();
    long renewedAt =
        entry.own() == null ? 0 : wall.millis() - (ticker.nanos() - renewed) / 1_000_000;
    return Optional.of(
        new LeaseTimes(
            entry.registeredAt.toEpochMilli(),
            Math.max(0, renewedAt),
            entry.upSinceMillis,
            entry.leaseNanos() / 1_000_000));
  }

  /**
   * Lists an instance that the platform has started. Its gate is closed, unless {@link
   * #restoreMark} said otherwise. What it had registered itself before is taken to be it.
   *
   * @throws InvalidRegistration where the registry is full
   */
  public Cursor manage(ManagedInstance instance) {
    Writing writing = begin();
    try {
      roster.manage(instance, this::admit, writing);
      return commit(writing);
    } finally {
      end(writing);
    }
  }

  /**
   * The process of a managed instance is gone: so is the instance, whatever it had registered
   * itself.
   */
  public Cursor unmanage(InstanceKey key) {
    Writing writing = begin();
    try {
      roster.unmanage(key, writing);
      return commit(writing);
    } finally {
      end(writing);
    }
  }

  /** Changes the platform's marks of an instance; nothing where there is no such instance. */
  public Optional<Cursor> mark(InstanceKey key, Function<Marks, Marks> change) {
    Writing writing = begin();
    try {
      return roster.mark(key, change::apply, writing)
          ? Optional.of(commit(writing))
          : Optional.empty();
    } finally {
      end(writing);
    }
  }

  /** Says what looks at an instance have shown; false where there is no such instance. */
  public boolean judge(InstanceKey key, Life life) {
    Writing writing = begin();
    try {
      boolean there = roster.mark(key, marks -> marks.withLife(life), writing);
      if (there && life == Life.EJECTED) {
        counters.ejected(key.service());
      }
      commit(writing);
      return there;
    } finally {
      end(writing);
    }
  }

  public Optional<Marks> marks(InstanceKey key) {
    Entry entry = directory.find(key);
    return entry == null ? Optional.empty() : Optional.of(entry.marks);
  }

  /**
   * Marks for an instance that has not registered yet in this life: applied as soon as it does
   * (durable drains), or now, where it has. A managed instance then begins with the gate that the
   * marks say, so that one taken over from an earlier life of the platform serves without a gap.
   */
  public void restoreMark(InstanceKey key, Marks marks) {
    Writing writing = begin();
    try {
      roster.restoreMark(key, marks, writing);
      commit(writing);
    } finally {
      end(writing);
    }
  }

  /**
   * Sets the explicit routes of a service.
   *
   * @throws InvalidRegistration where it is one service too many
   */
  public Cursor routes(String service, List<Route> routes) {
    Service known = snapshot().service(Names.service(service));
    return facts(service, routes, known == null ? TrafficPolicy.DEFAULT : known.traffic());
  }

  /**
   * Sets what a service's specification says to gateways.
   *
   * @throws InvalidRegistration where it is one service too many
   */
  public Cursor facts(String service, List<Route> routes, TrafficPolicy traffic) {
    String name = Names.service(service);
    Writing writing = begin();
    try {
      Service known = snapshot.service(name);
      Service before = known == null ? new Service(name, List.of(), List.of()) : known;
      if (!before.routes().equals(routes) || !before.traffic().equals(traffic)) {
        admitService(name);
        writing.changes.add(new Change.Facts(name, routes, traffic));
      }
      return commit(writing);
    } finally {
      end(writing);
    }
  }

  /**
   * Sets how a service's requests are shared among its versions.
   *
   * @throws InvalidRegistration where it is one service too many
   */
  public Cursor split(String service, Split split) {
    String name = Names.service(service);
    Writing writing = begin();
    try {
      Service known = snapshot.service(name);
      if (!(known == null ? Split.NONE : known.split()).equals(split)) {
        admitService(name);
        writing.changes.add(new Change.Shares(name, split));
      }
      return commit(writing);
    } finally {
      end(writing);
    }
  }

  /**
   * The changes after {@code since}, or nothing where they are no longer kept or the epoch is
   * another.
   */
  public Optional<Batch> changesSince(Cursor since) {
    if (!since.epoch().equals(epoch)) {
      return Optional.empty();
    }
    lock.lock();
    try {
      Snapshot now = snapshot;
      return log.after(since.n()).map(changes -> new Batch(since, changes, now));
    } finally {
      lock.unlock();
    }
  }

  /**
   * Calls {@code listener} with each batch, in order, one at a time, until the returned handle is
   * closed. The first call is with the batch after {@code snapshot()} as of this call's return. A
   * listener that lags gets one batch for all that it missed; it must not block, for the others
   * wait for it.
   */
  public Listening listen(Consumer<Batch> listener) {
    lock.lock();
    try {
      return dispatcher.add(listener, snapshot);
    } finally {
      lock.unlock();
    }
  }

  /** Takes out what has expired, as the guard allows. Called each second by the platform. */
  public void expire() {
    if (survivors.starting()) {
      return;
    }
    Sweep sweep = new Sweep(due());
    sweep.step();
    while (!sweep.over()) {
      letOthersWrite();
      sweep.step();
    }
  }

  /** A lock goes to whoever asks first, and that would be the sweep that has just let go of it. */
  private void letOthersWrite() {
    long began = ticker.nanos();
    while (lock.hasQueuedThreads() && ticker.nanos() - began < LONGEST_LETTING_NANOS) {
      LockSupport.parkNanos(this, LETTING_NANOS);
    }
  }

  private Set<String> due() {
    lock.lock();
    try {
      Set<String> due = directory.due(ticker.nanos());
      due.addAll(guard.services());
      return due;
    } finally {
      lock.unlock();
    }
  }

  /** One sweep for what has expired. For one thread. */
  private final class Sweep {
    private final Iterator<String> due;
    private String service = "";
    private Directory.@Nullable Look look;

    Sweep(Set<String> due) {
      this.due = due.iterator();
    }

    boolean over() {
      return look == null && !due.hasNext();
    }

    /** Some of it: who wants to write waits for no more than a few milliseconds. */
    void step() {
      int looks = 0;
      Writing writing = begin();
      try {
        while (!over() && looks < LOOKS_AT_A_TIME) {
          looks += look(LOOKS_AT_A_TIME - looks, writing);
        }
        counters.held(guard.held());
        held = guard.heldInstances();
        roster.letBackIn(writing);
        commit(writing);
      } finally {
        end(writing);
        counters.swept(ticker.nanos() - writing.nowNanos, looks);
      }
    }

    private int look(int most, Writing writing) {
      Directory.Look current = look;
      if (current == null) {
        service = due.next();
        current = directory.look(service, writing.nowNanos);
        look = current;
      }
      int looks = current.step(most, writing.nowNanos);
      if (current.over()) {
        look = null;
        if (current.lapsed() || guard.services().contains(service)) {
          takeOut(guard.judge(service, directory.leased(service), writing), writing, true);
          guard.settle(service);
        }
      }
      return looks;
    }
  }

  /** The instances past their lease that the expiry guard holds, as of the last {@link #expire}. */
  public List<InstanceKey> held() {
    return held;
  }

  /** Lets the held expiries of a service go; how many went. */
  public int release(String service) {
    String name = Names.service(service);
    Writing writing = begin();
    try {
      List<Entry> lapsed = new ArrayList<>();
      for (Entry entry : directory.leased(name)) {
        if (writing.nowNanos - entry.renewedNanos() >= entry.leaseNanos()) {
          lapsed.add(entry);
        }
      }
      int gone = takeOut(lapsed, writing, false);
      guard.release(name);
      counters.held(guard.held());
      held = guard.heldInstances();
      if (gone > 0) {
        writing.event(
            "registry.expiry-released",
            name,
            gone + " instances past their lease were let go",
            Map.of("gone", gone));
      }
      commit(writing);
      return gone;
    } finally {
      end(writing);
    }
  }

  /**
   * Takes in what an earlier life has kept, before anything is registered in this one. It is served
   * at once; what has a lease is {@linkplain #unconfirmed(InstanceKey) unconfirmed} until it is
   * heard of, and what the platform started waits for {@link #manage}. Nothing expires until {@link
   * #restored}.
   *
   * @return how many instances are listed by it now
   */
  public int restore(Iterable<Remembered> before) {
    Writing writing = begin();
    try {
      survivors.starting(true);
      int listed = 0;
      for (Remembered each : before) {
        boolean taken = roster.restore(each, writing);
        listed += taken && !each.managed() && each.registration() != null ? 1 : 0;
      }
      commit(writing);
      return listed;
    } finally {
      end(writing);
    }
  }

  /**
   * The start is over: from now each unconfirmed instance has one whole lease to be heard of, and
   * what the platform had started and has not found alive is forgotten.
   */
  public void restored() {
    Writing writing = begin();
    try {
      directory.forEach(
          entry -> {
            if (entry.unconfirmed()) {
              entry.lease(writing.nowNanos);
            }
          });
      writing.touched.addAll(survivors.forgetTheRest());
      survivors.starting(false);
    } finally {
      end(writing);
    }
  }

  /** Whether an instance is one of before a restart that has not been heard of since. */
  public boolean unconfirmed(InstanceKey key) {
    Entry entry = survivors.unconfirmed() == 0 ? null : directory.find(key);
    return entry != null && entry.unconfirmed();
  }

  /** How many there are that are {@linkplain #unconfirmed(InstanceKey) unconfirmed}. */
  public int unconfirmed() {
    return survivors.unconfirmed();
  }

  /** Has a journal told of every change from now on. */
  public void keepIn(Journal newJournal) {
    journal = newJournal;
  }

  public Journal journal() {
    return journal;
  }

  /** What is to be remembered of these instances; nothing of those that it does not name. */
  public List<Remembered> remembered(Iterable<InstanceKey> keys) {
    lock.lock();
    try {
      List<Remembered> found = new ArrayList<>();
      for (InstanceKey key : keys) {
        Remembered one = roster.remembered(key);
        if (one != null) {
          found.add(one);
        }
      }
      return found;
    } finally {
      lock.unlock();
    }
  }

  /** The names of all of which something is to be remembered, and perhaps of some others. */
  public Set<InstanceKey> rememberedKeys() {
    lock.lock();
    try {
      return new LinkedHashSet<>(roster.rememberedKeys());
    } finally {
      lock.unlock();
    }
  }

  private int takeOut(List<Entry> lapsed, Writing writing, boolean remember) {
    int gone = 0;
    for (Entry entry : lapsed) {
      long renewed = entry.renewedNanos();
      boolean still = writing.nowNanos - renewed >= entry.leaseNanos();
      if (still && entry.expire(renewed)) {
        roster.expired(entry, writing);
        counters.expired(entry.key.service());
        gone++;
        if (remember && entry.marks.life() != Life.EJECTED) {
          guard.expired(entry.key.service(), entry.leaseNanos(), writing.nowNanos);
        }
      }
    }
    return gone;
  }

  private void admit(String service, int instances) {
    if (instances >= Roster.MAX_INSTANCES) {
      throw new InvalidRegistration(
          "too-many-instances",
          "the registry holds "
              + instances
              + " instances, its limit: deregister some before one more of '"
              + service
              + "' registers");
    }
    admitService(service);
  }

  private void admitService(String service) {
    Map<String, Service> services = snapshot.services();
    if (services.size() >= MAX_SERVICES && !services.containsKey(service)) {
      throw new InvalidRegistration(
          "too-many-services",
          "the registry holds "
              + services.size()
              + " services, its limit: remove some before '"
              + service
              + "' is added");
    }
  }

  private Writing begin() {
    lock.lock();
    return new Writing(ticker.nanos(), wall.instant());
  }

  /** Publishes what the write did; the version that contains it. */
  private Cursor commit(Writing writing) {
    Snapshot before = snapshot;
    if (writing.changes.isEmpty()) {
      return before.version();
    }
    writing.changes.forEach(log::add);
    Cursor version = new Cursor(epoch, before.version().n() + writing.changes.size());
    SortedServices services = ((SortedServices) before.services()).apply(writing.changes);
    snapshot = new Snapshot(version, services);
    return version;
  }

  private void end(Writing writing) {
    lock.unlock();
    if (!writing.changes.isEmpty()) {
      dispatcher.wake();
    }
    for (InstanceKey key : writing.touched) {
      journal.changed(key);
    }
    writing.events.forEach(events::accept);
  }

  private Batch batchAfter(Snapshot seen) {
    lock.lock();
    try {
      Snapshot now = snapshot;
      List<Change> changes =
          log.after(seen.version().n()).orElseGet(() -> ChangeLog.between(seen, now));
      return new Batch(seen.version(), changes, now);
    } finally {
      lock.unlock();
    }
  }

  private void listenerFailed(Consumer<Batch> listener, RuntimeException failure) {
    events.accept(
        new Event(
            wall.instant(),
            "registry.listener-failed",
            "",
            "",
            "",
            "a listener of the registry failed: " + failure,
            Map.of("listener", listener.getClass().getName())));
  }
}

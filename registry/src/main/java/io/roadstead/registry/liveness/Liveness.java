package io.roadstead.registry.liveness;

import io.roadstead.registry.Change;
import io.roadstead.registry.Instance;
import io.roadstead.registry.InstanceKey;
import io.roadstead.registry.Life;
import io.roadstead.registry.Marks;
import io.roadstead.registry.Refusals;
import io.roadstead.registry.Registry;
import io.roadstead.registry.Service;
import io.roadstead.registry.Status;
import io.roadstead.registry.Ticker;
import io.roadstead.registry.event.Event;
import io.roadstead.registry.event.EventSink;
import io.roadstead.registry.liveness.Prober.Seen;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Finds out whether instances are really there, and marks those that are not.
 *
 * <p><b>Refused connections.</b> A gateway that is refused says so, and the instance is doubted at
 * once: gateways prefer others. But one gateway's word takes nobody out; the platform asks the
 * address itself, four times within a second. One success clears the doubt, and then the same alarm
 * is not heard for a while, longer each time, so a gateway that cannot reach what everybody else
 * can does no harm. If all fail, an instance that registered itself is ejected: DOWN to every
 * reader, whatever it says in its heartbeats or registers anew. It is asked on, and the first
 * success lets it back in; one that is ejected again and again must hold out longer each time. An
 * instance that the platform started is only doubted: its own probes and its process's end decide
 * about it.
 *
 * <p><b>Active checks</b>, where they are wanted, look at every registered instance once in an
 * interval. A refusal that they meet is handled as a gateway's. Other failures are counted: some in
 * a row make it doubted, more eject it, one success clears it. As it is the platform alone that
 * looks, a failure of its own, or of something that all instances share, must not take a service
 * out: of four or more, checks eject at most half. Refused connections eject regardless.
 *
 * <p><b>Who writes what.</b> One lock guards the cases and the rounds; the thread {@code liveness}
 * starts what is due; probes run on the executor and come back with what they saw. Both words are
 * kept in the case, the worse one goes to the registry.
 */
public final class Liveness implements Refusals, AutoCloseable {
  private static final int TRIES = 4;
  private static final Duration PROBE_LIMIT = Duration.ofMillis(400);
  private static final long FIRST_PAUSE = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long LONGEST_PAUSE = TimeUnit.SECONDS.toNanos(2);
  private static final long SHORTEST_PAUSE = TimeUnit.MILLISECONDS.toNanos(50);

  /** So many ejected ones are asked no more often than 200 times a second in all. */
  private static final long PAUSE_PER_CASE = TimeUnit.MILLISECONDS.toNanos(5);

  private static final long REMEMBERED = TimeUnit.MINUTES.toNanos(10);
  private static final long FIRST_DEAFNESS = TimeUnit.SECONDS.toNanos(1);
  private static final long LONGEST_DEAFNESS = TimeUnit.MINUTES.toNanos(1);
  private static final long LOOK_AT_HELD = TimeUnit.SECONDS.toNanos(10);
  private static final int MOST_HELD_A_SWEEP = 200;
  private static final int MOST_CASES = 20_000;
  private static final int MOST_PROBES = 128;
  private static final int MOST_CHECKS = 128;
  private static final int FEWEST_GUARDED = 4;
  private static final long LONGEST_WAIT = TimeUnit.SECONDS.toNanos(1);
  private static final long LATE_WAIT = TimeUnit.MILLISECONDS.toNanos(5);

  private final Registry registry;
  private final Prober prober;
  private final Executor probes;
  private final Ticker ticker;
  private final InstantSource wall;
  private final EventSink events;
  private final ActiveChecks settings;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition news = lock.newCondition();
  private final Map<InstanceKey, Case> cases = new HashMap<>();
  private final TreeSet<Case> due = new TreeSet<>(Case.BY_TIME);
  private final Map<String, Integer> ejectedByChecks = new HashMap<>();
  private final Set<String> sparing = new HashSet<>();
  private final Rounds rounds;
  private int probing;
  private int checking;
  private boolean open = true;
  private Registry.@Nullable Listening listening;

  /**
   * @param probes runs what blocks: virtual threads
   */
  public Liveness(
      Registry registry,
      Prober prober,
      ActiveChecks settings,
      Executor probes,
      Ticker ticker,
      InstantSource wall,
      EventSink events) {
    this.registry = registry;
    this.prober = prober;
    this.settings = settings;
    this.probes = probes;
    this.ticker = ticker;
    this.wall = wall;
    this.events = events;
    this.rounds = new Rounds(settings.interval().toNanos(), this::registered);
  }

  public void start() {
    follow();
    Thread.ofPlatform().name("liveness").daemon().start(this::run);
  }

  void follow() {
    listening = registry.listen(this::changed);
  }

  @Override
  public void close() {
    Registry.Listening told = listening;
    if (told != null) {
      told.close();
    }
    lock.lock();
    try {
      open = false;
      news.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void refused(String by, Collection<InstanceKey> instances) {
    lock.lock();
    try {
      for (InstanceKey key : instances) {
        doubt(key, "refused a connection of " + by);
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Looks at instances past their lease that the expiry guard holds: what refuses connections need
   * not be held. Called each second by the platform.
   */
  public void sweep() {
    List<InstanceKey> held = registry.held();
    lock.lock();
    try {
      long now = ticker.nanos();
      int looks = 0;
      for (InstanceKey key : held) {
        Case at = looks < MOST_HELD_A_SWEEP ? caseOf(key) : null;
        if (at != null
            && at.reach == Life.ALIVE
            && (at.lookedAtNanos == Long.MIN_VALUE || now - at.lookedAtNanos >= LOOK_AT_HELD)
            && look(at, now, true)) {
          looks++;
        }
      }
      forget(now);
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    lock.lock();
    try {
      while (open) {
        long wait = step();
        // Woken or not, it looks again.
        var _ = news.awaitNanos(Math.min(wait, LONGEST_WAIT));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  /** Starts what is due; how long until more is. */
  long step() {
    lock.lock();
    try {
      long now = ticker.nanos();
      while (!due.isEmpty() && now - due.first().nextAtNanos >= 0 && probing < MOST_PROBES) {
        probe(due.removeFirst());
      }
      long wait = due.isEmpty() ? LONGEST_WAIT : due.first().nextAtNanos - now;
      if (settings.on()) {
        check(now);
        wait = Math.min(wait, checking < MOST_CHECKS ? rounds.untilNext(now) : LONGEST_WAIT);
      }
      return Math.max(wait, LATE_WAIT);
    } finally {
      lock.unlock();
    }
  }

  // Refused connections.

  private void doubt(InstanceKey key, String reason) {
    Case at = caseOf(key);
    long now = ticker.nanos();
    if (at == null
        || at.reach != Life.ALIVE
        || (at.falseAlarms > 0 && now - at.deafUntilNanos < 0)
        || !at.instance.status().takesTraffic()) {
      return;
    }
    at.reach = Life.DOUBTED;
    at.reason = reason;
    at.failedProbes = 0;
    queue(at, now);
    tell(at);
  }

  private void queue(Case at, long when) {
    if (at.queued) {
      due.remove(at);
    }
    at.nextAtNanos = when;
    at.queued = !at.asking;
    if (at.queued) {
      due.add(at);
    }
    news.signal();
  }

  private void probe(Case at) {
    at.queued = false;
    at.asking = true;
    at.changed = false;
    probing++;
    Instance asked = at.instance;
    probes.execute(() -> probed(at, prober.connect(asked, PROBE_LIMIT)));
  }

  private void probed(Case at, Seen seen) {
    lock.lock();
    try {
      probing--;
      at.asking = false;
      if (!open || cases.get(at.key) != at || at.reach == Life.ALIVE) {
        return;
      }
      long now = ticker.nanos();
      if (at.changed) {
        queue(at, now); // What was seen is of the instance as it was.
        return;
      }
      switch (seen) {
        case Seen.Alive _, Seen.Unasked _ -> passed(at, now);
        case Seen.Refused(var what) -> failed(at, what, now);
        case Seen.Failing(var what) -> failed(at, what, now);
      }
    } finally {
      lock.unlock();
    }
  }

  private void passed(Case at, long now) {
    at.failedProbes = 0;
    if (at.reach == Life.EJECTED) {
      if (at.passingSinceNanos == Long.MIN_VALUE) {
        at.passingSinceNanos = now;
      }
      long left = at.passingSinceNanos + holdOut(at) - now;
      if (left > 0) {
        queue(at, now + Math.min(left, LONGEST_PAUSE));
        return;
      }
    } else {
      at.falseAlarms = Math.min(at.falseAlarms + 1, 16);
      at.deafUntilNanos = now + Math.min(LONGEST_DEAFNESS, FIRST_DEAFNESS << (at.falseAlarms - 1));
    }
    at.reach = Life.ALIVE;
    at.settledAtNanos = now;
    tell(at);
  }

  /** How long it must accept connections before it is let back in: nothing the first time. */
  private static long holdOut(Case at) {
    return at.ejections < 2
        ? 0
        : Math.min(LONGEST_DEAFNESS, FIRST_DEAFNESS << Math.min(at.ejections - 2, 16));
  }

  private void failed(Case at, String what, long now) {
    at.failedProbes++;
    at.passingSinceNanos = Long.MIN_VALUE;
    if (at.reach == Life.DOUBTED && at.failedProbes >= TRIES && !at.instance.managed()) {
      at.reach = Life.EJECTED;
      at.reason = what + ", " + at.failedProbes + " probes in a row";
      at.ejections = now - at.ejectedAtNanos > REMEMBERED ? 1 : at.ejections + 1;
      at.ejectedAtNanos = now;
      tell(at);
    }
    long pause =
        at.failedProbes < TRIES
            ? FIRST_PAUSE << (at.failedProbes - 1)
            : Math.min(LONGEST_PAUSE, FIRST_PAUSE << Math.min(at.failedProbes, 16));
    queue(at, now + Math.max(pause, at.failedProbes < TRIES ? 0 : PAUSE_PER_CASE * cases.size()));
  }

  // Active checks.

  private List<InstanceKey> registered() {
    List<InstanceKey> keys = new ArrayList<>();
    for (Service service : registry.snapshot().services().values()) {
      for (Instance instance : service.instances()) {
        if (!instance.managed()) {
          keys.add(instance.key());
        }
      }
    }
    return keys;
  }

  private void check(long now) {
    while (checking < MOST_CHECKS) {
      InstanceKey key = rounds.poll(now);
      if (key == null) {
        return;
      }
      Case known = cases.get(key);
      Instance instance = registry.snapshot().instance(key).orElse(null);
      if (instance != null && wanted(instance, known)) {
        start(instance, known, false);
      }
    }
  }

  /** Its own word says that it is up, and no probe is looking at it already. */
  private static boolean wanted(Instance instance, @Nullable Case known) {
    return known == null
        ? instance.status().takesTraffic()
        : known.reach == Life.ALIVE
            && !known.checking
            && (instance.status().takesTraffic() || known.health == Life.EJECTED);
  }

  private boolean look(Case at, long now, boolean onlyConnect) {
    if (checking >= MOST_CHECKS || at.checking) {
      return false;
    }
    at.lookedAtNanos = now;
    start(at.instance, at, onlyConnect);
    return true;
  }

  private void start(Instance instance, @Nullable Case known, boolean onlyConnect) {
    checking++;
    if (known != null) {
      known.checking = true;
    }
    boolean connect = onlyConnect || settings.how() != ActiveChecks.How.HTTP;
    probes.execute(
        () -> {
          Duration limit = settings.limit();
          Seen seen = connect ? prober.connect(instance, limit) : prober.ask(instance, limit);
          checked(instance.key(), seen, onlyConnect);
        });
  }

  private void checked(InstanceKey key, Seen seen, boolean onlyConnect) {
    lock.lock();
    try {
      if (checking-- == MOST_CHECKS) {
        news.signal();
      }
      Case known = cases.get(key);
      if (known != null) {
        known.checking = false;
      }
      if (!open) {
        return;
      }
      switch (seen) {
        case Seen.Unasked _ -> {
          // Nothing is known of it.
        }
        case Seen.Refused _ -> doubt(key, "refused a connection of the platform");
        case Seen.Alive _ -> {
          if (!onlyConnect && known != null) {
            healthy(known);
          }
        }
        case Seen.Failing(var what) -> {
          Case at = onlyConnect ? null : caseOf(key);
          if (at != null) {
            unhealthy(at, what);
          }
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private void healthy(Case at) {
    at.failedChecks = 0;
    if (at.health != Life.ALIVE) {
      health(at, Life.ALIVE);
      at.settledAtNanos = ticker.nanos();
      tell(at);
    }
  }

  private void unhealthy(Case at, String what) {
    at.failedChecks++;
    Life next =
        at.failedChecks >= settings.downAfter() && (at.health == Life.EJECTED || mayEject(at))
            ? Life.EJECTED
            : at.failedChecks >= settings.suspectAfter() ? Life.DOUBTED : at.health;
    if (next != at.health) {
      at.reason = what + ", " + at.failedChecks + " checks in a row";
      health(at, next);
      tell(at);
    }
  }

  private void health(Case at, Life next) {
    int step = (next == Life.EJECTED ? 1 : 0) - (at.health == Life.EJECTED ? 1 : 0);
    at.health = next;
    if (step != 0) {
      ejectedByChecks.merge(
          at.key.service(), step, (sum, more) -> sum + more == 0 ? null : sum + more);
      if (step < 0) {
        sparing.remove(at.key.service());
      }
    }
  }

  /** Of four or more, checks alone take at most half out. */
  private boolean mayEject(Case at) {
    String name = at.key.service();
    Service service = registry.snapshot().service(name);
    int all = service == null ? 0 : service.instances().size();
    int out = ejectedByChecks.getOrDefault(name, 0);
    if (all < FEWEST_GUARDED || (out + 1) * 2 <= all) {
      return true;
    }
    if (sparing.add(name)) {
      events.accept(
          new Event(
              wall.instant(),
              "registry.checks-held",
              name,
              "",
              "",
              out
                  + " of "
                  + all
                  + " instances of "
                  + name
                  + " are out by checks: no more are taken out, for all may share the cause",
              Map.of("ejected", out, "instances", all)));
    }
    return false;
  }

  // What the registry hears, and says.

  private void tell(Case at) {
    Life is = at.life();
    Life was = at.told;
    if (is == was) {
      return;
    }
    at.told = is;
    if (!registry.judge(at.key, is)) {
      drop(at);
      return;
    }
    long now = ticker.nanos();
    switch (is) {
      case DOUBTED -> {
        if (was == Life.ALIVE) {
          at.doubtedAtNanos = now;
          event(at, "instance.suspect", at.reason + "; it is being looked at", Map.of());
        }
      }
      case EJECTED ->
          event(
              at,
              "instance.ejected",
              "takes no traffic: " + at.reason + "; one that succeeds lets it back in",
              Map.of("reason", at.reason));
      case ALIVE -> {
        long millis = TimeUnit.NANOSECONDS.toMillis(now - at.doubtedAtNanos);
        event(
            at,
            "instance.recovered",
            "answers again, " + millis + " ms after it was doubted",
            Map.of("millis", millis));
      }
    }
  }

  private void event(Case at, String kind, String what, Map<String, Object> data) {
    events.accept(
        new Event(
            wall.instant(),
            kind,
            at.key.service(),
            at.key.id(),
            "",
            at.key.id() + " " + what,
            data));
  }

  private void changed(Registry.Batch batch) {
    lock.lock();
    try {
      for (Change change : batch.changes()) {
        switch (change) {
          case Change.Put(var instance) -> put(instance);
          case Change.Remove(var last) -> {
            Case at = cases.get(last.key());
            if (at != null && batch.after().instance(last.key()).isEmpty()) {
              drop(at);
            }
          }
          case Change.Facts _ -> {
            // Routes are no concern of instances.
          }
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private void put(Instance instance) {
    Case at = cases.get(instance.key());
    if (at == null) {
      adopt(instance);
      return;
    }
    Instance before = at.instance;
    at.instance = instance;
    if (anew(before, instance) && at.reach != Life.ALIVE) {
      // It moved, or has begun anew: what is known of it may be of another.
      at.changed = at.asking;
      queue(at, ticker.nanos() + SHORTEST_PAUSE);
    }
  }

  private static boolean anew(Instance before, Instance after) {
    return before.port() != after.port()
        || !before.host().equals(after.host())
        || before.status() == Status.STARTING
        || !Objects.equals(before.attachment(), after.attachment());
  }

  /** Marked in an earlier life of its registration: asked at once whether that still holds. */
  private void adopt(Instance instance) {
    if (instance.status() == Status.UP) {
      return;
    }
    InstanceKey key = instance.key();
    Life life = registry.marks(key).map(Marks::life).orElse(Life.ALIVE);
    if (life == Life.ALIVE) {
      return;
    }
    Case at = caseOf(key);
    if (at != null) {
      long now = ticker.nanos();
      at.reach = life;
      at.told = life;
      at.failedProbes = TRIES;
      at.reason = "was out when it left";
      at.doubtedAtNanos = now;
      queue(at, now);
    }
  }

  private @Nullable Case caseOf(InstanceKey key) {
    Optional<Instance> instance = registry.snapshot().instance(key);
    if (instance.isEmpty()) {
      return null;
    }
    Case at = cases.get(key);
    if (at == null) {
      if (cases.size() >= MOST_CASES) {
        return null;
      }
      at = new Case(instance.get());
      at.settledAtNanos = ticker.nanos();
      cases.put(key, at);
    }
    at.instance = instance.get();
    return at;
  }

  private void drop(Case at) {
    if (at.queued) {
      due.remove(at);
    }
    health(at, Life.ALIVE);
    cases.remove(at.key, at);
  }

  private void forget(long now) {
    cases.values().removeIf(at -> at.settled() && now - at.settledAtNanos > REMEMBERED);
  }
}

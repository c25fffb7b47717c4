package io.roadstead.registry.liveness;

import io.roadstead.registry.Instance;
import io.roadstead.registry.InstanceKey;
import io.roadstead.registry.Life;
import io.roadstead.registry.Registry;
import io.roadstead.registry.Service;
import io.roadstead.registry.event.Event;
import io.roadstead.registry.event.EventSink;
import io.roadstead.registry.liveness.Prober.Seen;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Looks of the platform itself: at every registered instance in turn, where that is wanted, and at
 * those that the expiry guard holds. {@link Liveness} tells the rules. Not thread-safe: its lock
 * guards it.
 */
final class Checks {
  private static final long HELD_AGAIN = TimeUnit.SECONDS.toNanos(10);
  private static final int MOST_HELD_A_SWEEP = 200;
  private static final int MOST_AT_ONCE = 128;
  private static final int FEWEST_GUARDED = 4;

  /** Long enough for a client with usual settings to read what is said of it, and be asked. */
  private static final long TRIAL = TimeUnit.SECONDS.toNanos(75);

  private static final long FIRST_WAIT = TimeUnit.MINUTES.toNanos(1);
  private static final int MOST_DOUBLED = 4;

  private final Registry registry;
  private final Looking looking;
  private final Prober prober;
  private final Cases cases;
  private final Probes probes;
  private final ActiveChecks settings;
  private final InstantSource wall;
  private final EventSink events;
  private final Runnable onDue;
  private final Rounds rounds;
  private final Map<String, Integer> ejected = new HashMap<>();
  private final Set<String> sparing = new HashSet<>();
  private int underWay;

  Checks(
      Registry registry,
      Looking looking,
      Prober prober,
      Cases cases,
      Probes probes,
      ActiveChecks settings,
      InstantSource wall,
      EventSink events,
      Runnable onDue) {
    this.registry = registry;
    this.looking = looking;
    this.prober = prober;
    this.cases = cases;
    this.probes = probes;
    this.settings = settings;
    this.wall = wall;
    this.events = events;
    this.onDue = onDue;
    this.rounds = new Rounds(settings.interval().toNanos(), this::registered);
  }

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

  /** Looks at those that are due; how long until more are. */
  long start(long now, long longestWait) {
    if (!settings.on()) {
      return longestWait;
    }
    while (underWay < MOST_AT_ONCE) {
      InstanceKey key = rounds.poll(now);
      if (key == null) {
        return rounds.untilNext(now);
      }
      Case known = cases.known(key);
      registry
          .snapshot()
          .instance(key)
          .filter(instance -> wanted(instance, known))
          .ifPresent(instance -> look(instance, known, false));
    }
    return longestWait;
  }

  /** Its own word says that it is up, and no probe is looking at it already. */
  private static boolean wanted(Instance instance, @Nullable Case known) {
    return known == null
        ? instance.status().takesTraffic()
        : known.reach == Life.ALIVE
            && !known.checking
            && (instance.status().takesTraffic() || known.health == Life.EJECTED);
  }

  /** Looks at some that the expiry guard holds: who refuses connections need not be held. */
  void lookAtHeld(List<InstanceKey> held, long now) {
    int looks = 0;
    for (InstanceKey key : held) {
      if (looks == MOST_HELD_A_SWEEP || underWay >= MOST_AT_ONCE) {
        return;
      }
      Case at = cases.of(key);
      if (at != null
          && at.reach == Life.ALIVE
          && !at.checking
          && (!at.looked || now - at.lookedAtNanos >= HELD_AGAIN)) {
        at.looked = true;
        at.lookedAtNanos = now;
        looks++;
        look(at.instance, at, true);
      }
    }
  }

  private void look(Instance instance, @Nullable Case known, boolean onlyConnect) {
    underWay++;
    if (known != null) {
      known.checking = true;
    }
    boolean connect = onlyConnect || settings.how() != ActiveChecks.How.HTTP;
    looking.look(
        () ->
            connect
                ? prober.connect(instance, settings.limit())
                : prober.ask(instance, settings.limit()),
        (seen, now) -> looked(instance.key(), seen, onlyConnect, now));
  }

  private void looked(InstanceKey key, Seen seen, boolean onlyConnect, long now) {
    if (underWay-- == MOST_AT_ONCE) {
      onDue.run();
    }
    Case known = cases.known(key);
    if (known != null) {
      known.checking = false;
    }
    switch (seen) {
      case Seen.Unasked _ -> {
        // Nothing is known of it.
      }
      case Seen.Refused _ -> probes.doubt(key, "refused a connection of the platform", now);
      case Seen.Alive _ -> {
        if (!onlyConnect && known != null) {
          healthy(known, now);
        }
      }
      case Seen.Failing(var what) -> {
        Case at = onlyConnect ? null : cases.of(key);
        if (at != null) {
          unhealthy(at, what, now);
        }
      }
    }
  }

  private void healthy(Case at, long now) {
    at.failedChecks = 0;
    if (at.health != Life.ALIVE) {
      become(at, Life.ALIVE);
      at.settledAtNanos = now;
      cases.tell(at);
    }
  }

  private void unhealthy(Case at, String what, long now) {
    at.failedChecks++;
    Life next = next(at, now);
    if (next != at.health) {
      at.reason = what + ", " + at.failedChecks + " checks in a row";
      become(at, next);
      cases.tell(at);
    }
  }

  private Life next(Case at, long now) {
    boolean due = at.trials == 0 || now - at.nextTrialNanos >= 0;
    if (at.health == Life.EJECTED) {
      if (!due) {
        return Life.EJECTED;
      }
      at.nextTrialNanos = now + TRIAL;
      return Life.DOUBTED;
    }
    if (at.failedChecks >= settings.downAfter() && due && mayEject(at)) {
      at.nextTrialNanos = now + (FIRST_WAIT << Math.min(at.trials, MOST_DOUBLED));
      at.trials++;
      return Life.EJECTED;
    }
    return at.failedChecks >= settings.suspectAfter() ? Life.DOUBTED : at.health;
  }

  void drop(Case at) {
    become(at, Life.ALIVE);
  }

  private void become(Case at, Life next) {
    int step = (next == Life.EJECTED ? 1 : 0) - (at.health == Life.EJECTED ? 1 : 0);
    at.health = next;
    if (step != 0) {
      ejected.merge(at.key.service(), step, (sum, more) -> sum + more == 0 ? null : sum + more);
    }
    if (step < 0) {
      sparing.remove(at.key.service());
    }
  }

  /** Of four or more, checks alone take at most half out. */
  private boolean mayEject(Case at) {
    String name = at.key.service();
    Service service = registry.snapshot().service(name);
    int all = service == null ? 0 : service.instances().size();
    int out = ejected.getOrDefault(name, 0);
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
}

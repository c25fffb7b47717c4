package io.roadstead.registry.liveness;

import io.roadstead.registry.Instance;
import io.roadstead.registry.InstanceKey;
import io.roadstead.registry.Life;
import io.roadstead.registry.liveness.Prober.Seen;
import java.time.Duration;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/**
 * Refused connections: from the first word of a gateway to the verdict, and back. {@link Liveness}
 * tells the rules. Not thread-safe: its lock guards it.
 */
final class Probes {
  private static final int TRIES = 4;
  private static final Duration LIMIT = Duration.ofMillis(400);
  private static final long FIRST_PAUSE = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long LONGEST_PAUSE = TimeUnit.SECONDS.toNanos(2);
  private static final long ANEW_PAUSE = TimeUnit.MILLISECONDS.toNanos(50);

  /** However many are out, they are asked no more often than 200 times a second in all. */
  private static final long PAUSE_PER_CASE = TimeUnit.MILLISECONDS.toNanos(5);

  private static final long FORGIVEN = TimeUnit.MINUTES.toNanos(10);
  private static final long FIRST_HOLD = TimeUnit.SECONDS.toNanos(1);
  private static final long LONGEST_HOLD = TimeUnit.MINUTES.toNanos(1);
  private static final int MOST_AT_ONCE = 128;

  /** Runs what blocks elsewhere, and its result under the lock. */
  private final Looking looking;

  private final Prober prober;
  private final Cases cases;
  private final Runnable onDue;
  private final TreeSet<Case> due = new TreeSet<>(Case.BY_TIME);
  private int underWay;

  /**
   * @param onDue something is due sooner than was last said
   */
  Probes(Looking looking, Prober prober, Cases cases, Runnable onDue) {
    this.looking = looking;
    this.prober = prober;
    this.cases = cases;
    this.onDue = onDue;
  }

  void doubt(InstanceKey key, String reason, long now) {
    Case at = cases.of(key);
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
    cases.tell(at);
  }

  /** It is to be asked again soon: what is known may be of another. */
  void again(Case at, long now) {
    at.changed = at.asking;
    queue(at, now + (at.failedProbes == 0 ? 0 : ANEW_PAUSE));
  }

  void drop(Case at) {
    if (at.queued) {
      due.remove(at);
      at.queued = false;
    }
  }

  /** Asks those that are due; how long until more are. */
  long start(long now, long longestWait) {
    while (!due.isEmpty() && now - due.first().nextAtNanos >= 0 && underWay < MOST_AT_ONCE) {
      ask(due.removeFirst());
    }
    return due.isEmpty() || underWay >= MOST_AT_ONCE ? longestWait : due.first().nextAtNanos - now;
  }

  private void queue(Case at, long when) {
    drop(at);
    at.nextAtNanos = when;
    at.queued = !at.asking;
    if (at.queued) {
      due.add(at);
    }
    onDue.run();
  }

  private void ask(Case at) {
    at.queued = false;
    at.asking = true;
    at.changed = false;
    underWay++;
    Instance asked = at.instance;
    looking.look(() -> prober.connect(asked, LIMIT), (seen, now) -> asked(at, seen, now));
  }

  private void asked(Case at, Seen seen, long now) {
    underWay--;
    at.asking = false;
    if (!cases.has(at) || at.reach == Life.ALIVE) {
      onDue.run(); // There is room for another.
    } else if (at.changed) {
      queue(at, now);
    } else {
      switch (seen) {
        case Seen.Alive _ -> passed(at, now);
        case Seen.Unasked _ -> unasked(at, now);
        case Seen.Refused(var what) -> failed(at, what, now);
        case Seen.Failing(var what) -> failed(at, what, now);
      }
    }
  }

  /** Nothing is known: nobody is taken out for that, and nobody let back in. */
  private void unasked(Case at, long now) {
    if (at.reach == Life.EJECTED) {
      queue(at, now + LONGEST_PAUSE);
    } else {
      passed(at, now);
    }
  }

  private void passed(Case at, long now) {
    at.failedProbes = 0;
    if (at.reach == Life.EJECTED) {
      if (!at.passing) {
        at.passing = true;
        at.passingSinceNanos = now;
      }
      long left = at.passingSinceNanos + holdOut(at) - now;
      if (left > 0) {
        queue(at, now + Math.min(left, LONGEST_PAUSE));
        return;
      }
    } else {
      at.falseAlarms = Math.min(at.falseAlarms + 1, 16);
      at.deafUntilNanos = now + Math.min(LONGEST_HOLD, FIRST_HOLD << (at.falseAlarms - 1));
    }
    at.reach = Life.ALIVE;
    at.settledAtNanos = now;
    cases.tell(at);
    onDue.run();
  }

  /** How long it must accept connections before it is let back in: nothing the first time. */
  private static long holdOut(Case at) {
    return at.ejections < 2
        ? 0
        : Math.min(LONGEST_HOLD, FIRST_HOLD << Math.min(at.ejections - 2, 16));
  }

  private void failed(Case at, String what, long now) {
    at.failedProbes++;
    at.passing = false;
    boolean sure = at.failedProbes >= TRIES;
    if (sure && at.reach == Life.DOUBTED && !at.instance.managed()) {
      at.reach = Life.EJECTED;
      at.reason = what + ", " + at.failedProbes + " probes in a row";
      at.ejections = now - at.ejectedAtNanos > FORGIVEN ? 1 : at.ejections + 1;
      at.ejectedAtNanos = now;
      cases.tell(at);
    }
    long pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE << Math.min(at.failedProbes - 1, 16));
    queue(at, now + Math.max(pause, sure ? PAUSE_PER_CASE * cases.size() : 0));
  }
}

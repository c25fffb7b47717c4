package io.roadstead.registry.liveness;

import io.roadstead.registry.Change;
import io.roadstead.registry.Instance;
import io.roadstead.registry.InstanceKey;
import io.roadstead.registry.Life;
import io.roadstead.registry.Marks;
import io.roadstead.registry.Registry;
import io.roadstead.registry.Status;
import io.roadstead.registry.Ticker;
import io.roadstead.registry.event.Event;
import io.roadstead.registry.event.EventSink;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The instances that are doubted, or were a short while ago, and what the registry and its readers
 * are told of them. Not thread-safe: the lock of {@link Liveness} guards it.
 */
final class Cases {
  private static final long REMEMBERED = TimeUnit.MINUTES.toNanos(10);
  private static final int MOST = 20_000;

  private final Registry registry;
  private final Ticker ticker;
  private final InstantSource wall;
  private final EventSink events;
  private final Consumer<Case> onDrop;
  private final Map<InstanceKey, Case> cases = new HashMap<>();

  /**
   * @param onDrop hears of each that is of no interest any more
   */
  Cases(
      Registry registry,
      Ticker ticker,
      InstantSource wall,
      EventSink events,
      Consumer<Case> onDrop) {
    this.registry = registry;
    this.ticker = ticker;
    this.wall = wall;
    this.events = events;
    this.onDrop = onDrop;
  }

  int size() {
    return cases.size();
  }

  boolean has(Case at) {
    return cases.get(at.key) == at;
  }

  @Nullable Case known(InstanceKey key) {
    return cases.get(key);
  }

  /** The case of an instance as it is now; null where there is none, or no room for one more. */
  @Nullable Case of(InstanceKey key) {
    Optional<Instance> instance = registry.snapshot().instance(key);
    if (instance.isEmpty()) {
      return null;
    }
    Case at = cases.get(key);
    if (at == null) {
      if (cases.size() >= MOST) {
        return null;
      }
      at = new Case(instance.get(), ticker.nanos());
      cases.put(key, at);
    }
    at.instance = instance.get();
    return at;
  }

  /** Says the worse of the two words to the registry, and what happened to whoever reads events. */
  void tell(Case at) {
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
      case EJECTED -> {
        if (was == Life.ALIVE) {
          at.doubtedAtNanos = now;
        }
        event(
            at,
            "instance.ejected",
            "takes no traffic: " + at.reason + "; it is looked at on, and comes back by itself",
            Map.of("reason", at.reason));
      }
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

  /**
   * Follows what happens in the registry.
   *
   * @param onAnew hears of a doubted one that moved or began anew, and of one that was marked in an
   *     earlier life of its registration
   */
  void follow(Registry.Batch batch, Consumer<Case> onAnew) {
    for (Change change : batch.changes()) {
      switch (change) {
        case Change.Put(var instance) -> put(instance, onAnew);
        case Change.Remove(var last) -> {
          Case at = cases.get(last.key());
          if (at != null && batch.after().instance(last.key()).isEmpty()) {
            drop(at);
          }
        }
        case Change.Facts _, Change.Shares _ -> {
          // Routes and shares are no concern of instances.
        }
      }
    }
  }

  private void put(Instance instance, Consumer<Case> onAnew) {
    if (cases.isEmpty() && instance.status() == Status.UP) {
      return;
    }
    Case at = cases.get(instance.key());
    if (at != null) {
      boolean anew = at.isAnew(instance);
      at.instance = instance;
      if (anew && at.reach != Life.ALIVE) {
        onAnew.accept(at);
      }
    } else if (instance.status() != Status.UP) {
      Life life = registry.marks(instance.key()).map(Marks::life).orElse(Life.ALIVE);
      Case adopted = life == Life.ALIVE ? null : of(instance.key());
      if (adopted != null) {
        adopted.reach = life;
        adopted.told = life;
        adopted.reason = "was out when it left";
        onAnew.accept(adopted);
      }
    }
  }

  private void drop(Case at) {
    cases.remove(at.key, at);
    onDrop.accept(at);
  }

  /** Forgets those that have been well for a while. */
  void forget(long now) {
    cases.values().removeIf(at -> at.settled() && now - at.settledAtNanos > REMEMBERED);
  }
}

package io.roadstead.registry.liveness;

import io.roadstead.registry.InstanceKey;
import io.roadstead.registry.Refusals;
import io.roadstead.registry.Registry;
import io.roadstead.registry.Ticker;
import io.roadstead.registry.event.EventSink;
import io.roadstead.registry.liveness.Prober.Seen;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
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
 * <p>What a check ejects is put on trial from time to time: doubted only, and so UP to Eureka's
 * readers, for long enough to be asked once it has read that. For an instance may count what the
 * registry says of it into its health, as Spring's does, and would answer that it is down for as
 * long as it is told so.
 *
 * <p><b>Who writes what.</b> One lock guards it all: the {@link Cases}, the {@link Probes} and the
 * {@link Checks}. The thread {@code liveness} starts what is due; looks run on the executor and
 * come back with what they saw.
 */
public final class Liveness implements Refusals, AutoCloseable {
  private static final long LONGEST_WAIT = TimeUnit.SECONDS.toNanos(1);
  private static final long SHORTEST_WAIT = TimeUnit.MILLISECONDS.toNanos(5);

  private final Registry registry;
  private final Executor elsewhere;
  private final Ticker ticker;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition news = lock.newCondition();
  private final Cases cases;
  private final Probes probes;
  private final Checks checks;
  private boolean woken;
  private boolean open = true;
  private Registry.@Nullable Listening listening;

  /**
   * @param elsewhere runs what blocks: virtual threads
   */
  public Liveness(
      Registry registry,
      Prober prober,
      ActiveChecks settings,
      Executor elsewhere,
      Ticker ticker,
      InstantSource wall,
      EventSink events) {
    this.registry = registry;
    this.elsewhere = elsewhere;
    this.ticker = ticker;
    this.cases = new Cases(registry, ticker, wall, events, this::dropped);
    this.probes = new Probes(this::look, prober, cases, this::wake);
    this.checks =
        new Checks(registry, this::look, prober, cases, probes, settings, wall, events, this::wake);
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
      wake();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void refused(String by, Collection<InstanceKey> instances) {
    lock.lock();
    try {
      for (InstanceKey key : instances) {
        probes.doubt(key, "refused a connection of " + by, ticker.nanos());
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Looks at instances past their lease that the expiry guard holds, and forgets what is long over.
   * Called each second by the platform.
   */
  public void sweep() {
    List<InstanceKey> held = registry.held();
    lock.lock();
    try {
      long now = ticker.nanos();
      checks.lookAtHeld(held, now);
      cases.forget(now);
    } finally {
      lock.unlock();
    }
  }

  private void changed(Registry.Batch batch) {
    lock.lock();
    try {
      cases.follow(batch, at -> probes.again(at, ticker.nanos()));
    } finally {
      lock.unlock();
    }
  }

  private void dropped(Case at) {
    probes.drop(at);
    checks.drop(at);
  }

  private void run() {
    lock.lock();
    try {
      while (open) {
        long wait = step();
        while (open && !woken && wait > 0) {
          wait = news.awaitNanos(wait);
        }
        woken = false;
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
      long wait = Math.min(probes.start(now, LONGEST_WAIT), checks.start(now, LONGEST_WAIT));
      return Math.clamp(wait, SHORTEST_WAIT, LONGEST_WAIT);
    } finally {
      lock.unlock();
    }
  }

  private void wake() {
    woken = true;
    news.signal();
  }

  private void look(Supplier<Seen> look, Looking.Result result) {
    elsewhere.execute(
        () -> {
          Seen seen = see(look);
          lock.lock();
          try {
            if (open) {
              result.seen(seen, ticker.nanos());
            }
          } finally {
            lock.unlock();
          }
        });
  }

  /** A look that goes wrong here must not end the looking. */
  private static Seen see(Supplier<Seen> look) {
    try {
      return look.get();
    } catch (RuntimeException e) {
      return new Seen.Unasked("the look failed: " + e);
    }
  }
}

package io.roadstead.eureka;

import io.roadstead.registry.InstanceKey;
import io.roadstead.registry.Registration;
import io.roadstead.registry.Status;
import io.roadstead.registry.Ticker;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Instances that were cancelled a short while ago. A client that shuts down sends DOWN as a
 * registration and then the cancellation, and the two can arrive the other way round
 * (spring-cloud-netflix#1543); a registration can also be late. What comes after the cancellation
 * with older data, or as DOWN, brings nothing back; of the same age the last to arrive counts, as
 * between any two registrations.
 *
 * <p>A client that lives is not kept out: its heartbeat is answered with 404, which takes the
 * tombstone away, and the registration that follows is taken. Thread-safe; bounded, and then the
 * oldest make room.
 */
final class Tombstones {
  /** Beside the lease: as long as a delta tells of the cancellation. */
  static final Duration KEPT = Duration.ofMinutes(3);

  static final int MOST = 20_000;

  /**
   * @param dirtyMillis of the data that was cancelled
   */
  private record Tombstone(long dirtyMillis, long endNanos) {}

  private final Ticker ticker;
  private final Map<InstanceKey, Tombstone> tombstones = new LinkedHashMap<>();

  Tombstones(Ticker ticker) {
    this.ticker = ticker;
  }

  /** It was cancelled just now. */
  synchronized void set(Registration cancelled) {
    long now = ticker.nanos();
    Iterator<Tombstone> oldest = tombstones.values().iterator();
    while (oldest.hasNext() && (over(oldest.next(), now) || tombstones.size() >= MOST)) {
      oldest.remove();
    }
    InstanceKey key = cancelled.key();
    tombstones.remove(key); // so that it is the youngest
    long end = now + KEPT.plus(cancelled.lease()).toNanos();
    tombstones.put(key, new Tombstone(dirtyMillis(cancelled), end));
  }

  /**
   * Whether a registration is one of an instance that has gone.
   *
   * @param key the registration's own
   * @param nowMillis what stands for the time of its data where it says none
   */
  synchronized boolean covers(InstanceKey key, Registration incoming, long nowMillis) {
    Tombstone tombstone = tombstones.get(key);
    if (tombstone == null || over(tombstone, ticker.nanos())) {
      return false;
    }
    long dirty = dirtyMillis(incoming);
    return incoming.status() == Status.DOWN
        || (dirty != nowMillis && dirty < tombstone.dirtyMillis());
  }

  /** It has shown that it lives. */
  synchronized void remove(InstanceKey key) {
    tombstones.remove(key);
  }

  synchronized int size() {
    return tombstones.size();
  }

  private static boolean over(Tombstone tombstone, long now) {
    return now - tombstone.endNanos() >= 0;
  }

  private static long dirtyMillis(Registration registration) {
    return registration.attachment() instanceof EurekaInfo info ? info.lastDirtyMillis() : 0;
  }
}

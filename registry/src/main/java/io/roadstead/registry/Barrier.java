package io.roadstead.registry;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One wait for "everybody who reads this service has applied version n". Looks at the readers again
 * whenever something happened; whoever it ever saw is either heard or named at the end. Not
 * thread-safe: the subscribers' lock guards it.
 */
final class Barrier {
  private final String service;
  private final long n;
  private final long start;
  // Whoever was seen, by kind of reading and name: whether it had applied n when last seen.
  private final Map<String, Boolean> seen = new TreeMap<>();
  private boolean settled;

  Barrier(String service, long n, long start) {
    this.service = service;
    this.n = n;
    this.start = start;
  }

  void observe(Collection<? extends Reader> readers, long now) {
    settled = true;
    for (Reader reader : readers) {
      if (reader.identified() && reader.reads(service)) {
        boolean applied = reader.applied(now) >= n;
        seen.put(key(reader), applied);
        settled &= applied || reader.standing(now) != Reader.Standing.LIVE;
      }
    }
  }

  /** Its process has ended: it routes nothing any more, so its word is not needed. */
  void ended(Reader reader) {
    seen.remove(key(reader));
  }

  private static String key(Reader reader) {
    return (reader instanceof PollReader ? "poll " : "stream ") + reader.name();
  }

  /** Nobody is left to wait for. */
  boolean settled() {
    return settled;
  }

  BarrierOutcome outcome(Collection<PollReader> pollers, long now) {
    List<BarrierOutcome.Poller> bounded = new ArrayList<>();
    for (PollReader poller : pollers) {
      long remaining = poller.boundNanos() - (now - start);
      if (!poller.identified()
          && poller.returns()
          && poller.readBefore(start)
          && poller.reads(service)
          && poller.standing(now) != Reader.Standing.GONE
          && remaining > 0) {
        bounded.add(new BarrierOutcome.Poller(poller.name(), Duration.ofNanos(remaining)));
      }
    }
    List<String> heard = new ArrayList<>();
    List<String> unheard = new ArrayList<>();
    seen.forEach(
        (key, applied) -> (applied ? heard : unheard).add(key.substring(key.indexOf(' ') + 1)));
    return new BarrierOutcome(heard, unheard, bounded);
  }
}

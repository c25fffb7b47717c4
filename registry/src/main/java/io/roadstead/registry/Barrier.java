package io.roadstead.registry;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * One wait for "everybody who reads this service has applied version n". Looks at the readers again
 * whenever something happened; whoever it ever saw is either heard or named at the end. Not
 * thread-safe: the subscribers' lock guards it.
 */
final class Barrier {
  private final String service;
  private final long n;
  private final long start;
  private final Set<String> heard = new TreeSet<>();
  private final Set<String> unheard = new TreeSet<>();
  private boolean settled;

  Barrier(String service, long n, long start) {
    this.service = service;
    this.n = n;
    this.start = start;
  }

  void observe(Collection<? extends Reader> readers, long now) {
    settled = true;
    for (Reader reader : readers) {
      if (!reader.identified() || !reader.reads(service)) {
        continue;
      }
      if (reader.applied(now) >= n) {
        heard.add(reader.name());
        unheard.remove(reader.name());
        continue;
      }
      // A new stream under a name that was heard is a new reader.
      heard.remove(reader.name());
      unheard.add(reader.name());
      settled &= reader.standing(now) != Reader.Standing.LIVE;
    }
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
    return new BarrierOutcome(List.copyOf(heard), List.copyOf(unheard), bounded);
  }
}

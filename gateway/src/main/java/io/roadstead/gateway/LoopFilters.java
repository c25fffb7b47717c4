package io.roadstead.gateway;

import io.roadstead.gateway.filter.Filter;
import io.roadstead.gateway.filter.Filters;
import io.roadstead.registry.Ticker;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What one loop knows of filters: which there are, and how many are at work. */
final class LoopFilters {
  private static final Logger log = LoggerFactory.getLogger(LoopFilters.class);

  /** Filters at work for one loop; one more is refused. */
  static final int MOST = 1024;

  /** Between two log lines on failures. */
  private static final long TELL_NANOS = 1_000_000_000L;

  private final Filters filters;
  private final Ticker ticker;
  private final Map<String, long[]> runs = new HashMap<>();
  private final Map<String, long[]> failures = new HashMap<>();
  private int atWork;
  private long untold;
  private boolean told;
  private long toldNanos;

  LoopFilters(Filters filters, Ticker ticker) {
    this.filters = filters;
    this.ticker = ticker;
    for (String name : filters.names()) {
      runs.put(name, new long[1]);
      failures.put(name, new long[1]);
    }
  }

  @Nullable Filter named(String name) {
    return filters.named(name).orElse(null);
  }

  long limitNanos() {
    return filters.limit().toNanos();
  }

  boolean full() {
    return atWork >= MOST;
  }

  String fullness() {
    return "there are "
        + atWork
        + " filters at work on this event loop, the limit: they are slow, or too many requests"
        + " come";
  }

  void begin() {
    atWork++;
  }

  void end() {
    atWork--;
  }

  void ran(String filter) {
    runs.computeIfAbsent(filter, _ -> new long[1])[0]++;
  }

  void failed(String filter, String route, Throwable failure) {
    failures.computeIfAbsent(filter, _ -> new long[1])[0]++;
    long now = ticker.nanos();
    if (told && now - toldNanos < TELL_NANOS) {
      untold++;
      return;
    }
    log.warn(
        "filter '{}' of route {} failed{}",
        filter,
        route,
        untold == 0 ? "" : " (and " + untold + " failures before were not logged)",
        failure);
    told = true;
    toldNanos = now;
    untold = 0;
  }

  void addTo(StatsSum sum) {
    runs.forEach((name, count) -> sum.count("filter_runs", "filter", name, count[0]));
    failures.forEach((name, count) -> sum.count("filter_failures", "filter", name, count[0]));
  }
}

package io.roadstead.registry;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * What the registry counts over its life. Safe from any thread; reading costs the writers nothing.
 */
public final class RegistryCounters {
  private static final int MAX_SERVICES = 20_000;

  private final LongAdder renewals = new LongAdder();
  private final LongAdder registrations = new LongAdder();
  private final ConcurrentHashMap<String, LongAdder> expired = new ConcurrentHashMap<>();
  private volatile Map<String, Integer> held = Map.of();

  RegistryCounters() {}

  /** Leases renewed, equal re-registrations among them. */
  public long renewals() {
    return renewals.sum();
  }

  /** Registrations and re-registrations accepted. */
  public long registrations() {
    return registrations.sum();
  }

  /** Instances whose lease ran out, by service. */
  public Map<String, Long> expired() {
    Map<String, Long> sums = new TreeMap<>();
    expired.forEach((service, sum) -> sums.put(service, sum.sum()));
    return sums;
  }

  /** Instances past their lease that the expiry guard holds now, by service; none where absent. */
  public Map<String, Integer> held() {
    return held;
  }

  void renewed() {
    renewals.increment();
  }

  void registered() {
    registrations.increment();
  }

  void expired(String service) {
    // Names are clients' words: past the bound they share one counter.
    String under =
        expired.size() < MAX_SERVICES || expired.containsKey(service) ? service : "(others)";
    expired.computeIfAbsent(under, _ -> new LongAdder()).increment();
  }

  void held(Map<String, Integer> now) {
    held = Map.copyOf(now);
  }
}

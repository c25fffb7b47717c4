package io.roadstead.registry;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;

/**
 * What the registry counts over its life. Safe from any thread; reading costs the writers nothing.
 */
public final class RegistryCounters {
  private static final int MAX_SERVICES = 20_000;

  private final LongAdder renewals = new LongAdder();
  private final LongAdder registrations = new LongAdder();
  private final ConcurrentHashMap<String, LongAdder> expired = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<String, LongAdder> ejected = new ConcurrentHashMap<>();
  private final LongAdder sweeps = new LongAdder();
  private final LongAdder sweptNanos = new LongAdder();
  private final LongAccumulator longestSweep = new LongAccumulator(Math::max, 0);
  private final LongAccumulator mostLooks = new LongAccumulator(Math::max, 0);
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
    return sums(expired);
  }

  private static Map<String, Long> sums(Map<String, LongAdder> adders) {
    Map<String, Long> sums = new TreeMap<>();
    adders.forEach((service, sum) -> sums.put(service, sum.sum()));
    return sums;
  }

  /** Instances taken out because they refused connections or failed checks, by service. */
  public Map<String, Long> ejected() {
    return sums(ejected);
  }

  /** Instances past their lease that the expiry guard holds now, by service; none where absent. */
  public Map<String, Integer> held() {
    return held;
  }

  /** In how many parts what had expired was looked for. */
  public long sweeps() {
    return sweeps.sum();
  }

  /** How long that took in all, in nanoseconds. */
  public long sweptNanos() {
    return sweptNanos.sum();
  }

  /** How long the longest of them took, in nanoseconds. */
  public long longestSweepNanos() {
    return longestSweep.get();
  }

  /** The most leases that were looked at before others could write. */
  long mostLooks() {
    return mostLooks.get();
  }

  void swept(long nanos, int looks) {
    mostLooks.accumulate(looks);
    sweeps.increment();
    sweptNanos.add(nanos);
    longestSweep.accumulate(nanos);
  }

  void renewed() {
    renewals.increment();
  }

  void registered() {
    registrations.increment();
  }

  void expired(String service) {
    count(expired, service);
  }

  void ejected(String service) {
    count(ejected, service);
  }

  private static void count(ConcurrentHashMap<String, LongAdder> adders, String service) {
    // Names are clients' words: past the bound they share one counter.
    String under =
        adders.size() < MAX_SERVICES || adders.containsKey(service) ? service : "(others)";
    adders.computeIfAbsent(under, _ -> new LongAdder()).increment();
  }

  void held(Map<String, Integer> now) {
    held = Map.copyOf(now);
  }
}

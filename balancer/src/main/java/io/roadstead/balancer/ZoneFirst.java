package io.roadstead.balancer;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Keeps requests in the caller's zone as far as that zone can carry its callers, and spills the
 * rest to the other zones in proportion to what they have to spare (Envoy's zone-aware routing).
 *
 * <p>It works by weight, so that any strategy that respects weights composes with it. A zone with a
 * share c of the callers and h of the weight that is well keeps min(1, h ÷ c) of its requests; the
 * residue goes to the zones with h above c. What an ejection takes from a zone counts at once. A
 * zone that gets nothing stays a last resort.
 *
 * <p>Belongs to one balancer and its thread.
 */
public final class ZoneFirst {
  /** Floating-point sums that should be equal are within this. */
  private static final double CLOSE = 1e-9;

  private final String own;
  private final Map<String, Double> callers;
  private boolean due;
  private boolean awaits;
  private long awaitedNanos;

  /** Callers are as many in each zone. */
  public ZoneFirst(String own) {
    this(own, Map.of());
  }

  /**
   * @param own the caller's zone
   * @param callers how many callers each zone has; empty: as many in each
   */
  public ZoneFirst(String own, Map<String, Double> callers) {
    this.own = own;
    this.callers = Map.copyOf(callers);
  }

  boolean isDue(long nowNanos) {
    return due || (awaits && nowNanos - awaitedNanos >= 0);
  }

  /** An outcome may have ejected a member, or let it in again. */
  void look(Member<?> member) {
    due |= member.ejected != member.countedOut;
  }

  <T> void weigh(Member<T>[] members, long nowNanos) {
    due = false;
    awaits = false;
    Map<String, Zone> zones = new LinkedHashMap<>();
    double total = 0;
    for (Member<T> member : members) {
      boolean out = member.isEjected(nowNanos);
      member.countedOut = member.ejected;
      if (out && (!awaits || member.ejectedUntilNanos - awaitedNanos < 0)) {
        awaits = true;
        awaitedNanos = member.ejectedUntilNanos;
      }
      Zone zone = zones.computeIfAbsent(member.endpoint().zone(), name -> new Zone());
      zone.well += out ? 0 : member.endpoint().weight();
      zone.all += member.endpoint().weight();
      total += out ? 0 : member.endpoint().weight();
    }
    Zone home = zones.get(own);
    if (home == null || total == 0) {
      for (Member<T> member : members) {
        member.weight = member.endpoint().weight();
      }
      return;
    }
    share(zones, home, total);
    for (Member<T> member : members) {
      Zone zone = zones.get(member.endpoint().zone());
      // Per weight that is well; who is ejected keeps a weight, to be tried again in time.
      double of = zone == null ? 0 : zone.well > 0 ? zone.well : zone.all;
      member.weight =
          zone == null || of == 0 ? 0 : member.endpoint().weight() * zone.share * 100 / of;
    }
  }

  private void share(Map<String, Zone> zones, Zone home, double total) {
    double allCallers = 0;
    for (Map.Entry<String, Zone> each : zones.entrySet()) {
      each.getValue().callers = callers.isEmpty() ? 1 : callers.getOrDefault(each.getKey(), 0.0);
      allCallers += each.getValue().callers;
    }
    double spare = 0;
    for (Zone zone : zones.values()) {
      double part = allCallers == 0 ? 0 : zone.callers / allCallers;
      zone.callers = part;
      zone.spare = zone == home ? 0 : Math.max(0, zone.well / total - part);
      spare += zone.spare;
    }
    double kept = home.callers <= 0 ? 1 : Math.min(1, home.well / total / home.callers);
    if (1 - kept < CLOSE || spare < CLOSE) {
      kept = home.well > 0 ? 1 : 0;
    }
    for (Zone zone : zones.values()) {
      if (zone == home) {
        zone.share = kept;
      } else {
        zone.share =
            spare < CLOSE ? (1 - kept) * zone.well / total : (1 - kept) * zone.spare / spare;
      }
    }
  }

  private static final class Zone {
    double well;
    double all;
    double callers;
    double spare;
    double share;
  }
}

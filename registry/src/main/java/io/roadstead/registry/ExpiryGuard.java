package io.roadstead.registry;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Holds back the expiry of instances where so many of one service fall silent at once that the
 * network is a likelier cause than they are.
 *
 * <p>It judges one service at a time, and only one of at least four instances. Counted as falling
 * silent are those whose lease has run out, those that expired within the last lease, and those
 * that are two thirds through their lease (which, at the usual three heartbeats a lease, have
 * missed two): the first to run out already stands for the rest. Where that is more than half, what
 * has run out stays listed, each for at most three more of its leases. As soon as enough have
 * renewed, the others go.
 *
 * <p>An instance that is ejected is known to be gone for another reason: it expires regardless, and
 * counts neither among the silent nor among the rest.
 *
 * <p>Not thread-safe: the registry's lock guards it.
 */
final class ExpiryGuard {
  private static final int FEWEST = 4;
  private static final int LONGEST_LEASES = 3;

  private record Gone(long atNanos, long leaseNanos) {}

  private static final class Watched {
    final Deque<Gone> gone = new ArrayDeque<>();
    final List<InstanceKey> held = new ArrayList<>();
    boolean told;
  }

  private final Map<String, Watched> watched = new HashMap<>();

  /** The services that must be judged again though nothing new ran out. */
  Set<String> services() {
    return Set.copyOf(watched.keySet());
  }

  Map<String, Integer> held() {
    Map<String, Integer> held = new TreeMap<>();
    watched.forEach(
        (service, state) -> {
          if (!state.held.isEmpty()) {
            held.put(service, state.held.size());
          }
        });
    return held;
  }

  List<InstanceKey> heldInstances() {
    return watched.values().stream().flatMap(state -> state.held.stream()).toList();
  }

  /** Of all instances of a service that have a lease, those that expire now. */
  List<Entry> judge(String service, List<Entry> leased, Writing writing) {
    long now = writing.nowNanos;
    Watched state = watched.computeIfAbsent(service, _ -> new Watched());
    state.gone.removeIf(gone -> now - gone.atNanos() > gone.leaseNanos());
    List<Entry> lapsed = new ArrayList<>();
    int silent = state.gone.size();
    int ejected = 0;
    List<Entry> going = new ArrayList<>();
    for (Entry entry : leased) {
      long age = now - entry.renewedNanos();
      long lease = entry.leaseNanos();
      if (entry.marks.life() == Life.EJECTED) {
        ejected++;
        if (age >= lease) {
          going.add(entry);
        }
        continue;
      }
      if (age >= lease) {
        lapsed.add(entry);
      }
      if (age * 3 >= lease * 2) {
        silent++;
      }
    }
    int all = leased.size() - ejected + state.gone.size();
    boolean holds = !lapsed.isEmpty() && all >= FEWEST && silent * 2 > all;
    state.held.clear();
    for (Entry entry : lapsed) {
      if (holds && now - entry.renewedNanos() < entry.leaseNanos() * (1 + LONGEST_LEASES)) {
        state.held.add(entry.key);
      } else {
        going.add(entry);
      }
    }
    tell(service, state, silent, all, lapsed, writing);
    return going;
  }

  /** An instance has expired. */
  void expired(String service, long leaseNanos, long now) {
    watched.computeIfAbsent(service, _ -> new Watched()).gone.add(new Gone(now, leaseNanos));
  }

  /** Judged for now: what need not be remembered is forgotten. */
  void settle(String service) {
    Watched state = watched.get(service);
    if (state != null && state.held.isEmpty() && state.gone.isEmpty()) {
      watched.remove(service);
    }
  }

  /** Lets go of a service: what ran out is gone and counts no more. */
  void release(String service) {
    watched.remove(service);
  }

  private static void tell(
      String service, Watched state, int silent, int all, List<Entry> lapsed, Writing writing) {
    if (!state.held.isEmpty() && !state.told) {
      state.told = true;
      long lease = lapsed.getFirst().leaseNanos();
      writing.event(
          "registry.expiry-held",
          service,
          silent
              + " of "
              + all
              + " instances of "
              + service
              + " fell silent within one lease: they stay listed for at most "
              + Duration.ofNanos(lease * LONGEST_LEASES).toSeconds()
              + " s more; \"roadstead release "
              + service
              + "\" lets them go now",
          Map.of("silent", silent, "instances", all, "held", state.held.size()));
    } else if (state.held.isEmpty() && state.told) {
      state.told = false;
      writing.event(
          "registry.expiry-resumed",
          service,
          "expiry of " + service + " is no longer held",
          Map.of("instances", all));
    }
  }
}

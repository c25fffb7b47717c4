package io.roadstead.gateway;

import io.roadstead.balancer.Balancer;
import io.roadstead.balancer.Endpoint;
import io.roadstead.balancer.HotCold;
import io.roadstead.balancer.LeastRequest;
import io.roadstead.balancer.Maglev;
import io.roadstead.balancer.Member;
import io.roadstead.balancer.PassiveEjection;
import io.roadstead.balancer.PowerOfTwoChoices;
import io.roadstead.balancer.RandomChoice;
import io.roadstead.balancer.RetryBudget;
import io.roadstead.balancer.RoundRobin;
import io.roadstead.balancer.SlowStart;
import io.roadstead.balancer.SmoothWeighted;
import io.roadstead.balancer.Strategy;
import io.roadstead.balancer.Tried;
import io.roadstead.balancer.ZoneFirst;
import io.roadstead.gateway.route.RouteEntry;
import io.roadstead.registry.Balancing;
import io.roadstead.registry.Instance;
import io.roadstead.registry.TrafficPolicy;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One service as one loop sees it: its balancer, who waits for it, and its counts. Confined to the
 * loop, bar {@link #wakeLater}.
 */
final class LoopService {
  final String name;
  final Balancer<UpstreamPool> balancer;
  final RetryBudget budget;
  final Line line = new Line();
  private final Worker worker;
  private final RandomGenerator random;
  private Crowd crowd;
  private final PassiveEjection ejection = Balancer.standardEjection();
  private final SlowStart slowStart = new SlowStart(TrafficPolicy.DEFAULT.slowStart());
  private final Map<RetryReason, Long> retries = new EnumMap<>(RetryReason.class);
  private final Map<Unretried, Long> unretried = new EnumMap<>(Unretried.class);
  private final Map<String, Long> failures = new HashMap<>();
  private final Map<TrafficPolicy.OfRoute, Patience> ofRoutes = new HashMap<>();
  private TrafficPolicy policy = TrafficPolicy.DEFAULT;
  private Patience patience;
  private @Nullable VersionDraw<UpstreamPool> draw;
  private @Nullable Affinity affinity;

  /** For cookies, where there is affinity. */
  private final Map<String, Member<UpstreamPool>> byId = new HashMap<>();

  private boolean sleeping;
  private long queued;
  int inflight;
  private World.@Nullable Membership membership;

  LoopService(String name, Worker worker, Crowd crowd, RandomGenerator random) {
    this.name = name;
    this.worker = worker;
    this.random = random;
    this.crowd = crowd;
    this.balancer = Balancer.standard(random, ejection, slowStart);
    this.budget = new RetryBudget(policy.retries().budgetPercent(), worker.now());
    this.patience = Patience.of(policy.waits(), worker.timeouts());
  }

  /** Whether this is already what the balancer works with. */
  @SuppressWarnings(
      "ReferenceEquality") // The builder hands the same object on while nothing changes.
  boolean has(World.Membership newer) {
    return membership == newer;
  }

  /**
   * Makes these the instances to pick from.
   *
   * @param pools of the membership's targets, in their order; null where one has no address
   */
  void update(World.Membership newer, List<@Nullable UpstreamPool> pools, long nowNanos) {
    obey(newer.traffic(), nowNanos);
    join(newer.crowd());
    List<Endpoint<UpstreamPool>> endpoints = new ArrayList<>(pools.size());
    for (UpstreamPool pool : pools) {
      if (pool != null) {
        pool.gate(crowd.instance(pool.instance().id(), policy.concurrency().instance()));
        if (pool.takesTraffic()) {
          Instance instance = pool.instance();
          endpoints.add(new Endpoint<>(instance.id(), pool, instance.weight(), instance.zone()));
        }
      }
    }
    draw = newer.split().isNone() ? null : VersionDraw.order(newer.split(), endpoints, random);
    balancer.update(endpoints, nowNanos);
    affinity = newer.affinity();
    byId.clear();
    if (affinity != null) {
      balancer.members().forEach(member -> byId.put(member.endpoint().key(), member));
    }
    membership = newer;
    serve();
  }

  /** The service may have gone and come again. */
  @SuppressWarnings("ReferenceEquality") // Crowds are what they are: places.
  private void join(Crowd newer) {
    if (newer != crowd) {
      crowd.awake(this);
      crowd = newer;
      if (sleeping) {
        crowd.sleeps(this);
      }
    }
  }

  private void obey(TrafficPolicy newer, long nowNanos) {
    if (newer.equals(policy)) {
      return;
    }
    if (newer.balancing().strategy() != policy.balancing().strategy()) {
      Balancing.Strategy named = newer.balancing().strategy();
      boolean byZone = named == Balancing.Strategy.ZONE_FIRST && !worker.zone().isEmpty();
      balancer.use(strategy(named), byZone ? new ZoneFirst(worker.zone()) : null, nowNanos);
    }
    policy = newer;
    patience = Patience.of(newer.waits(), worker.timeouts());
    ofRoutes.clear();
    budget.percent(newer.retries().budgetPercent());
    TrafficPolicy.Ejection e = newer.ejection();
    ejection.times(e.shortest(), e.longest());
    ejection.errors(e.errors(), e.errorPercent(), e.sharePercent(), e.panicPercent());
    slowStart.window(newer.slowStart());
  }

  private static Strategy strategy(Balancing.Strategy named) {
    return switch (named) {
      case PEAK_EWMA, ZONE_FIRST -> new PowerOfTwoChoices();
      case LEAST_REQUEST -> new LeastRequest();
      case ROUND_ROBIN -> new RoundRobin();
      case SMOOTH_WEIGHTED -> new SmoothWeighted();
      case RANDOM -> new RandomChoice();
      case PREQUAL -> new HotCold();
      case MAGLEV -> new Maglev();
    };
  }

  void clear(long nowNanos) {
    draw = null;
    affinity = null;
    byId.clear();
    balancer.update(List.of(), nowNanos);
    membership = null;
  }

  TrafficPolicy policy() {
    return policy;
  }

  /** How long a route's requests wait. */
  @SuppressWarnings("ReferenceEquality") // Most routes have nothing of their own.
  Patience patience(RouteEntry route) {
    TrafficPolicy.OfRoute own = route.traffic();
    if (own == TrafficPolicy.OfRoute.NONE) {
      return patience;
    }
    Patience known = ofRoutes.get(own);
    if (known == null) {
      known = Patience.of(own.waits().or(policy.waits()), worker.timeouts());
      ofRoutes.put(own, known);
    }
    return known;
  }

  /** A route's gate; null without a limit. */
  @Nullable Gate gate(RouteEntry route) {
    int own = route.traffic().concurrency();
    int limit = own > 0 ? own : policy.concurrency().route();
    return limit == 0 ? null : crowd.route(route.label(), limit);
  }

  /** An instance with room for one more, in which it has a place then; null where none has. */
  @Nullable Member<UpstreamPool> pick(Tried tried, Asked asked) {
    long now = worker.now();
    if (asked.pin != null && tried.size() == 0) {
      Member<UpstreamPool> meant = meant(asked, asked.pin, now);
      if (meant != null) {
        return meant;
      }
    }
    VersionDraw<UpstreamPool> versions = draw;
    if (versions != null) {
      return asked.keyed
          ? versions.pick(balancer, tried, now, asked.key)
          : versions.pick(balancer, tried, now);
    }
    Member<UpstreamPool> picked =
        asked.keyed ? balancer.pick(now, tried, asked.key) : balancer.pick(now, tried);
    if (picked == null || picked.target().enter()) {
      return picked;
    }
    balancer.withdrawn(picked);
    Member<UpstreamPool> other = balancer.pickWithRoom(now, tried, UpstreamPool::hasRoom);
    if (other != null && !other.target().enter()) {
      // Another loop was quicker.
      balancer.withdrawn(other);
      return null;
    }
    return other;
  }

  /** The instance that the request's cookie means, while it is well. */
  private @Nullable Member<UpstreamPool> meant(Asked asked, Affinity.Pin pin, long nowNanos) {
    asked.pinnedIsFull = false;
    Member<UpstreamPool> member = byId.get(pin.instance());
    if (member == null || member.endpoint().weight() == 0 || member.isEjected(nowNanos)) {
      return null;
    }
    VersionDraw<UpstreamPool> versions = draw;
    if (versions != null && !versions.gives(member.target().instance().version())) {
      return null;
    }
    if (!member.target().enter()) {
      asked.pinnedIsFull = true;
      return null;
    }
    return balancer.take(member, nowNanos);
  }

  /** What its requests belong together by; null where they do not. */
  @Nullable Affinity affinity() {
    return affinity;
  }

  /** Takes back a pick of which nothing came. */
  void withdraw(Member<UpstreamPool> picked) {
    Gate place = picked.target().gate();
    if (place != null) {
      place.leave();
    }
    balancer.withdrawn(picked);
  }

  // Who waits.

  /** Lets the request wait; says where it is to be taken out again, null where too many wait. */
  @Nullable Crowd queue(Attempts attempts) {
    if (!crowd.queue(policy.concurrency().queue())) {
      return null;
    }
    line.add(attempts);
    queued++;
    if (!sleeping) {
      sleeping = true;
      crowd.sleeps(this);
    }
    return crowd;
  }

  /** It waits no more. */
  void unqueue(Attempts attempts, Crowd in) {
    line.remove(attempts);
    in.unqueue();
    if (line.size() == 0) {
      sleeping = false;
      crowd.awake(this);
    }
  }

  /** A place at an instance or in a route is free again. */
  void freed() {
    if (line.size() > 0) {
      line.serve();
    } else {
      crowd.wakeOther();
    }
  }

  private void serve() {
    if (line.size() > 0) {
      line.serve();
    }
  }

  /** Looks soon whether a request that waits can go on. May be called by any thread. */
  void wakeLater() {
    worker
        .loop()
        .execute(
            () -> {
              serve();
              worker.flush();
            });
  }

  void sweep(long nowNanos) {
    budget.roll(nowNanos);
    if (line.size() > 0) {
      line.sweep(nowNanos);
    }
  }

  // Counts.

  void retried(RetryReason reason) {
    retries.merge(reason, 1L, Long::sum);
  }

  long retries(RetryReason reason) {
    return retries.getOrDefault(reason, 0L);
  }

  void notRetried(Unretried reason) {
    unretried.merge(reason, 1L, Long::sum);
  }

  long unretried(Unretried reason) {
    return unretried.getOrDefault(reason, 0L);
  }

  /** The gateway has answered in an instance's place. */
  void failed(String code) {
    failures.merge(code, 1L, Long::sum);
  }

  Map<String, Long> failures() {
    return failures;
  }

  /** How many requests had to wait. */
  long queued() {
    return queued;
  }

  long ejections() {
    return ejection.ejections();
  }

  /** Why there is nobody to send to. */
  String absence() {
    return membership == null ? "service '" + name + "' is not registered" : membership.absence();
  }
}

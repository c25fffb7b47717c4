package io.roadstead.control.figures;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import io.roadstead.registry.Instance;
import io.roadstead.registry.Registry;
import io.roadstead.registry.RegistryCounters;
import io.roadstead.registry.Service;
import io.roadstead.registry.Subscriber;
import io.roadstead.registry.SubscriberKind;
import io.roadstead.registry.Subscribers;
import io.roadstead.rollout.Deployer;
import io.roadstead.rollout.RolloutFigures;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/**
 * Gives the figures of the registry, of subscribers and of roll-outs to Micrometer.
 *
 * <p>Times are recorded as they happen. All else is counted by its owner and read by {@link
 * #refresh} before a scrape, so counting costs nothing. Safe from any thread.
 */
public final class PlatformMeters {
  private static final Duration[] BUCKETS = {
    Duration.ofMillis(100),
    Duration.ofMillis(250),
    Duration.ofMillis(500),
    Duration.ofSeconds(1),
    Duration.ofMillis(2_500),
    Duration.ofSeconds(5),
    Duration.ofSeconds(10),
    Duration.ofSeconds(30),
    Duration.ofSeconds(60),
    Duration.ofSeconds(300),
    Duration.ofSeconds(1_800)
  };

  private final Registry registry;
  private final Subscribers subscribers;
  private final RolloutFigures rollouts;
  private final MeterRegistry meters;
  private final MultiGauge instances;
  private final MultiGauge held;
  private final MultiGauge kinds;
  private final Set<Tags> counted = new HashSet<>();

  public PlatformMeters(
      Registry registry, Subscribers subscribers, Deployer deployer, MeterRegistry meters) {
    this.registry = registry;
    this.subscribers = subscribers;
    this.rollouts = deployer.figures();
    this.meters = meters;
    this.instances =
        MultiGauge.builder("roadstead.registry.instances")
            .description("Instances in the registry")
            .register(meters);
    this.held =
        MultiGauge.builder("roadstead.registry.held")
            .description("Instances past their lease that the expiry guard holds")
            .register(meters);
    this.kinds =
        MultiGauge.builder("roadstead.subscribers")
            .description("Readers of the registry that a drain may wait for")
            .register(meters);
  }

  /** Begins to record. Called once. */
  public void start() {
    FunctionCounter.builder(
            "roadstead.registry.renewals", registry.counters(), RegistryCounters::renewals)
        .description("Leases renewed")
        .register(meters);
    FunctionTimer.builder(
            "roadstead.registry.sweep",
            registry.counters(),
            RegistryCounters::sweeps,
            RegistryCounters::sweptNanos,
            TimeUnit.NANOSECONDS)
        .description("The registry held while looking for leases that have run out, at a time")
        .register(meters);
    TimeGauge.builder(
            "roadstead.registry.sweep.longest",
            registry.counters(),
            TimeUnit.NANOSECONDS,
            RegistryCounters::longestSweepNanos)
        .description("The longest of those since the start")
        .register(meters);
    Gauge.builder("roadstead.registry.unconfirmed", registry, Registry::unconfirmed)
        .description("Instances of before the last restart that have not been heard of since")
        .register(meters);
    Gauge.builder("roadstead.registry.kept", registry, r -> r.journal().trouble().isEmpty() ? 1 : 0)
        .description("1 where registrations would survive a restart, 0 where not")
        .register(meters);
    Timer rollout = timer("roadstead.rollout", "How long roll-outs took", Tags.empty());
    Timer confirmed = drain("confirmed");
    Timer bounded = drain("bounded");
    rollouts.onRollout((_, took) -> rollout.record(took));
    rollouts.onDrain((proven, took) -> (proven ? confirmed : bounded).record(took));
  }

  /** Reads what others have counted. */
  public synchronized void refresh() {
    Map<Tags, Integer> byStatus = new HashMap<>();
    for (Service service : registry.snapshot().services().values()) {
      for (Instance instance : service.instances()) {
        byStatus.merge(
            Tags.of("service", service.name(), "status", instance.status().name()),
            1,
            Integer::sum);
      }
    }
    instances.register(rows(byStatus), true);
    Map<Tags, Integer> byHeld = new HashMap<>();
    for (Service service : registry.snapshot().services().values()) {
      byHeld.put(Tags.of("service", service.name()), 0);
    }
    registry.counters().held().forEach((name, n) -> byHeld.put(Tags.of("service", name), n));
    held.register(rows(byHeld), true);
    kinds.register(rows(byKind()), true);
    registry
        .counters()
        .expired()
        .keySet()
        .forEach(
            service ->
                count(
                    "roadstead.registry.expired",
                    "Instances whose lease ran out",
                    Tags.of("service", service),
                    registry.counters(),
                    c -> c.expired().getOrDefault(service, 0L)));
    registry
        .counters()
        .ejected()
        .keySet()
        .forEach(
            service ->
                count(
                    "roadstead.registry.ejected",
                    "Instances taken out because they refused connections or failed checks",
                    Tags.of("service", service),
                    registry.counters(),
                    c -> c.ejected().getOrDefault(service, 0L)));
    for (RolloutFigures.Key key : rollouts.rollouts().keySet()) {
      count(
          "roadstead.rollouts",
          "Roll-outs that have ended",
          Tags.of("service", key.service(), "state", key.word()),
          rollouts,
          figures -> figures.rollouts().getOrDefault(key, 0L));
    }
    for (RolloutFigures.Key key : rollouts.restarts().keySet()) {
      count(
          "roadstead.instance.restarts",
          "Instances that were replaced unasked",
          Tags.of("service", key.service(), "reason", key.word()),
          rollouts,
          figures -> figures.restarts().getOrDefault(key, 0L));
    }
  }

  private Map<Tags, Integer> byKind() {
    Map<Tags, Integer> sums = new HashMap<>();
    for (SubscriberKind kind : SubscriberKind.values()) {
      sums.put(Tags.of("kind", kind.name().toLowerCase(Locale.ROOT)), 0);
    }
    for (Subscriber subscriber : subscribers.list()) {
      sums.merge(
          Tags.of("kind", subscriber.kind().name().toLowerCase(Locale.ROOT)), 1, Integer::sum);
    }
    return sums;
  }

  private static List<Row<?>> rows(Map<Tags, Integer> values) {
    List<Row<?>> rows = new ArrayList<>();
    values.forEach((tags, value) -> rows.add(Row.of(tags, value)));
    return rows;
  }

  private <T> void count(
      String name, String description, Tags tags, T source, ToDoubleFunction<T> value) {
    if (counted.add(tags.and("meter", name))) {
      FunctionCounter.builder(name, source, value)
          .description(description)
          .tags(tags)
          .register(meters);
    }
  }

  private Timer drain(String proof) {
    return timer(
        "roadstead.drain",
        "From the mark of a drain to no request in flight",
        Tags.of("proof", proof));
  }

  private Timer timer(String name, String description, Tags tags) {
    return Timer.builder(name)
        .description(description)
        .tags(tags)
        .serviceLevelObjectives(BUCKETS)
        .register(meters);
  }
}

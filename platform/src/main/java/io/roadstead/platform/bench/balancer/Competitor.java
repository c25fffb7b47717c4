package io.roadstead.platform.bench.balancer;

import io.roadstead.balancer.Balancer;
import io.roadstead.balancer.Guard;
import io.roadstead.balancer.HotCold;
import io.roadstead.balancer.LeastRequest;
import io.roadstead.balancer.Maglev;
import io.roadstead.balancer.PowerOfTwoChoices;
import io.roadstead.balancer.Probation;
import io.roadstead.balancer.RandomChoice;
import io.roadstead.balancer.RoundRobin;
import io.roadstead.balancer.SlowStart;
import io.roadstead.balancer.SmoothWeighted;
import io.roadstead.balancer.Strategy;
import io.roadstead.balancer.ZoneFirst;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** A strategy with or without guards, as each simulated client has one. */
enum Competitor {
  ROUND_ROBIN("round robin", false),
  SMOOTH_WEIGHTED("smooth weighted", false),
  RANDOM("random", false),
  LEAST_REQUEST("least request", false),
  GUARDED_LEAST_REQUEST("least request, guarded", true),
  CHOICES("two choices, unguarded", false),
  DEFAULT("**default**", true),
  HOT_COLD("hot–cold, guarded", true),
  MAGLEV("Maglev, guarded", true),
  ZONE_FIRST("default, zone first", true);

  final String title;
  private final boolean guarded;

  Competitor(String title, boolean guarded) {
    this.title = title;
    this.guarded = guarded;
  }

  Balancer<Integer> balancer(String zone, SplittableRandom random) {
    List<Guard> guards =
        guarded
            ? List.of(
                Balancer.standardEjection(), new Probation(), new SlowStart(Duration.ofSeconds(10)))
            : List.of();
    @Nullable ZoneFirst zones = this == ZONE_FIRST ? new ZoneFirst(zone) : null;
    return new Balancer<>(strategy(), guards, zones, random);
  }

  private Strategy strategy() {
    return switch (this) {
      case ROUND_ROBIN -> new RoundRobin();
      case SMOOTH_WEIGHTED -> new SmoothWeighted();
      case RANDOM -> new RandomChoice();
      case LEAST_REQUEST, GUARDED_LEAST_REQUEST -> new LeastRequest();
      case CHOICES, DEFAULT, ZONE_FIRST -> new PowerOfTwoChoices();
      case HOT_COLD -> new HotCold();
      case MAGLEV -> new Maglev();
    };
  }
}

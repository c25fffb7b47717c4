package io.roadstead.gateway;

import io.roadstead.registry.TrafficPolicy;
import io.roadstead.registry.TrafficPolicy.Concurrency;
import io.roadstead.registry.TrafficPolicy.Ejection;
import io.roadstead.registry.TrafficPolicy.Retries;
import io.roadstead.registry.TrafficPolicy.Waits;
import java.time.Duration;

/** Policies that differ from the default in one point. */
final class Policies {
  private static final TrafficPolicy STANDARD = TrafficPolicy.DEFAULT;

  private Policies() {}

  static TrafficPolicy waits(Waits waits) {
    return with(waits, STANDARD.retries(), STANDARD.concurrency(), STANDARD.hold());
  }

  static TrafficPolicy attempt(Duration time) {
    return waits(new Waits(Duration.ZERO, time, Duration.ZERO, Duration.ZERO));
  }

  static TrafficPolicy total(Duration time) {
    return waits(new Waits(Duration.ZERO, Duration.ZERO, time, Duration.ZERO));
  }

  static TrafficPolicy budget(int percent) {
    return with(STANDARD.waits(), new Retries(3, percent), STANDARD.concurrency(), STANDARD.hold());
  }

  static TrafficPolicy concurrency(int instance, int route, int queue, Duration wait) {
    return with(
        STANDARD.waits(),
        STANDARD.retries(),
        new Concurrency(instance, route, queue, wait),
        STANDARD.hold());
  }

  static TrafficPolicy hold(Duration time) {
    return with(STANDARD.waits(), STANDARD.retries(), STANDARD.concurrency(), time);
  }

  static TrafficPolicy slowStart(Duration time) {
    return new TrafficPolicy(
        STANDARD.waits(),
        STANDARD.retries(),
        STANDARD.ejection(),
        STANDARD.concurrency(),
        STANDARD.hold(),
        time);
  }

  static TrafficPolicy ejection(Ejection ejection) {
    return new TrafficPolicy(
        STANDARD.waits(),
        STANDARD.retries(),
        ejection,
        STANDARD.concurrency(),
        STANDARD.hold(),
        Duration.ZERO);
  }

  static TrafficPolicy with(Waits waits, Retries retries, Concurrency concurrency, Duration hold) {
    return new TrafficPolicy(
        waits, retries, STANDARD.ejection(), concurrency, hold, STANDARD.slowStart());
  }
}

package io.roadstead.platform.bench.deploys;

import io.roadstead.registry.TrafficPolicy;
import io.roadstead.rollout.RolloutPolicy;
import java.time.Duration;

/** A step of the design that protects requests, and what it is like without it. */
enum Protection {
  NONE_OUT("nothing", "as it is"),
  SURGE("the new instance before the old one goes", "the old one is taken out first"),
  PROBE("the startup probe", "an instance gets traffic as soon as there is a process"),
  BARRIER(
      "the barrier",
      "who routes is taken to have heard of a change at once, and hears of it a second later, as by"
          + " polling"),
  IN_FLIGHT("the wait for requests in flight", "SIGTERM as soon as nobody picks the instance"),
  DRAIN("the drain as a whole", "SIGTERM while the instance has traffic"),
  RETRIES("the gateway's retries and holding", "each request is tried once, and none is held");

  private final String step;
  private final String instead;

  Protection(String step, String instead) {
    this.step = step;
    this.instead = instead;
  }

  /** What is left out. */
  String step() {
    return step;
  }

  /** What happens then. */
  String instead() {
    return instead;
  }

  RolloutPolicy policy() {
    RolloutPolicy usual = RolloutPolicy.DEFAULT;
    return this == SURGE
        ? new RolloutPolicy(
            usual.strategy(), 0, 1, usual.minReady(), usual.drainTimeout(), usual.stopTimeout())
        : usual;
  }

  TrafficPolicy traffic() {
    TrafficPolicy usual = TrafficPolicy.DEFAULT;
    return this == RETRIES
        ? new TrafficPolicy(
            usual.waits(),
            new TrafficPolicy.Retries(1, 0),
            usual.ejection(),
            usual.concurrency(),
            Duration.ZERO,
            usual.slowStart())
        : usual;
  }
}

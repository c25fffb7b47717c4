package io.roadstead.rollout;

import io.roadstead.rollout.DeployRefused.Kind;
import java.time.Duration;

/** What two specifications have in common, and what none may have. */
final class Specs {
  private static final int MOST_REPLICAS = 1000;

  private Specs() {}

  /** Whether instances of the one would be no different from instances of the other. */
  static boolean sameInstances(ServiceSpec one, ServiceSpec other) {
    return one.source().equals(other.source())
        && one.version().equals(other.version())
        && one.health().equals(other.health())
        && one.env().equals(other.env())
        && one.resources().equals(other.resources())
        && one.start().equals(other.start());
  }

  static ServiceSpec withResources(ServiceSpec spec, Resources resources) {
    return new ServiceSpec(
        spec.name(),
        spec.source(),
        spec.version(),
        spec.replicas(),
        spec.routes(),
        spec.health(),
        spec.env(),
        resources,
        spec.rollout(),
        spec.start(),
        spec.traffic());
  }

  static ServiceSpec withSource(ServiceSpec spec, Source source, String version) {
    return new ServiceSpec(
        spec.name(),
        source,
        version,
        spec.replicas(),
        spec.routes(),
        spec.health(),
        spec.env(),
        spec.resources(),
        spec.rollout(),
        spec.start(),
        spec.traffic());
  }

  static void check(ServiceSpec spec) {
    RolloutPolicy policy = spec.rollout();
    replicas(spec.name(), spec.replicas());
    String fault = policy.stages().fault();
    require(fault.isEmpty(), "invalid-rollout", spec.name() + ": the canary " + fault);
    policy.stages().steps().forEach(step -> notNegative(spec, "steps", step.time()));
    notNegative(spec, "sampleTimeout", policy.stages().sampleTimeout());
    notNegative(spec, "warm", policy.stages().warm());
    require(
        policy.surge() >= 0 && policy.unavailable() >= 0,
        "invalid-rollout",
        spec.name()
            + ": surge "
            + policy.surge()
            + " and unavailable "
            + policy.unavailable()
            + " must be 0 or more");
    require(
        policy.surge() + policy.unavailable() > 0,
        "invalid-rollout",
        spec.name()
            + ": surge and unavailable are both 0, so nothing could be replaced: raise one");
    notNegative(spec, "minReady", policy.minReady());
    notNegative(spec, "drainTimeout", policy.drainTimeout());
    notNegative(spec, "stopTimeout", policy.stopTimeout());
    positive(spec, "health.interval", spec.health().interval());
    positive(spec, "health.timeout", spec.health().timeout());
    positive(spec, "health.startup", spec.health().startup());
    resources(spec.name(), spec.resources());
  }

  static void replicas(String service, int replicas) {
    require(
        replicas >= 0 && replicas <= MOST_REPLICAS,
        "invalid-replicas",
        service + ": " + replicas + " replicas are outside 0–" + MOST_REPLICAS);
  }

  static void resources(String service, Resources resources) {
    require(
        resources.memoryBytes() >= 0 && resources.cpu() >= 0,
        "invalid-resources",
        service
            + ": memory "
            + resources.memoryBytes()
            + " and cpu "
            + resources.cpu()
            + " must be 0 (no limit) or more");
  }

  private static void notNegative(ServiceSpec spec, String what, Duration value) {
    require(
        !value.isNegative(),
        "invalid-duration",
        spec.name() + ": " + what + " " + value + " is negative");
  }

  private static void positive(ServiceSpec spec, String what, Duration value) {
    require(
        value.isPositive(),
        "invalid-duration",
        spec.name() + ": " + what + " " + value + " must be more than 0");
  }

  private static void require(boolean holds, String code, String message) {
    if (!holds) {
      throw new DeployRefused(Kind.INVALID, code, message);
    }
  }
}

package io.roadstead.platform;

import io.roadstead.registry.RegistryView;
import io.roadstead.rollout.InstanceRuntime;
import io.roadstead.rollout.StateStore;
import java.util.function.UnaryOperator;

/**
 * What is put between the parts of a platform, for tests and benchmarks that make them fail or
 * leave something out. No command and no setting leads here: it takes a composition root of its
 * own.
 *
 * @param store around what the deployer writes
 * @param runtime around what starts, probes and stops instances
 * @param view around what the platform's own gateway reads and acknowledges
 */
public record Seams(
    UnaryOperator<StateStore> store,
    UnaryOperator<InstanceRuntime> runtime,
    UnaryOperator<RegistryView> view) {
  /** Nothing in between. */
  public static final Seams NONE =
      new Seams(UnaryOperator.identity(), UnaryOperator.identity(), UnaryOperator.identity());

  /** These, with this around what the deployer writes. */
  public Seams withStore(UnaryOperator<StateStore> around) {
    return new Seams(around, runtime, view);
  }
}

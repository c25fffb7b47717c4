package io.roadstead.platform;

import io.roadstead.registry.Ticker;
import io.roadstead.registry.event.EventSink;
import io.roadstead.rollout.Deployer;
import io.roadstead.rollout.Deployer.ServiceStatus;
import io.roadstead.rollout.Release;
import io.roadstead.runtime.process.ProcessRuntime;
import io.roadstead.runtime.process.Rehearsals;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;

/** Has caches made for what the deployer wants, while it has nothing to do. */
final class StartCaches {
  private static final Set<String> STARTING =
      Set.of("queued", "launching", "probing", "settling", "leaving", "draining", "stopping");

  private StartCaches() {}

  static Rehearsals of(
      Deployer deployer,
      ProcessRuntime runtime,
      InstantSource wall,
      Ticker ticker,
      EventSink events) {
    return new Rehearsals(
        runtime, () -> wanted(deployer), () -> quiet(deployer), wall, ticker, events);
  }

  private static List<Release> wanted(Deployer deployer) {
    return deployer.services().stream()
        .filter(service -> service.desired() > 0)
        .map(ServiceStatus::release)
        .toList();
  }

  private static boolean quiet(Deployer deployer) {
    return deployer.services().stream().noneMatch(StartCaches::busy);
  }

  private static boolean busy(ServiceStatus service) {
    return service.rollout().stream().anyMatch(rollout -> !rollout.state().ended())
        || service.instances().stream().anyMatch(is -> STARTING.contains(is.phase()));
  }
}

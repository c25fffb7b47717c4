package io.roadstead.platform;

import io.roadstead.rollout.Deployer;
import io.roadstead.rollout.Deployer.HistoryEntry;
import io.roadstead.rollout.Deployer.InstanceStatus;
import io.roadstead.runtime.process.ProcessRuntime;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which pollers of the Eureka interface the platform has started itself, and so knows the fetch and
 * cache times of.
 *
 * <p>Called on event loops, so what may read the store is done on a virtual thread; until that has
 * an answer the poller is anonymous, which only makes a drain wait longer. A release that sets
 * those times itself stays anonymous.
 */
final class StartedPollers {
  private static final int MAX = 20_000;

  private final Deployer deployer;
  private final Map<ReleaseKey, Boolean> standardTimes = new ConcurrentHashMap<>();

  private record ReleaseKey(String service, long number) {}

  StartedPollers(Deployer deployer) {
    this.deployer = deployer;
  }

  /** The instance whose token this is, if its next fetch proves that the last was applied. */
  Optional<String> name(String token) {
    return deployer.byToken(token).filter(this::hasStandardTimes).map(InstanceStatus::id);
  }

  private boolean hasStandardTimes(InstanceStatus instance) {
    ReleaseKey key = new ReleaseKey(instance.service(), instance.release());
    Boolean known = standardTimes.get(key);
    if (known != null) {
      return known;
    }
    Thread.ofVirtual().name("poller-release").start(() -> learn(key));
    return false;
  }

  private void learn(ReleaseKey key) {
    if (standardTimes.size() >= MAX) {
      standardTimes.clear();
    }
    deployer.history(key.service()).stream()
        .map(HistoryEntry::release)
        .filter(release -> release.number() == key.number())
        .findFirst()
        .ifPresent(release -> standardTimes.put(key, !ProcessRuntime.changesPolling(release)));
  }
}

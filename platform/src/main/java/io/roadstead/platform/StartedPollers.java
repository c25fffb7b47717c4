package io.roadstead.platform;

import io.roadstead.rollout.Deployer;
import io.roadstead.rollout.Deployer.InstanceStatus;
import io.roadstead.rollout.Release;
import io.roadstead.runtime.process.ProcessRuntime;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which pollers of the Eureka interface the platform has started itself, and so knows the fetch and
 * cache times of. A release that sets those times itself stays anonymous.
 *
 * <p>Called on event loops: it only reads memory. It must know at the first fetch already, for the
 * first fetches of two instances, taken for anonymous, would look like one anonymous poller at this
 * machine's address, and every drain would wait for that one's cache.
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
    return deployer
        .byToken(token)
        .filter(instance -> hasStandardTimes(instance, token))
        .map(InstanceStatus::id);
  }

  private boolean hasStandardTimes(InstanceStatus instance, String token) {
    ReleaseKey key = new ReleaseKey(instance.service(), instance.release());
    Boolean known = standardTimes.get(key);
    if (known != null) {
      return known;
    }
    Optional<Release> release = deployer.releaseByToken(token);
    if (standardTimes.size() >= MAX) {
      standardTimes.clear();
    }
    release.ifPresent(r -> standardTimes.put(key, !ProcessRuntime.changesPolling(r)));
    return release.filter(r -> !ProcessRuntime.changesPolling(r)).isPresent();
  }
}

package io.roadstead.platform.demo;

import io.roadstead.platform.demo.stage.Seen;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Kills the platform with kill -9 and starts it again. The gateway goes on by what it has heard
 * last, the services go on in any case, and the new platform adopts them: the same processes, none
 * started, none ended, no request failed.
 */
final class PlatformKill {
  private static final Duration WITHOUT = Duration.ofSeconds(1);

  /** What a restart would need to be seen, and the gateway to be heard of again. */
  private static final Duration QUIET = Duration.ofSeconds(1);

  /**
   * What came of it.
   *
   * @param recoveryMillis from the new start until the platform was ready and its registry had all
   *     instances in traffic
   * @param adopted how many instances run on as the same processes
   * @param restarted how many instances do not
   * @param failedRequests from the kill until a second after the return
   */
  record Outcome(long recoveryMillis, int adopted, int restarted, long failedRequests) {}

  private final Scene scene;

  PlatformKill(Scene scene) {
    this.scene = scene;
  }

  Outcome play() throws InterruptedException {
    Map<String, Long> before = pids();
    String cursor = Events.last(scene.stage());
    long failedBefore = scene.tally().total().failed();
    scene
        .narrator()
        .act("Killing the platform with kill -9: gateway and services go on without it.");
    scene.stage().killPlatform();
    scene.pause(WITHOUT);
    long started = scene.ticker().nanos();
    scene.narrator().act("Starting the platform again: it adopts what runs.");
    scene.stage().startPlatform();
    for (String service : Shop.SERVICES) {
      if (!scene.deployments().await(service, PlatformKill::isRouted)) {
        scene.deployments().problem(service + " is not whole after the platform's return");
      }
    }
    long millis = scene.millisSince(started);
    scene.pause(QUIET);
    List<Seen.Event> since = scene.stage().events(cursor);
    Map<String, Long> after = pids();
    int same =
        (int)
            before.entrySet().stream()
                .filter(entry -> entry.getValue().equals(after.get(entry.getKey())))
                .count();
    int restarted = Math.max(before.size() - same, (int) Events.startsAndEnds(since));
    long failed = scene.tally().total().failed() - failedBefore;
    Outcome outcome = new Outcome(millis, same, restarted, failed);
    scene
        .narrator()
        .say(
            "The platform is back after %d ms: %d of %d instances are the same processes, %d"
                + " requests failed.",
            millis, same, before.size(), failed);
    if (restarted > 0 || Events.adopted(since) < before.size()) {
      scene
          .deployments()
          .problem(
              "of %d instances %d were adopted after the platform's return and %d restarted"
                  .formatted(before.size(), Events.adopted(since), restarted));
    }
    return outcome;
  }

  /** Whether all of its instances are known again and take traffic. */
  private static boolean isRouted(Seen.Service service) {
    return service.instances().stream().filter(one -> one.status().equals("UP")).count()
        >= service.desired();
  }

  private Map<String, Long> pids() {
    Map<String, Long> pids = new LinkedHashMap<>();
    for (Seen.Service service : scene.stage().services()) {
      for (Seen.Instance instance : service.instances()) {
        pids.put(instance.id(), instance.pid());
      }
    }
    return pids;
  }
}

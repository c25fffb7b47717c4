package io.roadstead.platform.demo;

import io.roadstead.platform.demo.stage.Seen;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Kills an instance of the store front with kill -9, while nothing is being deployed, so that what
 * fails then has but one cause.
 */
final class InstanceKill {
  private static final Duration QUIET = Duration.ofMillis(2_500);

  /**
   * What came of it.
   *
   * @param recoveryMillis from the kill until as many instances as wanted were ready again
   * @param startMillis what the new instance needed of that from its start until it took traffic
   */
  record Outcome(OptionalLong recoveryMillis, OptionalLong startMillis) {
    static final Outcome NONE = new Outcome(OptionalLong.empty(), OptionalLong.empty());
  }

  private final Scene scene;

  InstanceKill(Scene scene) {
    this.scene = scene;
  }

  Outcome play() throws InterruptedException {
    Optional<Seen.Instance> victim =
        scene.stage().service(Shop.STOREFRONT).stream()
            .flatMap(status -> status.instances().stream())
            .findFirst();
    if (victim.isEmpty()) {
      scene.deployments().problem("there was no instance of the store front to kill");
      return Outcome.NONE;
    }
    String id = victim.get().id();
    String cursor = Events.last(scene.stage());
    scene.narrator().act("Killing the instance %s of the store front with kill -9.", id);
    long killed = scene.ticker().nanos();
    scene.tally().crashes(killed);
    scene.stage().kill(victim.get().pid());
    boolean recovered =
        scene
            .deployments()
            .await(
                Shop.STOREFRONT,
                service -> isWithout(service, id) && service.ready() >= service.desired());
    long millis = scene.millisSince(killed);
    Outcome outcome = Outcome.NONE;
    if (recovered) {
      outcome = new Outcome(OptionalLong.of(millis), startMillis(cursor));
      scene
          .narrator()
          .say(
              "The store front is whole again after %d ms%s.",
              millis,
              outcome.startMillis().isPresent()
                  ? ", " + outcome.startMillis().getAsLong() + " of them the new instance's start"
                  : "");
    } else {
      scene.deployments().problem("the store front did not recover from the kill");
    }
    long left = QUIET.toMillis() - scene.millisSince(killed);
    scene.pause(Duration.ofMillis(Math.max(0, left)));
    return outcome;
  }

  private static boolean isWithout(Seen.Service service, String id) {
    return service.instances().stream().noneMatch(instance -> instance.id().equals(id));
  }

  private OptionalLong startMillis(String cursor) {
    List<Seen.Event> since = scene.stage().events(cursor);
    return since.stream()
        .filter(event -> event.service().equals(Shop.STOREFRONT))
        .filter(event -> event.kind().equals("instance.started"))
        .findFirst()
        .map(event -> Events.startMillis(since, event.instance()))
        .orElse(OptionalLong.empty());
  }
}

package io.roadstead.rollout;

import static io.roadstead.rollout.SimulatedPlatform.spec;
import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.registry.Cursor;
import io.roadstead.registry.InstanceKey;
import io.roadstead.registry.Registration;
import io.roadstead.registry.Registry;
import io.roadstead.registry.Split;
import io.roadstead.registry.Status;
import io.roadstead.registry.event.Event;
import io.roadstead.rollout.Rollout.State;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of a service's split when the service itself changes. */
class SplitEndsTest {
  private static final InstanceKey BY_ITSELF = new InstanceKey("orders", "by-itself");
  private static final Split ONE_AND_TWO = Split.of(Map.of("1", 90, "2", 10));

  private final SimulatedPlatform platform = new SimulatedPlatform(11);

  @BeforeEach
  void twoVersions() {
    platform.ended(
        platform.deployer.apply(spec("orders", "1", "good", 2), Cause.by("me")).orElseThrow());
    Registry.Written _ =
        platform.registry.register(
            new Registration(
                "orders",
                BY_ITSELF.id(),
                "127.0.0.1",
                "",
                9_000,
                false,
                Status.UP,
                100,
                Map.of("version", "2"),
                Registration.DEFAULT_LEASE,
                null));
    split(ONE_AND_TWO);
  }

  private void split(Split split) {
    Cursor _ = platform.splits.set("orders", split, "me");
  }

  private State deploy(String version, String command) {
    return platform
        .ended(
            platform
                .deployer
                .apply(spec("orders", version, command, 2), Cause.by("me"))
                .orElseThrow())
        .state();
  }

  private Split now() {
    return platform.splits.of("orders");
  }

  private List<String> told() {
    return platform.events.stream()
        .filter(event -> event.kind().equals("split.changed"))
        .map(Event::message)
        .toList();
  }

  @Test
  void withTheRemovalOfTheServiceForThisLifeAndTheNext() {
    platform.ended(platform.deployer.remove("orders", Cause.by("me")));

    assertThat(now()).isEqualTo(Split.NONE);
    assertThat(platform.store.splits()).isEmpty();
    assertThat(told()).last().asString().contains("has ended", "removed");
  }

  @Test
  void asADeploymentOfAVersionWithoutAShareBegins() {
    String id =
        platform.deployer.apply(spec("orders", "3", "good", 2), Cause.by("me")).orElseThrow();

    assertThat(now()).isEqualTo(Split.NONE);
    assertThat(told()).last().asString().contains("has ended", id, "3");
    assertThat(platform.ended(id).state()).isEqualTo(State.SUCCEEDED);
    assertThat(platform.store.splits()).isEmpty();
  }

  @Test
  void notByADeploymentOfAVersionWithAShareWhileAnotherIsLeft() {
    split(Split.of(Map.of("1", 50, "2", 20, "3", 30)));

    assertThat(deploy("3", "good")).isEqualTo(State.SUCCEEDED);

    assertThat(now().shares()).containsEntry("3", 30);
  }

  @Test
  void onceADeploymentHasLeftNoneOfItsOtherVersions() {
    assertThat(platform.registry.deregister(BY_ITSELF)).isTrue();
    split(Split.of(Map.of("1", 50, "3", 50)));
    String id =
        platform.deployer.apply(spec("orders", "3", "good", 2), Cause.by("me")).orElseThrow();
    assertThat(now().isNone()).isFalse();

    assertThat(platform.ended(id).state()).isEqualTo(State.SUCCEEDED);

    assertThat(now()).isEqualTo(Split.NONE);
    assertThat(told()).last().asString().contains("3 is the only version");
  }

  @Test
  void notByADeploymentThatWentBack() {
    assertThat(platform.registry.deregister(BY_ITSELF)).isTrue();
    Split wanted = Split.of(Map.of("1", 50, "3", 50));
    split(wanted);

    assertThat(deploy("3", "never-healthy")).isEqualTo(State.ROLLED_BACK);

    assertThat(now()).isEqualTo(wanted);
  }

  @Test
  void notByAScaleOrARestartOfInstancesOrOfThePlatform() {
    platform.ended(platform.deployer.restart("orders", Cause.by("me")));
    platform.ended(
        platform.deployer.scale(
            "orders",
            OptionalInt.of(3),
            OptionalLong.empty(),
            OptionalDouble.empty(),
            Cause.by("me")));
    platform.restart();

    assertThat(now()).isEqualTo(ONE_AND_TWO);
  }

  @Test
  void notByARollbackToAVersionWithAShare() {
    split(Split.of(Map.of("1", 60, "2", 0, "3", 40)));
    assertThat(deploy("3", "good")).isEqualTo(State.SUCCEEDED);
    Split held = Split.of(Map.of("1", 100, "2", 0, "3", 0));
    split(held);

    platform.ended(platform.deployer.rollback("orders", Optional.of("1"), Cause.by("me")));

    assertThat(now()).isEqualTo(held);
  }
}

package io.roadstead.rollout;

import io.roadstead.registry.TrafficPolicy;
import io.roadstead.rollout.DeployRefused.Kind;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is wanted of one service, and the releases that it may go back to: written to the store
 * first, then true here. Confined to the service's turns.
 */
final class Desired {
  private final World world;
  private final Turns turns;
  private final String name;
  private ReleaseBook releases;
  private @Nullable ServiceState state;

  Desired(World world, Turns turns, String name) {
    this.world = world;
    this.turns = turns;
    this.name = name;
    this.releases = new ReleaseBook(name, List.of());
  }

  /** What an earlier life of the platform has written. */
  void resume(ServiceState known, List<Release> kept) {
    state = known;
    releases = new ReleaseBook(name, kept);
    routesOf(known.removing() ? null : releases.find(known.target()));
  }

  /** Nothing while nothing has been deployed, and again when it has been removed. */
  @Nullable ServiceState state() {
    return state;
  }

  ReleaseBook releases() {
    return releases;
  }

  String name() {
    return name;
  }

  /** Accepts a release and makes it what is wanted, together. */
  void accept(ServiceState next, Release release) {
    world.store().save(next, release);
    releases.put(release);
    state = next;
    need(false);
    routesOf(release);
  }

  void forget() {
    world.store().deleteService(name);
    state = null;
    releases = new ReleaseBook(name, List.of());
    need(true);
  }

  /** Lets go what is older than the last versions, unless {@code used}. */
  void prune(Set<Long> used) {
    ServiceState now = known();
    Set<Long> inUse = new HashSet<>(used);
    inUse.add(now.target());
    inUse.add(now.lastGood());
    List<Release> pruned = releases.prune(inUse);
    if (!pruned.isEmpty()) {
      pruned.forEach(release -> world.store().deleteRelease(name, release.number()));
      need(true);
    }
  }

  private void need(boolean clean) {
    world.shelf().mustKeep(name, releases.artifacts());
    if (clean) {
      turns.call(
          "artifacts",
          () -> {
            world.shelf().clean();
            return true;
          },
          false,
          done -> {});
    }
  }

  void save(ServiceState next) {
    world.store().save(next);
    state = next;
  }

  void routesOf(@Nullable Release release) {
    if (release == null) {
      world.registry().facts(name, List.of(), TrafficPolicy.DEFAULT);
    } else {
      world.registry().facts(name, release.spec().routes(), release.spec().traffic());
    }
  }

  ServiceState known() {
    ServiceState now = state;
    if (now == null) {
      throw Deployer.unknownService(name);
    }
    return now;
  }

  /** What is wanted, where some version runs; else {@code what} is refused. */
  ServiceState running(String what) {
    ServiceState now = known();
    if (now.removing() || releases.find(now.target()) == null) {
      throw new DeployRefused(
          Kind.CONFLICT,
          "nothing-runs",
          "cannot "
              + what
              + " "
              + name
              + ": "
              + (now.removing() ? "it is being removed" : "no version of it has worked yet")
              + "; deploy it again");
    }
    return now;
  }

  Release target(ServiceState now) {
    Release release = releases.find(now.target());
    if (release == null) {
      throw new IllegalStateException(name + " has no release " + now.target());
    }
    return release;
  }

  /** How its release is rolled out. */
  RolloutPolicy policy(ServiceState now) {
    Release release = releases.findOrNewest(now.target());
    return release == null ? RolloutPolicy.DEFAULT : release.spec().rollout();
  }

  /** For a sentence. */
  String versionNow() {
    ServiceState now = state;
    return now == null || now.target() == 0 ? "0 instances" : releases.version(now.target());
  }
}

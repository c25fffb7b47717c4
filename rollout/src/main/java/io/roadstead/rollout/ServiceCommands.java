package io.roadstead.rollout;

import io.roadstead.rollout.DeployRefused.Kind;
import io.roadstead.rollout.InstanceLife.Phase;
import io.roadstead.rollout.Rollout.State;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/**
 * What can be asked of one service. Each command is a turn that changes what is wanted, or refuses
 * and changes nothing; its answer comes when the change is written down and its first steps are
 * begun.
 */
final class ServiceCommands {
  private final World world;
  private final String name;
  private final Turns turns;
  private final Desired desired;
  private final Fleet fleet;
  private final Rolling rolling;

  ServiceCommands(World world, Turns turns, Desired desired, Fleet fleet, Rolling rolling) {
    this.world = world;
    this.name = desired.name();
    this.turns = turns;
    this.desired = desired;
    this.fleet = fleet;
    this.rolling = rolling;
  }

  /**
   * @param scale whether the specification's replicas count also where a scale has set another
   *     number
   */
  CompletableFuture<Optional<String>> deploy(
      ServiceSpec spec, String digest, boolean scale, Cause cause) {
    return turns.ask(
        () -> {
          desired.releases().checkLabel(spec.version(), digest);
          ServiceState now = desired.state();
          Release current =
              now == null || now.removing() ? null : desired.releases().find(now.target());
          if (now != null && current != null && Specs.sameInstances(current.spec(), spec)) {
            return adjust(now, current, spec, scale, cause);
          }
          boolean scaled = now != null && now.scaled() && !now.removing() && !scale;
          int replicas = now != null && scaled ? now.replicas() : spec.replicas();
          ServiceState next =
              new ServiceState(
                  name,
                  desired.releases().nextNumber(),
                  now == null ? 0 : now.lastGood(),
                  replicas,
                  scaled,
                  false);
          return Optional.of(release(RolloutCourse.Kind.DEPLOY, next, spec, digest, cause));
        });
  }

  /** Refuses what {@link #deploy} would refuse, and changes nothing. */
  CompletableFuture<Boolean> check(String version, String digest) {
    return turns.ask(
        () -> {
          desired.releases().checkLabel(version, digest);
          return true;
        });
  }

  /** Nothing that an instance would notice has changed: no instance is replaced. */
  private Optional<String> adjust(
      ServiceState now, Release current, ServiceSpec spec, boolean scale, Cause cause) {
    boolean scaled = now.scaled() && !scale;
    ServiceState next = now.withReplicas(scaled ? now.replicas() : spec.replicas(), scaled);
    if (!current.spec().equals(spec)) {
      Release adjusted =
          new Release(
              name,
              current.number(),
              current.version(),
              current.digest(),
              spec,
              current.createdAt(),
              current.cause());
      desired.accept(next, adjusted);
    }
    if (next.replicas() == now.replicas()) {
      if (next.scaled() != now.scaled()) {
        desired.save(next);
      }
      return Optional.empty();
    }
    desired.save(next);
    return Optional.of(resized(current, cause));
  }

  /** A roll-out that is under way goes on with the new number; else one begins for it. */
  private String resized(Release current, Cause cause) {
    RolloutCourse running = rolling.course();
    if (running != null && !running.returning()) {
      rolling.progress();
      return running.id();
    }
    return rolling.begin(RolloutCourse.Kind.SCALE, current.version(), cause, rolling.now());
  }

  CompletableFuture<String> scale(
      OptionalInt replicas, OptionalLong memoryBytes, OptionalDouble cpu, Cause cause) {
    return turns.ask(
        () -> {
          ServiceState now = desired.running("scale");
          Release current = desired.target(now);
          ServiceState next =
              now.withReplicas(
                  replicas.orElse(now.replicas()), now.scaled() || replicas.isPresent());
          Resources before = current.spec().resources();
          Resources after =
              new Resources(memoryBytes.orElse(before.memoryBytes()), cpu.orElse(before.cpu()));
          if (after.equals(before)) {
            desired.save(next);
            return resized(current, cause);
          }
          ServiceState withRelease =
              new ServiceState(
                  name,
                  desired.releases().nextNumber(),
                  next.lastGood(),
                  next.replicas(),
                  next.scaled(),
                  false);
          return release(
              RolloutCourse.Kind.SCALE,
              withRelease,
              Specs.withResources(current.spec(), after),
              current.digest(),
              cause);
        });
  }

  CompletableFuture<String> restart(Cause cause) {
    return turns.ask(
        () -> {
          Release current = desired.target(desired.running("restart"));
          fleet.replaceAll();
          return rolling.begin(RolloutCourse.Kind.RESTART, current.version(), cause, rolling.now());
        });
  }

  CompletableFuture<String> rollback(Optional<String> toVersion, Cause cause) {
    return turns.ask(
        () -> {
          ServiceState now = desired.known();
          Release to =
              toVersion
                  .map(desired.releases()::labelled)
                  .or(
                      () ->
                          desired
                              .releases()
                              .goodBefore(
                                  now.target(), now.lastGood(), world.rollouts().list(name)))
                  .orElseThrow(
                      () ->
                          new DeployRefused(
                              Kind.CONFLICT,
                              "no-good-release",
                              name
                                  + " has no earlier version that worked: name one with --to, or"
                                  + " deploy another"));
          if (to.number() == now.target() && !now.removing()) {
            throw new DeployRefused(
                Kind.CONFLICT,
                "already-there",
                name + " is at version " + to.version() + " already: name another with --to");
          }
          String from = desired.releases().version(now.target());
          boolean atOnce = now.keeps(to.number()) && fleet.serving(to.number()) >= now.replicas();
          if (!now.keeps(to.number())) {
            now.warm().ifPresent(warm -> fleet.letGo(warm.release()));
          }
          desired.save(
              new ServiceState(
                  name,
                  to.number(),
                  atOnce ? to.number() : now.lastGood(),
                  now.replicas(),
                  now.scaled(),
                  false));
          desired.routesOf(to);
          return rolling.begin(RolloutCourse.Kind.ROLLBACK, from, cause, rolling.now());
        });
  }

  CompletableFuture<String> remove(Cause cause) {
    return turns.ask(
        () -> {
          ServiceState now = desired.known();
          RolloutCourse running = rolling.course();
          if (now.removing() && running != null) {
            return running.id();
          }
          String from = desired.releases().version(now.target());
          desired.save(
              new ServiceState(
                  name, now.target(), now.lastGood(), now.replicas(), now.scaled(), true));
          desired.routesOf(null);
          return rolling.begin(RolloutCourse.Kind.REMOVE, from, cause, rolling.now());
        });
  }

  CompletableFuture<Boolean> promote(String rollout, String by) {
    return turns.ask(
        () -> {
          RolloutCourse running = course(rollout);
          Trial trial = running.trial();
          if (trial == null || !trial.promote(by)) {
            throw new DeployRefused(
                Kind.CONFLICT,
                "nothing-to-promote",
                "roll-out "
                    + rollout
                    + " of "
                    + name
                    + " ("
                    + running.log().now().strategy()
                    + ") waits for no promotion: only a canary or blue-green one under way does");
          }
          rolling.event(
              "rollout.promoted", running, name + ": " + rollout + " is promoted by " + by);
          return true;
        });
  }

  CompletableFuture<Boolean> pause(String rollout, boolean paused) {
    return turns.ask(
        () -> {
          RolloutCourse running = course(rollout);
          if (running.returning() || running.kind() == RolloutCourse.Kind.REMOVE) {
            throw new DeployRefused(
                Kind.CONFLICT,
                "not-pausable",
                "roll-out " + rollout + " of " + name + " goes back or removes: it is not paused");
          }
          if (running.paused() != paused) {
            running.pause(paused);
            Trial trial = running.trial();
            if (!paused && trial != null) {
              trial.resumed();
            }
            rolling.event(
                paused ? "rollout.paused" : "rollout.resumed", running, name + ": " + rollout);
            rolling.progress();
          }
          return true;
        });
  }

  CompletableFuture<Boolean> abort(String rollout, String why) {
    return turns.ask(
        () -> {
          RolloutCourse running = course(rollout);
          if (running.kind() == RolloutCourse.Kind.REMOVE) {
            throw new DeployRefused(
                Kind.CONFLICT,
                "not-abortable",
                "roll-out " + rollout + " removes " + name + ": deploy it again instead");
          }
          if (!running.returning()) {
            rolling.giveUp(running, State.ABORTED, why);
          }
          return true;
        });
  }

  CompletableFuture<Boolean> drain(String id, String by) {
    return turns.ask(
        () -> {
          InstanceLife life = instance(id);
          DrainSequence drain = life.drain();
          boolean alreadyOut = drain != null && drain.end() == DrainSequence.End.DETACHED;
          if (!alreadyOut && life.phase() != Phase.DETACHED) {
            if (life.phase() != Phase.AVAILABLE && life.phase() != Phase.SETTLING) {
              throw new DeployRefused(
                  Kind.CONFLICT,
                  "not-drainable",
                  id
                      + " is "
                      + life.phase().name().toLowerCase(Locale.ROOT)
                      + ": only one that takes traffic can be drained");
            }
            life.save(InstanceRecord::leaves);
            fleet.leave(id);
            world.event("instance.leaving", name, id, "", id + " is drained by " + by, Map.of());
          }
          return true;
        });
  }

  CompletableFuture<Boolean> undrain(String id, String by) {
    return turns.ask(
        () -> {
          InstanceLife life = instance(id);
          DrainSequence drain = life.drain();
          boolean out =
              life.phase() == Phase.DETACHED
                  || (drain != null && drain.end() == DrainSequence.End.DETACHED);
          if (!fleet.stay(id) && !out) {
            throw new DeployRefused(
                Kind.CONFLICT, "not-drained", id + " has not been drained: nothing to resume");
          }
          if (out) {
            life.takeBack();
          } else {
            life.save(InstanceRecord::back);
          }
          world.event(
              "instance.resumed", name, id, "", id + " counts again, asked by " + by, Map.of());
          return true;
        });
  }

  /** Accepts a new release and begins to roll it out. */
  private String release(
      RolloutCourse.Kind kind, ServiceState next, ServiceSpec spec, String digest, Cause cause) {
    ServiceState before = desired.state();
    String from = before == null ? "" : desired.releases().version(before.target());
    if (before != null) {
      before.warm().ifPresent(warm -> fleet.letGo(warm.release()));
    }
    Instant at = rolling.now();
    Release release = new Release(name, next.target(), spec.version(), digest, spec, at, cause);
    desired.accept(next, release);
    return rolling.begin(kind, from, cause, at);
  }

  private RolloutCourse course(String rollout) {
    RolloutCourse running = rolling.course();
    if (running == null || !running.id().equals(rollout)) {
      throw new DeployRefused(
          Kind.CONFLICT, "rollout-ended", "roll-out " + rollout + " of " + name + " has ended");
    }
    return running;
  }

  private InstanceLife instance(String id) {
    InstanceLife life = fleet.find(id);
    if (life == null) {
      throw Deployer.unknownInstance(id);
    }
    return life;
  }
}

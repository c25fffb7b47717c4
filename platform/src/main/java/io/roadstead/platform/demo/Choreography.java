package io.roadstead.platform.demo;

import io.roadstead.platform.demo.stage.Seen;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The acts of the demo, each of them fitted into its part of the time:
 *
 * <ol>
 *   <li>one service after another is deployed anew;
 *   <li>all services at once, again and again, the Spring one among them;
 *   <li>an instance is killed with kill -9;
 *   <li>the platform is killed with kill -9 and comes back;
 *   <li>a bad version returns by itself, another service is scaled out and in, and the third is
 *       deployed meanwhile;
 *   <li>all at once again, to the end, and meanwhile a new gateway takes over from the old one.
 * </ol>
 *
 * <p>No act is begun that would probably not end in time. Played by one thread, with one more for
 * each service of an act.
 */
final class Choreography {
  private static final int SCALED_OUT = 4;

  /** How far into the time each act may reach. */
  private static final double ONE_BY_ONE_UNTIL = 0.18;

  private static final double AT_ONCE_UNTIL = 0.35;

  /** How far the second act may reach while the Spring service takes its own. */
  private static final double LONGEST_SHARE = 0.55;

  private static final Duration CRASH_NEEDS = Duration.ofSeconds(4);
  private static final Duration PLATFORM_KILL_NEEDS = Duration.ofSeconds(6);
  private static final Duration TAKEOVER_NEEDS = Duration.ofSeconds(4);
  private static final Duration BAD_VERSION_NEEDS = Duration.ofSeconds(8);

  private final Scene scene;
  private final Deployments deployments;
  private final Narrator narrator;
  private final Duration duration;
  private final long begunNanos;
  private volatile InstanceKill.Outcome instanceKill = InstanceKill.Outcome.NONE;
  private volatile Optional<PlatformKill.Outcome> platformKill = Optional.empty();
  private volatile Optional<GatewayTakeover.Outcome> takeover = Optional.empty();
  private volatile String badVersion = "";

  /**
   * @param begunNanos when the time given to it began
   */
  Choreography(Scene scene, Duration duration, long begunNanos) {
    this.scene = scene;
    this.deployments = scene.deployments();
    this.narrator = scene.narrator();
    this.duration = duration;
    this.begunNanos = begunNanos;
  }

  void play() throws InterruptedException {
    phase("one by one");
    narrator.act("Deploying one service after another.");
    double until = 1; // One deployment in any case, however short the time.
    for (String service : Shop.PLAIN) {
      if (fits(service, until)) {
        deploy(service);
      }
      until = ONE_BY_ONE_UNTIL;
    }
    phase("at once");
    narrator.act("Deploying all services at once, again and again; orders is the Spring Boot one.");
    atOnce(AT_ONCE_UNTIL);
    if (left().compareTo(CRASH_NEEDS) > 0) {
      phase("instance killed");
      instanceKill = new InstanceKill(scene).play();
    }
    if (left().compareTo(PLATFORM_KILL_NEEDS) > 0) {
      phase("platform killed");
      platformKill = Optional.of(new PlatformKill(scene).play());
    }
    if (left().compareTo(BAD_VERSION_NEEDS) > 0) {
      phase("bad version");
      narrator.act(
          "Deploying a catalogue that never becomes healthy; scaling the store front meanwhile.");
      CountDownLatch both = new CountDownLatch(2);
      together(
          List.of(
              () -> thenAgain(this::deployBadVersion, both, Shop.CATALOGUE),
              () -> thenAgain(this::scaleOutAndIn, both, Shop.STOREFRONT),
              () -> deployWhileItFits(Shop.PAYMENTS, 1),
              () -> takeOverAfter(both)));
    } else if (Shop.PLAIN.stream().anyMatch(service -> fits(service, 1))) {
      phase("at once again");
      narrator.act("Deploying all services at once again.");
      atOnce(1);
    }
    phase("the end");
    scene.pause(left());
  }

  InstanceKill.Outcome instanceKill() {
    return instanceKill;
  }

  /** Empty where it was not killed. */
  Optional<PlatformKill.Outcome> platformKill() {
    return platformKill;
  }

  /** Empty where there was none. */
  Optional<GatewayTakeover.Outcome> takeover() {
    return takeover;
  }

  /** How the roll-out of the bad version ended, or "" where there was none. */
  String badVersion() {
    return badVersion;
  }

  private void phase(String name) {
    scene.tally().phase(name);
  }

  private void atOnce(double until) throws InterruptedException {
    CountDownLatch springDone = new CountDownLatch(1);
    List<Act> acts = new ArrayList<>();
    acts.add(
        () -> {
          try {
            if (fits(Shop.ORDERS, 1)) {
              deploy(Shop.ORDERS);
            }
          } finally {
            springDone.countDown();
          }
        });
    for (String service : Shop.PLAIN) {
      acts.add(
          () -> {
            while (fits(
                service, springDone.getCount() > 0 ? Math.max(until, LONGEST_SHARE) : until)) {
              deploy(service);
            }
          });
    }
    together(acts);
  }

  private void deploy(String service) throws InterruptedException {
    Optional<Duration> took = deployments.next(service);
    String version = Shop.version(deployments.release(service));
    if (took.isPresent()) {
      narrator.say("%s %s is there after %.1f s.", service, version, seconds(took.get()));
    } else {
      narrator.say("%s %s did not come to its end.", service, version);
    }
  }

  private void deployWhileItFits(String service, double until) throws InterruptedException {
    while (fits(service, until)) {
      deploy(service);
    }
  }

  /** After something special has happened to a service, it is deployed as the others are. */
  private void thenAgain(Act special, CountDownLatch done, String service)
      throws InterruptedException {
    try {
      special.play();
    } finally {
      done.countDown();
    }
    deployWhileItFits(service, 1);
  }

  private void takeOverAfter(CountDownLatch specials) throws InterruptedException {
    if (!specials.await(left().toNanos(), TimeUnit.NANOSECONDS)) {
      return;
    }
    phase("at once again");
    narrator.act("Deploying all services at once again.");
    if (scene.goesOn() && left().compareTo(TAKEOVER_NEEDS) > 0) {
      phase("gateway taken over");
      takeover = Optional.of(new GatewayTakeover(scene).play());
      phase("at once again");
    }
  }

  private void deployBadVersion() throws InterruptedException {
    long begun = scene.ticker().nanos();
    Optional<Seen.Rollout> ended = deployments.apply(scene.shop().badCatalogue());
    badVersion = ended.map(Seen.Rollout::state).orElse("not ended");
    narrator.say(
        "The bad catalogue is %s after %.1f s.", badVersion, scene.millisSince(begun) / 1e3);
    if (!badVersion.equals("rolled-back")) {
      deployments.problem(
          "the bad version of the catalogue is " + badVersion + ", not rolled-back");
    }
  }

  private void scaleOutAndIn() throws InterruptedException {
    scale(SCALED_OUT);
    scale(Shop.replicas(Shop.STOREFRONT));
  }

  private void scale(int replicas) throws InterruptedException {
    Optional<Seen.Rollout> ended = deployments.scale(Shop.STOREFRONT, replicas);
    boolean succeeded = ended.isPresent() && ended.get().state().equals("succeeded");
    if (succeeded
        && deployments.await(Shop.STOREFRONT, status -> status.instances().size() == replicas)) {
      narrator.say("The store front has %d instances now.", replicas);
    } else {
      deployments.problem("the store front could not be scaled to " + replicas);
    }
  }

  private boolean fits(String service, double until) {
    long deadline = (long) (duration.toNanos() * until);
    return scene.goesOn() && elapsedNanos() + deployments.expected(service).toNanos() <= deadline;
  }

  private Duration left() {
    return Duration.ofNanos(Math.max(0, duration.toNanos() - elapsedNanos()));
  }

  private long elapsedNanos() {
    return scene.ticker().nanos() - begunNanos;
  }

  /** Something that happens on the stage. */
  private interface Act {
    void play() throws InterruptedException;
  }

  private void together(List<Act> acts) throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (Act act : acts) {
      threads.add(
          Thread.ofVirtual()
              .name("demo-act")
              .start(
                  () -> {
                    try {
                      act.play();
                    } catch (InterruptedException e) {
                      Thread.currentThread().interrupt();
                    } catch (RuntimeException e) {
                      deployments.problem(String.valueOf(e.getMessage()));
                    }
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    if (!scene.goesOn()) {
      throw new InterruptedException("the demo was ended");
    }
  }

  private static double seconds(Duration duration) {
    return duration.toMillis() / 1e3;
  }
}

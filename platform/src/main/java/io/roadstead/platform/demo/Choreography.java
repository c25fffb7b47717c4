package io.roadstead.platform.demo;

import io.roadstead.registry.Ticker;
import io.roadstead.rollout.Deployer.InstanceStatus;
import io.roadstead.rollout.Deployer.ServiceStatus;
import io.roadstead.rollout.Rollout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The acts of the demo, each of them fitted into its part of the time:
 *
 * <ol>
 *   <li>one service after another is deployed anew;
 *   <li>all services at once, again and again, the Spring one among them;
 *   <li>one instance is killed with kill -9, while nothing is being deployed, so that what fails
 *       then has but one cause;
 *   <li>a bad version returns by itself, another service is scaled out and in, and the third is
 *       deployed meanwhile;
 *   <li>all at once again, to the end.
 * </ol>
 *
 * <p>No act is begun that would probably not end in time. Played by one thread, with one more for
 * each service of an act.
 */
final class Choreography {
  private static final int SCALED_OUT = 4;

  /** How far into the time the second act may reach while the Spring service takes its own. */
  private static final double LONGEST_SHARE = 0.8;

  private static final Duration QUIET = Duration.ofMillis(2_500);
  private static final Duration CRASH_NEEDS = Duration.ofSeconds(4);
  private static final Duration BAD_VERSION_NEEDS = Duration.ofSeconds(8);

  private final Stage stage;
  private final Shop shop;
  private final Deployments deployments;
  private final Tally tally;
  private final Narrator narrator;
  private final Ticker ticker;
  private final Duration duration;
  private final CountDownLatch cancelled;
  private final long begunNanos;
  private volatile OptionalLong recoveryMillis = OptionalLong.empty();
  private volatile String badVersion = "";

  /**
   * @param begunNanos when the time given to it began
   */
  Choreography(
      Stage stage,
      Shop shop,
      Deployments deployments,
      Tally tally,
      Narrator narrator,
      Ticker ticker,
      Duration duration,
      CountDownLatch cancelled,
      long begunNanos) {
    this.stage = stage;
    this.shop = shop;
    this.deployments = deployments;
    this.tally = tally;
    this.narrator = narrator;
    this.ticker = ticker;
    this.duration = duration;
    this.cancelled = cancelled;
    this.begunNanos = begunNanos;
  }

  void play() throws InterruptedException {
    say("Deploying one service after another.");
    for (String service : Shop.PLAIN) {
      if (fits(service, 0.15)) {
        deploy(service);
      }
    }
    say("Deploying all services at once, again and again; orders is the Spring Boot one.");
    atOnce(0.45);
    if (left().compareTo(CRASH_NEEDS) > 0) {
      crash();
    }
    if (left().compareTo(BAD_VERSION_NEEDS) > 0) {
      say("Deploying a catalogue that never becomes healthy; scaling the store front meanwhile.");
      List<Act> acts = new ArrayList<>(List.of(this::deployBadVersion, this::scaleOutAndIn));
      acts.add(
          () -> {
            while (fits(Shop.PAYMENTS, 0.75)) {
              deploy(Shop.PAYMENTS);
            }
          });
      together(acts);
    }
    if (Shop.PLAIN.stream().anyMatch(service -> fits(service, 1))) {
      say("Deploying all services at once again.");
      atOnce(1);
    }
    boolean _ = cancelled.await(left().toNanos(), TimeUnit.NANOSECONDS);
  }

  /** From the kill until as many instances as wanted were ready again. */
  OptionalLong recoveryMillis() {
    return recoveryMillis;
  }

  /** How the roll-out of the bad version ended, or "" where there was none. */
  String badVersion() {
    return badVersion;
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
      say("%s %s is there after %.1f s.", service, version, seconds(took.get()));
    } else {
      say("%s %s did not come to its end.", service, version);
    }
  }

  private void crash() throws InterruptedException {
    Optional<InstanceStatus> victim =
        stage.service(Shop.STOREFRONT).stream()
            .flatMap(status -> status.instances().stream())
            .findFirst();
    if (victim.isEmpty()) {
      deployments.problem("there was no instance of the store front to kill");
      return;
    }
    String id = victim.get().id();
    say("Killing the instance %s of the store front with kill -9.", id);
    long killed = ticker.nanos();
    tally.crashes(killed);
    stage.kill(victim.get().pid());
    boolean recovered =
        deployments.await(
            Shop.STOREFRONT, status -> isWithout(status, id) && status.ready() >= status.desired());
    long millis = TimeUnit.NANOSECONDS.toMillis(ticker.nanos() - killed);
    if (recovered) {
      recoveryMillis = OptionalLong.of(millis);
      say("The store front is whole again after %d ms.", millis);
    } else {
      deployments.problem("the store front did not recover from the kill");
    }
    long quietNanos = QUIET.toNanos() - (ticker.nanos() - killed);
    boolean _ = cancelled.await(quietNanos, TimeUnit.NANOSECONDS);
  }

  private static boolean isWithout(ServiceStatus status, String id) {
    return status.instances().stream().noneMatch(instance -> instance.id().equals(id));
  }

  private void deployBadVersion() throws InterruptedException {
    long begun = ticker.nanos();
    Optional<Rollout> ended = deployments.apply(shop.badCatalogue());
    badVersion = ended.map(Deployments::word).orElse("not ended");
    Duration took = Duration.ofNanos(ticker.nanos() - begun);
    say("The bad catalogue is %s after %.1f s.", badVersion, seconds(took));
    if (ended.isEmpty() || ended.get().state() != Rollout.State.ROLLED_BACK) {
      deployments.problem(
          "the bad version of the catalogue is " + badVersion + ", not rolled-back");
    }
  }

  private void scaleOutAndIn() throws InterruptedException {
    scale(SCALED_OUT);
    scale(Shop.replicas(Shop.STOREFRONT));
  }

  private void scale(int replicas) throws InterruptedException {
    Optional<Rollout> ended = deployments.scale(Shop.STOREFRONT, replicas);
    boolean succeeded = ended.isPresent() && ended.get().state() == Rollout.State.SUCCEEDED;
    if (succeeded
        && deployments.await(Shop.STOREFRONT, status -> status.instances().size() == replicas)) {
      say("The store front has %d instances now.", replicas);
    } else {
      deployments.problem("the store front could not be scaled to " + replicas);
    }
  }

  private boolean fits(String service, double until) {
    long deadline = (long) (duration.toNanos() * until);
    return cancelled.getCount() > 0
        && elapsedNanos() + deployments.expected(service).toNanos() <= deadline;
  }

  private Duration left() {
    return Duration.ofNanos(Math.max(0, duration.toNanos() - elapsedNanos()));
  }

  private long elapsedNanos() {
    return ticker.nanos() - begunNanos;
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
    if (cancelled.getCount() == 0) {
      throw new InterruptedException("the demo was ended");
    }
  }

  @SuppressWarnings("AnnotateFormatMethod") // the annotation would be a dependency for this alone
  private void say(String format, Object... values) {
    String sentence = String.format(Locale.ROOT, format, values);
    narrator.say("%5.1f s  %s", elapsedNanos() / 1e9, sentence);
  }

  private static double seconds(Duration duration) {
    return duration.toMillis() / 1e3;
  }
}

package io.roadstead.platform.demo;

import io.roadstead.platform.demo.stage.Seen;
import io.roadstead.platform.demo.stage.Stage;
import io.roadstead.registry.Ticker;
import io.roadstead.rollout.ServiceSpec;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * Deploys the services of the shop and counts. A deployment has ended when its roll-out has, and
 * the last old instance has exited. Safe for use by several threads, one for each service.
 */
final class Deployments {
  private static final Duration LONGEST = Duration.ofMinutes(2);
  private static final Duration NEWS = Duration.ofSeconds(1);
  private static final long LOOK_MILLIS = 40;

  private final Stage stage;
  private final Shop shop;
  private final Ticker ticker;
  private final CountDownLatch cancelled;
  private final Map<String, Integer> releases = new ConcurrentHashMap<>();
  private final Map<String, Integer> done = new ConcurrentHashMap<>();
  private final Map<String, Long> lastMillis = new ConcurrentHashMap<>();
  private final ConcurrentLinkedQueue<String> problems = new ConcurrentLinkedQueue<>();
  private final AtomicInteger total = new AtomicInteger();

  /**
   * @param cancelled ends all waiting when it reaches zero
   */
  Deployments(Stage stage, Shop shop, Ticker ticker, CountDownLatch cancelled) {
    this.stage = stage;
    this.shop = shop;
    this.ticker = ticker;
    this.cancelled = cancelled;
  }

  /** Deploys a service's next release; what it took, or nothing where it did not succeed. */
  Optional<Duration> next(String service) throws InterruptedException {
    int number = releases.merge(service, 1, Integer::sum);
    long begun = ticker.nanos();
    Optional<Seen.Rollout> ended = apply(shop.release(service, number));
    if (ended.isEmpty() || !ended.get().state().equals("succeeded")) {
      problems.add(
          "the deployment of "
              + service
              + " "
              + Shop.version(number)
              + ended.map(r -> " ended " + r.state() + ": " + r.reason()).orElse(" did not end"));
      return Optional.empty();
    }
    if (!await(service, Deployments::onlyCurrent)) {
      problems.add("old instances of " + service + " have not exited");
      return Optional.empty();
    }
    Duration took = Duration.ofNanos(ticker.nanos() - begun);
    if (number > 1) {
      lastMillis.put(service, took.toMillis());
      total.incrementAndGet();
      done.merge(service, 1, Integer::sum);
    }
    return Optional.of(took);
  }

  /** Applies a specification and waits for its roll-out's end. */
  Optional<Seen.Rollout> apply(ServiceSpec spec) throws InterruptedException {
    Optional<String> id = stage.apply(spec);
    return id.isEmpty() ? Optional.empty() : end(id.get());
  }

  Optional<Seen.Rollout> scale(String service, int replicas) throws InterruptedException {
    return end(stage.scale(service, replicas));
  }

  private Optional<Seen.Rollout> end(String id) throws InterruptedException {
    long begun = ticker.nanos();
    while (ticker.nanos() - begun < LONGEST.toNanos()) {
      Seen.Rollout seen = stage.await(id, NEWS);
      if (seen.ended()) {
        return Optional.of(seen);
      }
      if (cancelled.getCount() == 0) {
        throw new InterruptedException("the demo was ended");
      }
    }
    return Optional.empty();
  }

  /** Waits until a service is as it should be; whether it became so. */
  boolean await(String service, Predicate<Seen.Service> condition) throws InterruptedException {
    long begun = ticker.nanos();
    while (ticker.nanos() - begun < LONGEST.toNanos()) {
      if (stage.service(service).filter(condition).isPresent()) {
        return true;
      }
      if (cancelled.await(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
        throw new InterruptedException("the demo was ended");
      }
    }
    return false;
  }

  private static boolean onlyCurrent(Seen.Service service) {
    return service.instances().stream()
        .allMatch(instance -> instance.version().equals(service.version()));
  }

  /** How long a service's next deployment may be expected to take. */
  Duration expected(String service) {
    long fallback = service.equals(Shop.ORDERS) ? 18_000 : 5_000;
    return Duration.ofMillis(lastMillis.getOrDefault(service, fallback) * 21 / 20);
  }

  /** Deployments that have ended well; the first release of a service is none. */
  int total() {
    return total.get();
  }

  Map<String, Integer> byService() {
    return Map.copyOf(done);
  }

  /** The number of a service's newest release. */
  int release(String service) {
    return releases.getOrDefault(service, 0);
  }

  List<String> problems() {
    return List.copyOf(problems);
  }

  void problem(String text) {
    problems.add(text);
  }
}

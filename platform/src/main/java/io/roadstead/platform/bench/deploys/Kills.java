package io.roadstead.platform.bench.deploys;

import io.roadstead.platform.client.ControlClient;
import io.roadstead.registry.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;

/**
 * Kills instances at random with {@code kill -9}, each between two deployments of its service, and
 * notes when the service was whole again. Safe from any thread.
 */
final class Kills {
  /** After it, a request that was held or tried again has had its time. */
  static final Duration GRACE = Duration.ofMillis(1_500);

  private static final Duration WHOLE_WITHIN = Duration.ofSeconds(60);
  private static final int ONE_OF = 3;
  private static final long LOOK_MILLIS = 50;

  private final ControlClient client;
  private final Ticker ticker;
  private final SplittableRandom random;
  private final Queue<Losses.Kill> kills = new ConcurrentLinkedQueue<>();
  private final CountDownLatch never = new CountDownLatch(1);

  /**
   * @param seed of when and whom it kills
   */
  Kills(ControlClient client, Ticker ticker, long seed) {
    this.client = client;
    this.ticker = ticker;
    this.random = new SplittableRandom(seed);
  }

  /**
   * Perhaps kills an instance of a service that nothing is being deployed of, and waits until it is
   * whole again.
   *
   * @return what went wrong, if anything
   */
  Optional<String> perhaps(String service) throws InterruptedException {
    int chosen;
    synchronized (random) {
      if (random.nextInt(ONE_OF) != 0) {
        return Optional.empty();
      }
      chosen = random.nextInt(1 << 16);
    }
    List<JsonNode> ready = ready(service);
    if (ready.isEmpty()) {
      return Optional.of(service + " has no instance to kill");
    }
    JsonNode victim = ready.get(chosen % ready.size());
    String id = victim.path("id").asString("");
    long killed = ticker.nanos();
    ProcessHandle.of(victim.path("pid").asLong(-1)).ifPresent(ProcessHandle::destroyForcibly);
    while (true) {
      long now = ticker.nanos();
      List<JsonNode> left = ready(service);
      if (left.size() == ready.size() && left.stream().noneMatch(each -> is(each, id))) {
        kills.add(new Losses.Kill(service, id, killed, ticker.nanos()));
        boolean _ = never.await(GRACE.toMillis(), TimeUnit.MILLISECONDS);
        return Optional.empty();
      }
      if (now - killed > WHOLE_WITHIN.toNanos()) {
        return Optional.of(service + " was not whole again within 60 s of the kill of " + id);
      }
      boolean _ = never.await(LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  private static boolean is(JsonNode instance, String id) {
    return instance.path("id").asString("").equals(id);
  }

  private List<JsonNode> ready(String service) {
    List<JsonNode> ready = new ArrayList<>();
    String path = "/api/v1/services/" + ControlClient.part(service);
    for (JsonNode instance : client.parse(client.get(path)).path("instances")) {
      if (instance.path("status").asString("").equals("UP") && instance.has("pid")) {
        ready.add(instance);
      }
    }
    return ready;
  }

  List<Losses.Kill> list() {
    return List.copyOf(kills);
  }
}

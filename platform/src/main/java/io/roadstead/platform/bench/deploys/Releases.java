package io.roadstead.platform.bench.deploys;

import io.roadstead.control.spec.SpecJson;
import io.roadstead.platform.Refused;
import io.roadstead.platform.client.ArtifactUpload;
import io.roadstead.platform.client.ControlClient;
import io.roadstead.registry.Route;
import io.roadstead.registry.Ticker;
import io.roadstead.rollout.Health;
import io.roadstead.rollout.JarStart;
import io.roadstead.rollout.Resources;
import io.roadstead.rollout.ServiceSpec;
import io.roadstead.rollout.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Deploys release after release, each service on a thread of its own, over the platform's API. A
 * deployment has ended when its roll-out has, which it does when the old instances have exited.
 * Safe from any thread.
 */
final class Releases {
  private static final Duration LONGEST = Duration.ofMinutes(2);
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final long LONGEST_MILLIS = 600_000;
  private static final int KEPT_PROBLEMS = 20;

  /** The platform takes sixteen. */
  private static final int UPLOADS_AT_ONCE = 8;

  private static final String JVM = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx32m";

  private final ControlClient client;
  private final BenchedJars jars;
  private final Path notes;
  private final boolean sameJars;
  private final Protection without;
  private final Ticker ticker;
  private final Map<String, Integer> numbers = new ConcurrentHashMap<>();
  private final Map<String, Histogram> stepMillis = new ConcurrentHashMap<>();
  private final Map<Integer, Histogram> millis = new ConcurrentHashMap<>();
  private final Queue<Long> endedNanos = new ConcurrentLinkedQueue<>();
  private final Queue<String> problems = new ConcurrentLinkedQueue<>();
  private final Queue<Losses.Step> steps = new ConcurrentLinkedQueue<>();
  private final Map<String, String> uploaded = new ConcurrentHashMap<>();
  private final Semaphore uploads = new Semaphore(UPLOADS_AT_ONCE);

  /**
   * @param sameJars whether all releases have one of two jars, of which there are start caches
   * @param without what the services do without
   */
  Releases(
      ControlClient client,
      BenchedJars jars,
      Path notes,
      boolean sameJars,
      Protection without,
      Ticker ticker) {
    this.client = client;
    this.jars = jars;
    this.notes = notes;
    this.sameJars = sameJars;
    this.without = without;
    this.ticker = ticker;
  }

  static int replicas(int service) {
    return 1 + service % 2;
  }

  /** Deploys a service's next release and waits until it has ended; whether it did well. */
  boolean next(String service, int replicas) {
    int number = numbers.merge(service, 1, Integer::sum);
    long begun = ticker.nanos();
    String path = "/api/v1/services/" + ControlClient.part(service);
    ObjectNode tree = SpecJson.tree(specification(service, replicas, number));
    tree.remove("jar");
    tree.put("artifact", artifact(service, number));
    JsonNode id = client.parse(client.put(path, tree)).path("rollout");
    if (!id.isString()) {
      problem("the deployment of " + service + " changed nothing");
      return false;
    }
    String rollout = "/api/v1/rollouts/" + ControlClient.part(id.asString());
    while (ticker.nanos() - begun < LONGEST.toNanos()) {
      JsonNode seen = client.parse(client.get(rollout + "?wait=30s"));
      String state = seen.path("state").asString("");
      switch (state) {
        case "queued", "running", "paused" -> {}
        case "succeeded" -> {
          keep(service, number, seen);
          if (number > 1) {
            ended(replicas, begun, seen);
          }
          return true;
        }
        default -> {
          keep(service, number, seen);
          problem(
              service + " " + number + " ended " + state + ": " + seen.path("reason").asString(""));
          return false;
        }
      }
    }
    problem("the deployment of " + service + " has not ended in " + LONGEST.toSeconds() + " s");
    return false;
  }

  private void keep(String service, int number, JsonNode rollout) {
    for (JsonNode step : rollout.path("steps")) {
      long from = Instant.parse(step.path("startedAt").asString("")).toEpochMilli();
      steps.add(
          new Losses.Step(
              service,
              Integer.toString(number),
              step.path("name").asString(""),
              step.path("instance").asString(""),
              from,
              from + step.path("millis").asLong(0)));
    }
  }

  private void ended(int replicas, long begun, JsonNode rollout) {
    long now = ticker.nanos();
    endedNanos.add(now);
    record(millis.computeIfAbsent(replicas, _ -> histogram()), (now - begun) / 1_000_000);
    for (JsonNode step : rollout.path("steps")) {
      String name = step.path("name").asString("");
      record(stepMillis.computeIfAbsent(name, _ -> histogram()), step.path("millis").asLong(0));
    }
  }

  private static Histogram histogram() {
    return new ConcurrentHistogram(LONGEST_MILLIS, 3);
  }

  private static void record(Histogram histogram, long millis) {
    histogram.recordValue(Math.clamp(millis, 0, LONGEST_MILLIS));
  }

  private String artifact(String service, int number) {
    if (sameJars) {
      return uploaded.computeIfAbsent("release-" + number % 2, this::upload);
    }
    return upload(service + "-" + number);
  }

  private String upload(String name) {
    Path jar = jars.jar(name);
    ArtifactUpload upload = ArtifactUpload.of(jar);
    uploads.acquireUninterruptibly();
    try {
      upload.send(client);
    } finally {
      uploads.release();
    }
    try {
      Files.delete(jar);
    } catch (IOException e) {
      throw Refused.because("the jar " + jar + " cannot be deleted: " + e.getMessage());
    }
    return upload.sha256();
  }

  private ServiceSpec specification(String service, int replicas, int number) {
    return new ServiceSpec(
        service,
        new Source.Jar(Path.of("uploaded.jar")),
        Integer.toString(number),
        replicas,
        List.of(new Route("", "/" + service, true)),
        new Health("/health", SECOND, SECOND, Duration.ofMinutes(1)),
        Map.of("JDK_JAVA_OPTIONS", JVM, "NOTES", notes.toString()),
        Resources.UNLIMITED,
        without.policy(),
        JarStart.FAST,
        without.traffic());
  }

  void problem(String what) {
    if (problems.size() < KEPT_PROBLEMS) {
      problems.add(what);
    }
  }

  /** The steps of all that have ended. */
  List<Losses.Step> steps() {
    return List.copyOf(steps);
  }

  /** How many have ended from one moment to another; the first release of a service is none. */
  int endedBetween(long fromNanos, long toNanos) {
    return (int) endedNanos.stream().filter(at -> at - fromNanos >= 0 && at - toNanos < 0).count();
  }

  List<String> problems() {
    return new ArrayList<>(problems);
  }

  /** What deployments have taken, by the number of replicas. */
  Map<Integer, Histogram> millis() {
    return Map.copyOf(millis);
  }

  /** What their steps have taken, by name. */
  Map<String, Histogram> stepMillis() {
    return Map.copyOf(stepMillis);
  }
}

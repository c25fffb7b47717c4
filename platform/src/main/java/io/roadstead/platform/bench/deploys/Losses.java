package io.roadstead.platform.bench.deploys;

import io.roadstead.platform.Refused;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What became of each request that failed: the load's own word, the gateway's line of it, which
 * steps of deployments its service was in meanwhile, and whether an instance had been killed.
 *
 * <p>A kill has the failures of its service from the kill until the service was whole again and a
 * request that had to wait has had its time; no deployment of the service begins meanwhile. All
 * other failures are the deployments'.
 */
final class Losses {
  private static final int MOST_STEPS = 6;

  /**
   * A step of a deployment, in wall-clock milliseconds.
   *
   * @param instance whose step it is, "" for one of the deployment itself
   */
  record Step(String service, String version, String name, String instance, long from, long to) {}

  /** An instance was killed, and its service was whole again; by the load's ticker. */
  record Kill(String service, String instance, long killedNanos, long wholeNanos) {}

  /**
   * One that failed.
   *
   * @param atMillis when, from the beginning of the measurement
   * @param instance that it was sent to last, "" where the gateway does not say
   * @param gateway what the gateway noted of it, or why it has noted nothing
   * @param steps of deployments that its service was in, relative to when it failed
   */
  record Told(
      Loss loss,
      long atMillis,
      boolean byKill,
      String version,
      String instance,
      String gateway,
      List<String> steps) {
    Told {
      steps = List.copyOf(steps);
    }

    String words() {
      return loss.kind()
          + " to "
          + loss.service()
          + (instance.isEmpty() ? "" : ", instance " + instance)
          + (version.isEmpty() ? "" : ", version " + version)
          + ", at "
          + atMillis
          + " ms after "
          + (loss.endedNanos() - loss.sentNanos()) / 1_000_000
          + " ms"
          + (byKill ? ", by a kill: " : ": ")
          + loss.what()
          + "; the gateway: "
          + gateway
          + "; steps: "
          + (steps.isEmpty() ? "none under way" : String.join(", ", steps));
    }

    /** What happened, without what differs from one to the next. */
    String outline() {
      String[] words = loss.what().split(" ", 4);
      return words[0].equals("status") && words.length > 2
          ? String.join(" ", words[0], words[1], words[2])
          : loss.what().split(":", 2)[0];
    }

    ObjectNode json() {
      ObjectNode tree = JsonMapper.shared().createObjectNode();
      tree.put("kind", loss.kind()).put("service", loss.service());
      tree.put("version", version).put("instance", instance);
      tree.put("by", byKill ? "kill" : "deployment").put("atMillis", atMillis);
      tree.put("tookMillis", (loss.endedNanos() - loss.sentNanos()) / 1_000_000);
      tree.put("what", loss.what()).put("gateway", gateway);
      steps.forEach(tree.putArray("steps")::add);
      return tree;
    }
  }

  private final long begunNanos;
  private final long begunWallMillis;
  private final List<Step> steps;
  private final List<Kill> kills;
  private final long graceNanos;

  /**
   * @param begunNanos when the measurement began, by the load's ticker
   * @param begunWallMillis the same moment, in milliseconds since 1970
   * @param graceNanos how long after its service is whole again a kill still has its failures
   */
  Losses(
      long begunNanos, long begunWallMillis, List<Step> steps, List<Kill> kills, long graceNanos) {
    this.begunNanos = begunNanos;
    this.begunWallMillis = begunWallMillis;
    this.steps = List.copyOf(steps);
    this.kills = List.copyOf(kills);
    this.graceNanos = graceNanos;
  }

  /**
   * All of these, in the order of time.
   *
   * @param accessLog the gateway's, with its older parts beside it
   */
  List<Told> told(List<Loss> losses, Path accessLog) {
    Map<String, JsonNode> lines =
        losses.isEmpty()
            ? Map.of()
            : lines(accessLog, losses.stream().map(Loss::trace).collect(Collectors.toSet()));
    return losses.stream()
        .sorted(Comparator.comparingLong(Loss::endedNanos))
        .map(loss -> told(loss, lines.get(loss.trace())))
        .toList();
  }

  private Told told(Loss loss, @Nullable JsonNode line) {
    return new Told(
        loss,
        (loss.endedNanos() - begunNanos) / 1_000_000,
        byKill(loss),
        line == null ? "" : line.path("version").asString(""),
        line == null ? "" : line.path("instance").asString(""),
        line == null ? "has no line of it" : noted(line),
        around(loss));
  }

  private boolean byKill(Loss loss) {
    return kills.stream()
        .anyMatch(
            kill ->
                kill.service().equals(loss.service())
                    && loss.endedNanos() - kill.killedNanos() >= 0
                    && loss.endedNanos() - kill.wholeNanos() <= graceNanos);
  }

  private static String noted(JsonNode line) {
    StringBuilder words = new StringBuilder();
    for (String field : List.of("status", "reason", "tries", "durationMillis", "upstreamMillis")) {
      if (line.has(field)) {
        words.append(words.isEmpty() ? "" : " ").append(field).append(' ');
        words.append(line.path(field).asString(""));
      }
    }
    return words.toString();
  }

  /** The steps of the service between the sending and the failure, the last ones. */
  private List<String> around(Loss loss) {
    long ended = wall(loss.endedNanos());
    long sent = wall(loss.sentNanos());
    List<String> around = new ArrayList<>();
    steps.stream()
        .filter(step -> step.service().equals(loss.service()))
        .filter(step -> step.from() <= ended && step.to() >= sent)
        .sorted(Comparator.comparingLong(Step::from))
        .forEach(
            step ->
                around.add(
                    step.name()
                        + (step.instance().isEmpty() ? "" : " " + step.instance())
                        + " from "
                        + (step.from() - ended)
                        + " to "
                        + (step.to() - ended)
                        + " ms"));
    return around.subList(Math.max(0, around.size() - MOST_STEPS), around.size());
  }

  private long wall(long nanos) {
    return begunWallMillis + (nanos - begunNanos) / 1_000_000;
  }

  private static Map<String, JsonNode> lines(Path accessLog, Set<String> traces) {
    Map<String, JsonNode> found = new HashMap<>();
    Path folder = accessLog.getParent();
    String name = String.valueOf(accessLog.getFileName());
    if (folder == null || !Files.isDirectory(folder)) {
      return found;
    }
    JsonMapper json = JsonMapper.shared();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file :
          files.filter(f -> String.valueOf(f.getFileName()).startsWith(name)).toList()) {
        try (Stream<String> all = Files.lines(file)) {
          all.filter(line -> traces.stream().anyMatch(line::contains))
              .forEach(
                  line -> {
                    JsonNode read = json.readTree(line);
                    found.put(read.path("referer").asString(""), read);
                  });
        }
      }
    } catch (IOException | UncheckedIOException | JacksonException e) {
      throw Refused.because("the gateway's access log cannot be read: " + e.getMessage());
    }
    return found;
  }
}

package io.roadstead.platform.demo;

import io.roadstead.platform.load.Cause;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What came of a demo.
 *
 * @param seconds how long the load lasted
 * @param byService deployments of each service
 * @param badVersion how the roll-out of the bad version ended, or "" where there was none
 * @param problems what did not go as it should, apart from failed requests
 */
record Result(
    Tally.Figures requests,
    double seconds,
    int deployments,
    Map<String, Integer> byService,
    InstanceKill.Outcome instanceKill,
    Optional<PlatformKill.Outcome> platformKill,
    Optional<GatewayTakeover.Outcome> takeover,
    String badVersion,
    Map<String, Long> failureKinds,
    List<Tally.Failure> failures,
    List<String> problems) {
  Result {
    byService = Map.copyOf(byService);
    failureKinds = Map.copyOf(failureKinds);
    failures = List.copyOf(failures);
    problems = List.copyOf(problems);
  }

  /** 0 where no request failed in a deployment and all went as it should. */
  int exitCode() {
    return requests.failedDuringDeployments() == 0 && problems.isEmpty() ? 0 : 1;
  }

  double deploymentsPerSecond() {
    return seconds > 0 ? deployments / seconds : 0;
  }

  String json() {
    JsonMapper mapper = JsonMapper.shared();
    ObjectNode json = mapper.createObjectNode();
    json.put("requests", requests.requests());
    json.put("failedDuringDeployments", requests.failedDuringDeployments());
    json.put("failedAtCrash", requests.failedAtCrash());
    json.put("deployments", deployments);
    json.put("deploymentsPerSecond", rounded(deploymentsPerSecond()));
    put(json, "recoveryMillis", instanceKill.recoveryMillis());
    put(json, "instanceStartMillis", instanceKill.startMillis());
    put(json, "platformRecoveryMillis", platformKill, PlatformKill.Outcome::recoveryMillis);
    put(json, "instancesAdopted", platformKill, PlatformKill.Outcome::adopted);
    put(json, "instancesRestarted", platformKill, PlatformKill.Outcome::restarted);
    put(json, "failedWithoutPlatform", platformKill, PlatformKill.Outcome::failedRequests);
    json.put("gatewayTakeovers", takeover.isPresent() ? 1 : 0);
    put(json, "gatewayTakeoverMillis", takeover, GatewayTakeover.Outcome::millis);
    put(json, "failedAtTakeover", takeover, GatewayTakeover.Outcome::failedRequests);
    json.put("p50Millis", rounded(requests.p50Millis()));
    json.put("p99Millis", rounded(requests.p99Millis()));
    json.put("maxMillis", rounded(requests.maxMillis()));
    json.put("durationMillis", Math.round(seconds * 1000));
    ObjectNode services = json.putObject("deploymentsByService");
    new TreeMap<>(byService).forEach(services::put);
    if (badVersion.isEmpty()) {
      json.putNull("badVersion");
    } else {
      json.put("badVersion", badVersion);
    }
    ObjectNode kinds = json.putObject("failureKinds");
    new TreeMap<>(failureKinds).forEach(kinds::put);
    ArrayNode failed = json.putArray("failures");
    for (Tally.Failure failure : failures) {
      ObjectNode entry = failed.addObject();
      entry.put("atMillis", failure.atMillis());
      entry.put("tookMillis", failure.tookMillis());
      entry.put("during", failure.during());
      entry.put("phase", failure.phase());
      entry.put("reason", failure.cause().what());
      entry.put("status", failure.cause().status());
      entry.put("gatewayReason", failure.cause().gatewayReason());
      entry.put("body", failure.cause().body());
    }
    ArrayNode other = json.putArray("problems");
    problems.forEach(other::add);
    return mapper.writeValueAsString(json);
  }

  /** The same for a person, a line each. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add("");
    lines.add(
        text(
            "%,d requests in %.0f s (%.0f a second), each of them through four services",
            requests.requests(), seconds, requests.requests() / Math.max(seconds, 1e-3)));
    StringJoiner services = new StringJoiner(", ");
    new TreeMap<>(byService).forEach((service, count) -> services.add(service + " " + count));
    lines.add(
        text("%d deployments (%.2f a second): %s", deployments, deploymentsPerSecond(), services));
    lines.add(text("%d requests failed in deployments", requests.failedDuringDeployments()));
    if (instanceKill.recoveryMillis().isPresent()) {
      lines.add(
          text(
              "%d requests failed at the kill -9 of an instance; whole again after %d ms%s",
              requests.failedAtCrash(),
              instanceKill.recoveryMillis().getAsLong(),
              instanceKill.startMillis().isPresent()
                  ? ", the new one's start " + instanceKill.startMillis().getAsLong() + " ms"
                  : ""));
    }
    platformKill.ifPresent(
        kill ->
            lines.add(
                text(
                    "%d requests failed at the kill -9 of the platform; back after %d ms,"
                        + " %d instances adopted, %d restarted",
                    kill.failedRequests(),
                    kill.recoveryMillis(),
                    kill.adopted(),
                    kill.restarted())));
    takeover.ifPresent(
        done ->
            lines.add(
                text(
                    "%d requests failed as a new gateway took over from the old; done in %d ms",
                    done.failedRequests(), done.millis())));
    if (!badVersion.isEmpty()) {
      lines.add("the bad version: " + badVersion);
    }
    lines.add(
        text(
            "half of the requests within %.1f ms, 99 of 100 within %.1f ms, the slowest %.0f ms",
            requests.p50Millis(), requests.p99Millis(), requests.maxMillis()));
    new TreeMap<>(failureKinds).forEach((kind, count) -> lines.add(count + " failed: " + kind));
    for (Tally.Failure failure : failures) {
      lines.add(failed(failure));
    }
    problems.forEach(problem -> lines.add("not as it should be: " + problem));
    return lines;
  }

  private static String failed(Tally.Failure failure) {
    Cause cause = failure.cause();
    return text(
        "failed at %.1f s (%s) after %d ms: %s%s%s",
        failure.atMillis() / 1e3,
        failure.phase(),
        failure.tookMillis(),
        cause.what(),
        cause.gatewayReason().isEmpty() ? "" : ", " + cause.gatewayReason(),
        cause.body().isEmpty() ? "" : ": " + cause.body());
  }

  private static void put(ObjectNode json, String field, OptionalLong value) {
    if (value.isPresent()) {
      json.put(field, value.getAsLong());
    } else {
      json.putNull(field);
    }
  }

  private static <T> void put(
      ObjectNode json, String field, Optional<T> outcome, ToLongFunction<T> value) {
    put(
        json,
        field,
        outcome.map(o -> OptionalLong.of(value.applyAsLong(o))).orElse(OptionalLong.empty()));
  }

  private static double rounded(double value) {
    return Math.round(value * 1000) / 1000.0;
  }

  @SuppressWarnings("AnnotateFormatMethod") // the annotation would be a dependency for this alone
  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}

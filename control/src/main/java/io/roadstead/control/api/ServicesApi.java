package io.roadstead.control.api;

import io.roadstead.control.figures.Traffic;
import io.roadstead.control.http.Access.Needs;
import io.roadstead.control.http.Answer;
import io.roadstead.control.http.Call;
import io.roadstead.control.http.Endpoint;
import io.roadstead.control.http.Refusal;
import io.roadstead.control.spec.Place;
import io.roadstead.control.spec.Problems;
import io.roadstead.control.spec.Section;
import io.roadstead.control.spec.SpecReader;
import io.roadstead.control.wire.Json;
import io.roadstead.control.wire.RolloutJson;
import io.roadstead.registry.Names;
import io.roadstead.registry.Registry;
import io.roadstead.rollout.Cause;
import io.roadstead.rollout.Deployer;
import io.roadstead.rollout.Deployer.HistoryEntry;
import io.roadstead.rollout.Rollout;
import io.roadstead.rollout.ServiceSpec;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Services and their roll-outs. All of it blocks. */
public final class ServicesApi {
  private static final long LEAST_MEMORY = 1L << 20;
  private static final long MOST_MEMORY = 1L << 44;
  private static final double MOST_CPU = 1024;

  private final Deployer deployer;
  private final Views views;
  private final SpecReader reader = SpecReader.wire();

  public ServicesApi(Registry registry, Deployer deployer, Traffic traffic) {
    this.deployer = deployer;
    this.views = new Views(registry, deployer, traffic);
  }

  public List<Endpoint> endpoints() {
    String service = "/api/v1/services/{name}";
    String rollout = "/api/v1/rollouts/{id}";
    return List.of(
        Endpoint.blocking(
            "GET", "/api/v1/services", Needs.READING, _ -> Answer.json(200, views.services())),
        Endpoint.blocking("GET", service, Needs.READING, this::one),
        Endpoint.blocking("PUT", service, Needs.CHANGING, this::apply),
        Endpoint.blocking(
            "DELETE", service, Needs.CHANGING, c -> started(deployer.remove(name(c), cause(c)))),
        Endpoint.blocking("POST", service + "/scale", Needs.CHANGING, this::scale),
        Endpoint.blocking("POST", service + "/rollback", Needs.CHANGING, this::rollback),
        Endpoint.blocking(
            "POST",
            service + "/restart",
            Needs.CHANGING,
            c -> started(deployer.restart(name(c), cause(c)))),
        Endpoint.blocking("GET", service + "/history", Needs.READING, this::history),
        Endpoint.blocking("GET", "/api/v1/rollouts", Needs.READING, this::rollouts),
        Endpoint.blocking("GET", rollout, Needs.READING, this::rollout),
        Endpoint.blocking(
            "POST", rollout + "/pause", Needs.CHANGING, c -> told(c, deployer::pause)),
        Endpoint.blocking(
            "POST", rollout + "/resume", Needs.CHANGING, c -> told(c, deployer::resume)),
        Endpoint.blocking(
            "POST",
            rollout + "/promote",
            Needs.CHANGING,
            c -> told(c, id -> deployer.promote(id, c.by()))),
        Endpoint.blocking(
            "POST", rollout + "/abort", Needs.CHANGING, c -> told(c, deployer::abort)));
  }

  private Answer one(Call call) {
    String name = name(call);
    return views
        .service(name)
        .map(body -> Answer.json(200, body))
        .orElseThrow(() -> unknownService(name));
  }

  /**
   * Takes the specification, or a whole answer of GET, which has it under {@code spec}. With {@code
   * scale} its replicas count also where a scale has set another number; with {@code dryRun} it is
   * only looked at, and refused where it would be.
   */
  private Answer apply(Call call) {
    String name = name(call);
    Problems problems = Problems.withoutLines();
    JsonNode body = call.json();
    boolean scale = call.flag("scale");
    boolean whole = body.path("spec").isObject();
    Optional<ServiceSpec> spec =
        reader.read(
            name,
            whole ? body.path("spec") : body,
            whole ? Place.ROOT.key("spec") : Place.ROOT,
            problems);
    SpecProblems.refuse("invalid-specification", "the specification of '" + name + "'", problems);
    if (call.flag("dryRun")) {
      deployer.check(spec.orElseThrow());
      return Answer.json(200, Json.object().putNull("rollout"));
    }
    Optional<String> rollout = deployer.apply(spec.orElseThrow(), scale, cause(call));
    return Answer.json(
        rollout.isPresent() ? 202 : 200, Json.object().put("rollout", rollout.orElse(null)));
  }

  private Answer scale(Call call) {
    Problems problems = Problems.withoutLines();
    Section body = Section.of(call.json(), Place.ROOT, problems);
    int replicas = body.integer("replicas", -1, 0, SpecReader.MAX_REPLICAS);
    long memory = body.bytes("memory", 0, LEAST_MEMORY, MOST_MEMORY);
    double cpu = body.number("cpu", 0, 0, MOST_CPU);
    body.noMore();
    if (!body.has("replicas") && !body.has("memory") && !body.has("cpu")) {
      problems.add(Place.ROOT, "says nothing: give replicas, memory or cpu");
    }
    SpecProblems.refuse("invalid-scale", "the scale of '" + name(call) + "'", problems);
    return started(
        deployer.scale(
            name(call),
            body.has("replicas") ? OptionalInt.of(replicas) : OptionalInt.empty(),
            body.has("memory") ? OptionalLong.of(memory) : OptionalLong.empty(),
            body.has("cpu") ? OptionalDouble.of(cpu) : OptionalDouble.empty(),
            cause(call)));
  }

  private Answer rollback(Call call) {
    Problems problems = Problems.withoutLines();
    Section body = Section.of(call.json(), Place.ROOT, problems);
    Optional<String> to = body.text("to");
    body.noMore();
    SpecProblems.refuse("invalid-rollback", "the rollback of '" + name(call) + "'", problems);
    return started(deployer.rollback(name(call), to, cause(call)));
  }

  /** Who asks, and {@code why} in the query: as a body's keys are those of what is changed. */
  private static Cause cause(Call call) {
    String why = call.query("why").strip();
    if (why.length() > Cause.MAX_WHY || why.chars().anyMatch(Character::isISOControl)) {
      throw Refusal.invalid(
          "invalid-why",
          "why has "
              + why.length()
              + " characters: give one line of at most "
              + Cause.MAX_WHY
              + " characters without control characters");
    }
    return new Cause(call.by(), why);
  }

  private Answer history(Call call) {
    String name = name(call);
    List<HistoryEntry> entries = deployer.history(name);
    if (entries.isEmpty() && deployer.service(name).isEmpty()) {
      throw unknownService(name);
    }
    ArrayNode list = Json.array();
    for (HistoryEntry entry : entries) {
      ObjectNode one =
          list.addObject()
              .put("number", entry.release().number())
              .put("version", entry.release().version())
              .put("artifact", entry.release().digest())
              .put("at", entry.release().createdAt().toString())
              .put("by", entry.release().cause().by())
              .put("rollout", entry.rollout().map(Rollout::id).orElse(null))
              .put("state", entry.rollout().map(RolloutJson::state).orElse(null))
              .put("current", entry.current());
      RolloutJson.why(one, entry.release().cause());
      entry.rollout().ifPresent(rollout -> RolloutJson.outcome(one, rollout));
    }
    return Answer.json(200, list);
  }

  private Answer rollouts(Call call) {
    String service = call.query("service");
    return Answer.json(
        200, RolloutJson.list(deployer.rollouts(service.isEmpty() ? "" : Names.service(service))));
  }

  /**
   * With {@code wait}: answers when the roll-out differs from the one the client has seen, by the
   * tag of its last answer ({@code If-None-Match}); without a tag when it has ended or is paused,
   * so that one call is enough to wait for it.
   */
  private Answer rollout(Call call) throws InterruptedException {
    String id = call.path("id");
    Rollout seen = deployer.rollout(id).orElseThrow(() -> unknownRollout(id));
    Duration wait = call.waiting();
    boolean blind = call.ifNoneMatch().isEmpty();
    boolean known = blind || call.ifNoneMatch().equals(tag(seen));
    if (!wait.isZero() && known && !seen.state().ended()) {
      seen =
          (blind ? deployer.awaitRest(id, wait) : deployer.await(id, Optional.of(seen), wait))
              .orElseThrow(() -> unknownRollout(id));
    }
    return Answer.json(200, RolloutJson.one(seen)).header("ETag", tag(seen));
  }

  private interface Command {
    void tell(String rollout);
  }

  private Answer told(Call call, Command command) {
    String id = call.path("id");
    command.tell(id);
    return Answer.json(
        200, RolloutJson.one(deployer.rollout(id).orElseThrow(() -> unknownRollout(id))));
  }

  private static String tag(Rollout rollout) {
    return "\"" + HexFormat.of().toHexDigits(Objects.hash(rollout)) + "\"";
  }

  private static Answer started(String rollout) {
    return Answer.json(202, Json.object().put("rollout", rollout));
  }

  private static String name(Call call) {
    return Names.service(call.path("name"));
  }

  private static Refusal unknownService(String name) {
    return Refusal.notFound(
        "unknown-service",
        "there is no service '" + name + "'; \"roadstead status\" lists those that there are");
  }

  private static Refusal unknownRollout(String id) {
    return Refusal.notFound(
        "unknown-rollout",
        "there is no roll-out '" + id + "'; \"roadstead history NAME\" lists those of a service");
  }
}

package io.roadstead.control.api;

import io.roadstead.control.http.Access.Needs;
import io.roadstead.control.http.Answer;
import io.roadstead.control.http.Call;
import io.roadstead.control.http.Caller;
import io.roadstead.control.http.Endpoint;
import io.roadstead.control.http.Refusal;
import io.roadstead.control.spec.Place;
import io.roadstead.control.spec.Problems;
import io.roadstead.control.spec.Section;
import io.roadstead.control.wire.Json;
import io.roadstead.registry.InstanceKey;
import io.roadstead.registry.Names;
import io.roadstead.registry.Registration;
import io.roadstead.registry.Registry;
import io.roadstead.registry.Status;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Registering, renewing and leaving by the own API. All of it from memory. */
public final class RegistryApi {
  /** What an instance has in answers but does not say of itself: taken and left alone. */
  private static final List<String> READ_ONLY =
      List.of(
          "id",
          "service",
          "zone",
          "version",
          "managed",
          "registeredAt",
          "changedAt",
          "unconfirmed");

  private static final int MAX_LEASE_SECONDS = 3600;

  private final Registry registry;

  public RegistryApi(Registry registry) {
    this.registry = registry;
  }

  public List<Endpoint> endpoints() {
    String instance = "/api/v1/registry/{service}/{id}";
    return List.of(
        Endpoint.quick("PUT", instance, Needs.CREDENTIAL, this::register),
        Endpoint.quick("POST", instance + "/renew", Needs.CREDENTIAL, this::renew),
        Endpoint.quick("DELETE", instance, Needs.CREDENTIAL, this::deregister),
        Endpoint.quick(
            "POST", "/api/v1/registry/{service}/release", Needs.CHANGING, this::release));
  }

  private Answer register(Call call) {
    InstanceKey key = key(call);
    Problems problems = Problems.withoutLines();
    Section body = Section.of(call.json(), Place.ROOT, problems);
    READ_ONLY.forEach(body::has);
    String host = body.text("host").orElse("");
    int port = body.integer("port", 0, 1, 65_535);
    Status status = status(body);
    String address = body.text("ipAddress").orElse("");
    boolean secure = body.flag("secure", false);
    int weight = body.integer("weight", Registration.DEFAULT_WEIGHT, 0, 1000);
    Map<String, String> metadata = body.texts("metadata");
    int lease =
        body.integer(
            "leaseSeconds", (int) Registration.DEFAULT_LEASE.toSeconds(), 1, MAX_LEASE_SECONDS);
    body.noMore();
    for (String needed : List.of("host", "port")) {
      if (!body.has(needed)) {
        body.problem(needed, "is missing");
      }
    }
    SpecProblems.refuse("invalid-registration", "the registration of " + key, problems);
    requireItself(call.caller(), key, port);
    Registration registration =
        new Registration(
            key.service(),
            key.id(),
            host,
            address,
            port,
            secure,
            status,
            weight,
            metadata,
            Duration.ofSeconds(lease),
            null);
    Registry.Written written = registry.register(registration);
    return Answer.json(
        written.created() ? 201 : 200, Json.object().put("version", written.version().toString()));
  }

  private Answer renew(Call call) {
    InstanceKey key = key(call);
    requireItself(call.caller(), key, registeredPort(key));
    if (!registry.renew(key.service(), key.id())) {
      throw unknown(key, "; register it again with PUT");
    }
    return Answer.noContent();
  }

  private Answer deregister(Call call) {
    InstanceKey key = key(call);
    requireItself(call.caller(), key, registeredPort(key));
    if (!registry.deregister(key)) {
      throw unknown(key, "");
    }
    return Answer.noContent();
  }

  private Answer release(Call call) {
    String service = Names.service(call.path("service"));
    if (registry.snapshot().service(service) == null) {
      throw Refusal.notFound(
          "unknown-service",
          "no service '" + service + "' is registered; GET /api/v1/registry lists those that are");
    }
    return Answer.json(
        200, Json.object().put("service", service).put("released", registry.release(service)));
  }

  private static InstanceKey key(Call call) {
    return new InstanceKey(call.path("service"), call.path("id"));
  }

  private int registeredPort(InstanceKey key) {
    return registry.registration(key).map(Registration::port).orElse(0);
  }

  /**
   * With an instance's token only that instance: by its id, or under another name where it listens
   * on the port that the platform has given it.
   */
  private static void requireItself(Caller caller, InstanceKey key, int port) {
    if (caller instanceof Caller.OwnInstance(_, var id, var ownPort)
        && !key.id().equals(id)
        && port != ownPort) {
      throw new Refusal(
          403,
          "not-allowed",
          "the token is the one of instance " + id + ", which may not speak for " + key);
    }
  }

  private static Status status(Section body) {
    String word = body.text("status").orElse("UP").toUpperCase(Locale.ROOT);
    for (Status status : Status.values()) {
      if (status.name().equals(word)) {
        return status;
      }
    }
    body.problem("status", "is not one of UP, STARTING, STANDBY, OUT_OF_SERVICE, DOWN and UNKNOWN");
    return Status.UNKNOWN;
  }

  private static Refusal unknown(InstanceKey key, String advice) {
    return Refusal.notFound("unknown-instance", "instance " + key + " is not registered" + advice);
  }
}

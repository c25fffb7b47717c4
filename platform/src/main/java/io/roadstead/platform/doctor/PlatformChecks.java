package io.roadstead.platform.doctor;

import io.roadstead.control.spec.Quantities;
import io.roadstead.platform.HostPort;
import io.roadstead.platform.Refused;
import io.roadstead.platform.client.ControlClient;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/** The platform itself: whether it answers, takes the token, and has room for what it runs. */
final class PlatformChecks {
  private final ControlClient client;
  private final Machine machine;
  private final DataChecks data;

  PlatformChecks(ControlClient client, Machine machine, DataChecks data) {
    this.client = client;
    this.machine = machine;
    this.data = data;
  }

  List<Finding> all(HostPort gateway) {
    List<Finding> all = new ArrayList<>();
    String where = client.base().getAuthority();
    OptionalLong holder = data.holder();
    Optional<String> health = health();
    if (health.isEmpty()) {
      all.add(notThere(where, holder));
      all.add(port("gateway port", gateway, "--gateway HOST:PORT"));
      return all;
    }
    all.add(Finding.ok("platform", "answers at " + where));
    all.add(token(where));
    all.add(
        machine.listening().contains(gateway.port())
            ? Finding.ok("gateway port", "something listens on " + gateway)
            : Finding.warning(
                "gateway port",
                "nothing listens on " + gateway,
                "name the gateway's address with --gateway HOST:PORT, or start one: roadstead"
                    + " gateway"));
    try {
      all.add(demand());
      unknown(holder).ifPresent(all::add);
    } catch (Refused | ControlClient.NotFound e) {
      all.add(Finding.warning("services", "cannot be read: " + e.getMessage(), "see to the token"));
    }
    return all;
  }

  private Optional<String> health() {
    try {
      return client
          .find("/health/live")
          .filter(body -> !client.parse(body).path("platform").asString("").isEmpty());
    } catch (Refused e) {
      return Optional.empty();
    }
  }

  private Finding notThere(String where, OptionalLong holder) {
    if (holder.isPresent()) {
      return Finding.problem(
          "platform",
          "the one with pid "
              + holder.getAsLong()
              + " holds the data directory, and none answers"
              + " at "
              + where,
          "name its address with --control HOST:PORT, or look at its output");
    }
    int port = client.base().getPort();
    if (!new HostPort(client.base().getHost(), port).loopback()) {
      return Finding.warning(
          "platform", "none answers at " + where, "see that it is up, and what is between");
    }
    return machine.listening().contains(port)
        ? Finding.problem(
            "control port",
            "another program listens on port " + port,
            "stop it (ss -ltnp shows it), or choose another with --control HOST:PORT")
        : Finding.ok("platform", "none is up at " + where + ", and the port is free");
  }

  private Finding port(String check, HostPort address, String option) {
    return machine.listening().contains(address.port())
        ? Finding.problem(
            check,
            "another program listens on port " + address.port(),
            "stop it (ss -ltnp shows it), or choose another with " + option)
        : Finding.ok(check, address + " is free");
  }

  private Finding token(String where) {
    if (client.token().isEmpty()) {
      return Finding.warning(
          "token",
          "none was found (" + client.tokenPlace() + "); commands that change something need it",
          "set ROADSTEAD_TOKEN, or ROADSTEAD_DATA to the platform's data directory");
    }
    try {
      // Of a stream that there is not: it counts for nothing, and needs the right token.
      client.post(
          "/api/v1/watch/ack",
          client.parse("{\"subscriber\":\"doctor\",\"stream\":\"none\",\"version\":\"none.0\"}"));
      return Finding.ok("token", "the one of " + client.tokenPlace() + " is taken at " + where);
    } catch (Refused | ControlClient.NotFound e) {
      return Finding.problem(
          "token",
          "the one of " + client.tokenPlace() + " is not taken at " + where,
          "set ROADSTEAD_TOKEN, or ROADSTEAD_DATA to the platform's data directory");
    }
  }

  /** What all instances may use together, against what the machine has. */
  private Finding demand() {
    long memory = 0;
    double cores = 0;
    int instances = 0;
    for (JsonNode service : client.parse(client.get("/api/v1/services"))) {
      String name = service.path("name").asString("");
      JsonNode resources =
          client
              .parse(client.get("/api/v1/services/" + ControlClient.part(name)))
              .path("spec")
              .path("resources");
      int desired = service.path("desired").asInt(0);
      instances += desired;
      memory += desired * Quantities.bytes(resources.path("memory").asString("")).orElse(0);
      cores += desired * resources.path("cpu").asDouble(0);
    }
    long total = machine.memory("MemTotal").orElse(Long.MAX_VALUE);
    int processors = Runtime.getRuntime().availableProcessors();
    String found =
        String.format(
            Locale.ROOT,
            "%d instances ask for %s and %.1f cores; there are %s and %d",
            instances,
            Sizes.of(memory),
            cores,
            total == Long.MAX_VALUE ? "?" : Sizes.of(total),
            processors);
    return memory > total || cores > processors
        ? Finding.warning(
            "services", found, "scale in, or ask for less (roadstead scale NAME --memory --cpu)")
        : Finding.ok("services", found);
  }

  /** Processes of instances that the platform does not know: of a state that was put back, say. */
  private Optional<Finding> unknown(OptionalLong holder) {
    if (holder.isEmpty()) {
      return Optional.empty(); // another directory's platform
    }
    Set<String> known = new HashSet<>();
    for (JsonNode instance : client.parse(client.get("/api/v1/instances"))) {
      known.add(instance.path("id").asString(""));
    }
    Map<String, List<Long>> others = new TreeMap<>(data.running());
    others.keySet().removeAll(known);
    return others.isEmpty()
        ? Optional.empty()
        : Optional.of(
            Finding.warning(
                "unknown instances",
                "the platform does not know " + DataChecks.told(others),
                "end them with kill, if they are not just starting or ending"));
  }
}

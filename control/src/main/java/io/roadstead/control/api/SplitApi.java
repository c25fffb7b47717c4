package io.roadstead.control.api;

import io.roadstead.control.http.Access.Needs;
import io.roadstead.control.http.Answer;
import io.roadstead.control.http.Call;
import io.roadstead.control.http.Endpoint;
import io.roadstead.control.http.Refusal;
import io.roadstead.control.wire.Json;
import io.roadstead.registry.Cursor;
import io.roadstead.registry.Names;
import io.roadstead.registry.Registry;
import io.roadstead.registry.Split;
import io.roadstead.registry.Splits;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** How a service's requests are shared among its versions. Changes block. */
public final class SplitApi {
  private final Registry registry;
  private final Splits splits;

  public SplitApi(Registry registry, Splits splits) {
    this.registry = registry;
    this.splits = splits;
  }

  public List<Endpoint> endpoints() {
    String split = "/api/v1/services/{name}/split";
    return List.of(
        Endpoint.quick("GET", split, Needs.READING, this::read),
        Endpoint.blocking("PUT", split, Needs.CHANGING, this::set),
        Endpoint.blocking("DELETE", split, Needs.CHANGING, this::clear));
  }

  private Answer read(Call call) {
    String name = known(call);
    return Answer.json(200, body(name, registry.snapshot().version()));
  }

  private Answer set(Call call) {
    String name = known(call);
    JsonNode asked = call.json();
    JsonNode shares = asked.path("split");
    if (!shares.isObject() || asked.size() != 1) {
      throw Refusal.invalid(
          "invalid-split",
          "the split of '"
              + name
              + "' is given as {\"split\":{\"VERSION\":SHARE,…}} and nothing else");
    }
    Map<String, Integer> wanted = new TreeMap<>();
    for (Map.Entry<String, JsonNode> each : shares.properties()) {
      if (!each.getValue().isInt()) {
        throw Refusal.invalid(
            "invalid-split",
            "the split of '"
                + name
                + "' gives version '"
                + each.getKey()
                + "' no whole number; a share is one from 0 to 100");
      }
      wanted.put(each.getKey(), each.getValue().intValue());
    }
    return Answer.json(200, body(name, splits.set(name, Split.of(wanted), call.by())));
  }

  private Answer clear(Call call) {
    String name = known(call);
    splits.set(name, Split.NONE, call.by());
    return Answer.noContent();
  }

  private String known(Call call) {
    String name = Names.service(call.path("name"));
    if (registry.snapshot().service(name) == null) {
      throw Refusal.notFound(
          "unknown-service",
          "there is no service '" + name + "'; GET /api/v1/services lists those that are there");
    }
    return name;
  }

  private ObjectNode body(String name, Cursor version) {
    ObjectNode body = Json.object().put("service", name).put("version", version.toString());
    ObjectNode shares = body.putObject("split");
    splits.of(name).shares().forEach(shares::put);
    return body;
  }
}

package io.roadstead.control.api;

import io.roadstead.control.http.Access.Needs;
import io.roadstead.control.http.Answer;
import io.roadstead.control.http.Call;
import io.roadstead.control.http.Endpoint;
import io.roadstead.control.http.Refusal;
import io.roadstead.control.spec.Place;
import io.roadstead.control.spec.Problems;
import io.roadstead.control.spec.Section;
import io.roadstead.registry.InstanceKey;
import io.roadstead.registry.InvalidRegistration;
import io.roadstead.registry.Refusals;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** Gateways in processes of their own tell which instances refused them a connection. */
public final class RefusalsApi {
  private static final int MOST = 1_000;

  private final Refusals refusals;

  public RefusalsApi(Refusals refusals) {
    this.refusals = refusals;
  }

  public List<Endpoint> endpoints() {
    return List.of(
        Endpoint.quick("POST", "/api/v1/gateways/{name}/refused", Needs.CHANGING, this::refused));
  }

  private Answer refused(Call call) {
    Problems problems = Problems.withoutLines();
    Section body = Section.of(call.json(), Place.ROOT, problems);
    List<InstanceKey> instances = instances(body);
    body.noMore();
    if (!problems.none()) {
      throw Refusal.invalid(
          "invalid-refusals",
          String.join("; ", problems.list().stream().map(Problems.Problem::sentence).toList()));
    }
    String name = call.path("name");
    refusals.refused(name.substring(0, Math.min(name.length(), 255)), instances);
    return Answer.noContent();
  }

  private static List<InstanceKey> instances(Section body) {
    List<InstanceKey> instances = new ArrayList<>();
    JsonNode list = body.node("instances");
    if (list == null || !list.isArray() || list.size() > MOST) {
      body.problem(
          "instances", "is to be a list of at most " + MOST + " names such as \"orders/orders-1\"");
      return instances;
    }
    for (JsonNode each : list) {
      String text = each.asString("");
      int slash = text.indexOf('/');
      try {
        instances.add(
            new InstanceKey(text.substring(0, Math.max(0, slash)), text.substring(slash + 1)));
      } catch (InvalidRegistration e) {
        body.problem("instances", "has '" + text + "', which is not \"<service>/<id>\"");
        break;
      }
    }
    return instances;
  }
}

package io.roadstead.control.api;

import io.roadstead.control.figures.FigureBook;
import io.roadstead.control.http.Access.Needs;
import io.roadstead.control.http.Answer;
import io.roadstead.control.http.Call;
import io.roadstead.control.http.Endpoint;
import io.roadstead.control.http.Refusal;
import io.roadstead.control.wire.Json;
import io.roadstead.control.wire.RouteJson;
import io.roadstead.registry.Instance;
import io.roadstead.registry.Names;
import io.roadstead.registry.Registry;
import io.roadstead.rollout.Deployer;
import java.util.List;

/** Instances, and the routes to them. */
public final class InstancesApi {
  private final Registry registry;
  private final Deployer deployer;
  private final Views views;
  private final FigureBook figures;
  private final boolean defaultRoutes;

  /**
   * @param defaultRoutes whether the gateway routes {@code /{service}/**} for all that registers
   */
  public InstancesApi(
      Registry registry, Deployer deployer, FigureBook figures, boolean defaultRoutes) {
    this.registry = registry;
    this.deployer = deployer;
    this.views = new Views(registry, deployer, figures);
    this.figures = figures;
    this.defaultRoutes = defaultRoutes;
  }

  public List<Endpoint> endpoints() {
    return List.of(
        Endpoint.blocking("GET", "/api/v1/instances", Needs.READING, this::list),
        Endpoint.blocking(
            "POST", "/api/v1/instances/{id}/drain", Needs.CHANGING, c -> drain(c, true)),
        Endpoint.blocking(
            "POST", "/api/v1/instances/{id}/resume", Needs.CHANGING, c -> drain(c, false)),
        Endpoint.blocking("GET", "/api/v1/routes", Needs.READING, _ -> routes()));
  }

  private Answer list(Call call) {
    String service = call.query("service");
    return Answer.json(200, views.instances(service.isEmpty() ? "" : Names.service(service)));
  }

  /** An instance that the platform runs is replaced first; one that only registers is marked. */
  private Answer drain(Call call, boolean draining) {
    String id = Names.instanceId(call.path("id"));
    boolean run =
        deployer.services().stream()
            .flatMap(service -> service.instances().stream())
            .anyMatch(instance -> instance.id().equals(id));
    if (run) {
      if (draining) {
        deployer.drain(id, call.by());
      } else {
        deployer.undrain(id, call.by());
      }
    } else {
      Instance registered = registered(id);
      registry.mark(registered.key(), marks -> marks.withDraining(draining));
    }
    return Answer.json(202, Json.object().put("instance", id).put("draining", draining));
  }

  private Instance registered(String id) {
    List<Instance> found =
        registry.snapshot().services().values().stream()
            .flatMap(service -> service.instances().stream())
            .filter(instance -> instance.id().equals(id))
            .toList();
    if (found.isEmpty()) {
      throw Refusal.notFound(
          "unknown-instance",
          "there is no instance '" + id + "'; \"roadstead instances\" lists those that there are");
    }
    if (found.size() > 1) {
      throw new Refusal(
          409,
          "ambiguous-instance",
          "instance id '"
              + id
              + "' is used by "
              + found.size()
              + " services: "
              + String.join(", ", found.stream().map(Instance::service).toList())
              + "; let them register under ids of their own");
    }
    return found.getFirst();
  }

  private Answer routes() {
    return Answer.json(200, RouteJson.list(registry.snapshot(), defaultRoutes, figures.byRoute()));
  }
}

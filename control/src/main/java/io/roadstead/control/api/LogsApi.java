package io.roadstead.control.api;

import io.roadstead.control.http.Access.Needs;
import io.roadstead.control.http.Call;
import io.roadstead.control.http.Endpoint;
import io.roadstead.control.http.Refusal;
import io.roadstead.control.http.TextStreams;
import io.roadstead.registry.Names;
import io.roadstead.rollout.Deployer;
import io.roadstead.rollout.InstanceLogs;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;

/** What instances wrote, as plain text that may go on. */
public final class LogsApi {
  private static final int TAIL = 1000;
  private static final int MAX_TAIL = 100_000;

  private final Deployer deployer;
  private final InstanceLogs logs;
  private final TextStreams streams;

  public LogsApi(Deployer deployer, InstanceLogs logs, TextStreams streams) {
    this.deployer = deployer;
    this.logs = logs;
    this.streams = streams;
  }

  public List<Endpoint> endpoints() {
    return List.of(
        Endpoint.streaming("GET", "/api/v1/services/{name}/logs", Needs.READING, this::logs));
  }

  private void logs(Call call, HttpServerRequest request) {
    String service = Names.service(call.path("name"));
    String instance = call.query("instance");
    int tail = call.number("tail", TAIL, 0, MAX_TAIL);
    boolean follow = call.flag("follow");
    streams.write(
        request,
        follow,
        () -> check(service, instance),
        (open, line) -> logs.read(service, instance, tail, follow, open, line));
  }

  private void check(String service, String instance) {
    deployer.history(service); // refuses a service that it does not know
    if (!instance.isEmpty() && !logs.has(service, instance)) {
      throw Refusal.notFound(
          "unknown-instance",
          "there is no log of an instance '"
              + instance
              + "' of "
              + service
              + "; those that run are in GET /api/v1/instances?service="
              + service);
    }
  }
}

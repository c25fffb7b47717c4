package io.roadstead.control.api;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.roadstead.control.http.Access.Needs;
import io.roadstead.control.http.Answer;
import io.roadstead.control.http.Call;
import io.roadstead.control.http.Endpoint;
import io.roadstead.control.http.Refusal;
import io.roadstead.control.wire.Json;
import io.roadstead.registry.Registry;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import tools.jackson.databind.node.ObjectNode;

/** What the platform says of itself: health, figures, what it serves. */
public final class PlatformApi {
  private static final String OPEN_METRICS =
      "application/openmetrics-text; version=1.0.0; charset=utf-8";
  private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

  private final String platformId;
  private final Optional<Boolean> declaredRoutes;
  private final BooleanSupplier ready;
  private final PrometheusMeterRegistry meters;
  private final Runnable refreshMeters;
  private final Registry registry;
  private final String openapi = resource("openapi.yaml");

  /**
   * @param declaredRoutes whether the file has default routes on or off, if it says
   * @param refreshMeters brings figures up to date that are read, not counted, before a scrape
   */
  public PlatformApi(
      String platformId,
      Optional<Boolean> declaredRoutes,
      BooleanSupplier ready,
      PrometheusMeterRegistry meters,
      Runnable refreshMeters,
      Registry registry) {
    this.platformId = platformId;
    this.declaredRoutes = declaredRoutes;
    this.ready = ready;
    this.meters = meters;
    this.refreshMeters = refreshMeters;
    this.registry = registry;
  }

  public List<Endpoint> endpoints() {
    return List.of(
        Endpoint.quick(
            "GET",
            "/api/v1/openapi.yaml",
            Needs.READING,
            _ -> Answer.text(200, "application/yaml", openapi)),
        Endpoint.quick("GET", "/health/live", Needs.NOTHING, _ -> health(true)),
        Endpoint.quick("GET", "/health/ready", Needs.NOTHING, _ -> health(ready.getAsBoolean())),
        Endpoint.blocking("GET", "/metrics", Needs.READING, this::metrics),
        Endpoint.quick("GET", "/api/v1/usage", Needs.READING, _ -> usage()));
  }

  private Answer health(boolean up) {
    ObjectNode body =
        Json.object().put("status", up ? "UP" : "STARTING").put("platform", platformId);
    declaredRoutes.ifPresent(on -> body.put("defaultRoutes", on));
    boolean kept = registry.journal().trouble().isEmpty();
    ObjectNode registrations =
        body.putObject("registrations")
            .put("kept", kept)
            .put("unconfirmed", registry.unconfirmed());
    if (!kept) {
      registrations.put(
          "detail",
          "they are served, and would not survive a restart: the event registry.not-kept says why");
    }
    return Answer.json(up ? 200 : 503, body);
  }

  private Answer metrics(Call call) {
    refreshMeters.run();
    String type =
        call.accept().contains("application/openmetrics-text") ? OPEN_METRICS : PROMETHEUS;
    return Answer.text(200, type, meters.scrape(type));
  }

  private static Answer usage() {
    throw Refusal.notFound(
        "not-supported",
        "usage is not metered; what instances do now is in GET /api/v1/instances, the platform's"
            + " figures are in GET /metrics");
  }

  private static String resource(String name) {
    try (InputStream in = PlatformApi.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("resource " + name + " is missing from the jar");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

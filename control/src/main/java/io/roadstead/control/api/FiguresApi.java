package io.roadstead.control.api;

import io.roadstead.control.figures.FigureBook;
import io.roadstead.control.figures.Telling;
import io.roadstead.control.http.Access.Needs;
import io.roadstead.control.http.Answer;
import io.roadstead.control.http.Call;
import io.roadstead.control.http.Endpoint;
import io.roadstead.control.http.Refusal;
import io.roadstead.control.spec.Quantities;
import io.roadstead.control.wire.FiguresJson;
import io.roadstead.control.wire.Json;
import io.roadstead.control.wire.TellingJson;
import io.roadstead.registry.Names;
import io.roadstead.registry.SubscriberKind;
import io.roadstead.registry.Subscribers;
import java.time.Duration;
import java.util.List;

/** What the gateways did: read by people and programs, told by gateways in their own processes. */
public final class FiguresApi {
  private static final Duration LONGEST = Duration.ofMinutes(5);

  private final FigureBook figures;
  private final Subscribers subscribers;

  public FiguresApi(FigureBook figures, Subscribers subscribers) {
    this.figures = figures;
    this.subscribers = subscribers;
  }

  public List<Endpoint> endpoints() {
    return List.of(
        Endpoint.blocking("GET", "/api/v1/figures", Needs.READING, this::past),
        Endpoint.blocking("POST", "/api/v1/gateways/{name}/figures", Needs.CHANGING, this::told));
  }

  private Answer past(Call call) {
    String service = call.query("service");
    int seconds = (int) window(call).toSeconds();
    return Answer.json(
        200,
        FiguresJson.past(
            figures.past(service.isEmpty() ? "" : Names.service(service), seconds), seconds));
  }

  private static Duration window(Call call) {
    String text = call.query("window");
    if (text.isEmpty()) {
      return LONGEST;
    }
    return Quantities.duration(text)
        .filter(window -> window.toSeconds() >= 1 && window.compareTo(LONGEST) <= 0)
        .orElseThrow(
            () ->
                Refusal.invalid(
                    "invalid-window",
                    "window is to be a length of time from 1s to 5m, such as 60s"));
  }

  private Answer told(Call call) {
    String name = call.path("name");
    boolean there =
        subscribers.list().stream()
            .anyMatch(one -> one.kind() == SubscriberKind.GATEWAY && one.name().equals(name));
    if (!there) {
      throw Refusal.notFound(
          "unknown-gateway",
          "there is no gateway of this name that watches the registry; see GET"
              + " /api/v1/subscribers");
    }
    Telling telling;
    try {
      telling = TellingJson.read(call.json());
    } catch (Json.Malformed e) {
      throw Refusal.invalid("invalid-figures", String.valueOf(e.getMessage()));
    }
    try {
      return Answer.json(200, Json.object().put("known", figures.hear(name, telling)));
    } catch (IllegalStateException e) {
      throw new Refusal(503, "too-many-gateways", String.valueOf(e.getMessage()));
    }
  }
}

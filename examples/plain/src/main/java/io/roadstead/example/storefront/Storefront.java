package io.roadstead.example.storefront;

import io.roadstead.example.web.Answer;
import io.roadstead.example.web.Caller;
import io.roadstead.example.web.Identity;
import io.roadstead.example.web.Json;
import io.roadstead.example.web.Request;
import io.roadstead.example.web.Service;
import java.io.IOException;

/** {@code GET /}: the shop window and an order, by way of catalogue, orders and payments. */
public final class Storefront {
  private final Identity identity;
  private final Caller gateway;

  private Storefront(Identity identity, Caller gateway) {
    this.identity = identity;
    this.gateway = gateway;
  }

  public static void main(String[] args) throws IOException {
    var environment = System.getenv();
    Storefront storefront =
        new Storefront(
            Identity.of(Storefront.class, "storefront", environment),
            new Caller(environment.getOrDefault("ROADSTEAD_GATEWAY", "http://127.0.0.1:8080")));
    Service.run(environment, storefront::answer);
  }

  private Answer answer(Request request) {
    return switch (request.path()) {
      case "/health" -> Answer.ok("{\"status\":\"UP\"}");
      case "/" -> shop();
      default -> Answer.notFound(request);
    };
  }

  private Answer shop() {
    String greeting = identity.edition().equals("2") ? "Welcome to the new shop" : "Welcome";
    try {
      String catalogue = gateway.get("/catalogue/items");
      String order = gateway.get("/orders/order/lantern");
      return Answer.ok(
          identity.json(
              "\"greeting\":%s,\"catalogue\":%s,\"order\":%s"
                  .formatted(Json.text(greeting), catalogue, order)));
    } catch (IOException e) {
      return new Answer(
          502, identity.json("\"error\":" + Json.text(String.valueOf(e.getMessage()))));
    }
  }
}

package io.roadstead.example.storefront;

import io.roadstead.example.web.Answer;
import io.roadstead.example.web.Caller;
import io.roadstead.example.web.Identity;
import io.roadstead.example.web.Json;
import io.roadstead.example.web.Request;
import io.roadstead.example.web.Service;
import java.io.IOException;
import java.util.concurrent.Semaphore;

/** {@code GET /}: the shop window and an order, by way of catalogue, orders and payments. */
public final class Storefront {
  private static final int AT_ONCE = 32;

  private final Identity identity;
  private final Caller gateway;
  private final Semaphore atOnce = new Semaphore(AT_ONCE);

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

  /** So many at once and no more: when all is slow, more of it at once makes it slower still. */
  private Answer shop() {
    atOnce.acquireUninterruptibly();
    try {
      return ask();
    } finally {
      atOnce.release();
    }
  }

  private Answer ask() {
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

package io.roadstead.example.payments;

import io.roadstead.example.web.Answer;
import io.roadstead.example.web.Identity;
import io.roadstead.example.web.Json;
import io.roadstead.example.web.Request;
import io.roadstead.example.web.Service;
import java.io.IOException;

/** {@code GET /pay/{order}}: has an order paid. */
public final class Payments {
  private static final String PAY = "/pay/";

  private final Identity identity;

  private Payments(Identity identity) {
    this.identity = identity;
  }

  public static void main(String[] args) throws IOException {
    Payments payments = new Payments(Identity.of(Payments.class, "payments", System.getenv()));
    Service.run(System.getenv(), payments::answer);
  }

  private Answer answer(Request request) {
    if (request.path().equals("/health")) {
      return Answer.ok("{\"status\":\"UP\"}");
    }
    if (!request.path().startsWith(PAY)) {
      return Answer.notFound(request);
    }
    String order = request.path().substring(PAY.length());
    String method = identity.edition().equals("2") ? "card or invoice" : "card";
    return Answer.ok(
        identity.json(
            "\"order\":%s,\"paid\":true,\"method\":%s"
                .formatted(Json.text(order), Json.text(method))));
  }
}

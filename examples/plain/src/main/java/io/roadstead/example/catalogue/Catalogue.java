package io.roadstead.example.catalogue;

import io.roadstead.example.web.Answer;
import io.roadstead.example.web.Identity;
import io.roadstead.example.web.Request;
import io.roadstead.example.web.Service;
import java.io.IOException;

/** {@code GET /items}: what there is to buy. The edition {@code bad} never becomes healthy. */
public final class Catalogue {
  private final Identity identity;

  private Catalogue(Identity identity) {
    this.identity = identity;
  }

  public static void main(String[] args) throws IOException {
    Catalogue catalogue = new Catalogue(Identity.of(Catalogue.class, "catalogue", System.getenv()));
    Service.run(System.getenv(), catalogue::answer);
  }

  private Answer answer(Request request) {
    return switch (request.path()) {
      case "/health" -> health();
      case "/items" -> items();
      default -> Answer.notFound(request);
    };
  }

  private Answer health() {
    if (identity.edition().equals("bad")) {
      System.err.println("not healthy: the price list is missing");
      return new Answer(503, "{\"status\":\"DOWN\",\"reason\":\"the price list is missing\"}");
    }
    return Answer.ok("{\"status\":\"UP\"}");
  }

  private Answer items() {
    String items =
        identity.edition().equals("2")
            ? "[{\"name\":\"lantern\",\"price\":19},{\"name\":\"anchor\",\"price\":240},{\"name\":\"sextant\",\"price\":310}]"
            : "[{\"name\":\"lantern\",\"price\":20},{\"name\":\"anchor\",\"price\":250}]";
    return Answer.ok(identity.json("\"items\":" + items));
  }
}

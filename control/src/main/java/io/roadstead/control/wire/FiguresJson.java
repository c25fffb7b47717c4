package io.roadstead.control.wire;

import io.roadstead.control.figures.Columns;
import io.roadstead.control.figures.FigureBook.Live;
import io.roadstead.control.figures.FigureBook.LiveFigures;
import io.roadstead.control.figures.FigureBook.Past;
import io.roadstead.control.figures.FigureBook.PastFigures;
import io.roadstead.control.figures.Figures;
import java.io.ByteArrayOutputStream;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.node.ObjectNode;

/** Figures as JSON: docs/console.md has the shapes. */
public final class FiguresJson {
  private static final int STEP_MILLIS = 1_000;
  private static final double MILLI = 1e3;

  private FiguresJson() {}

  /** The last second and the last ten, of everything. */
  public static byte[] live(LiveFigures figures) {
    ObjectNode body =
        Json.object()
            .put("at", figures.at().toString())
            .put("stepMillis", STEP_MILLIS)
            .put("known", figures.known());
    ObjectNode total = body.putObject("total");
    ObjectNode services = body.putObject("services");
    for (Live each : figures.series()) {
      String service = each.name().service();
      ObjectNode node =
          service.isEmpty()
              ? total
              : place(
                  services.withObjectProperty(service),
                  each.name().version(),
                  each.name().instance());
      node.set("point", point(each.point()));
      node.set("recent", recent(each.recent()));
    }
    return Json.bytes(body);
  }

  private static ObjectNode place(ObjectNode service, String version, String instance) {
    if (!version.isEmpty()) {
      return service.withObjectProperty("versions").withObjectProperty(version);
    }
    return instance.isEmpty()
        ? service
        : service.withObjectProperty("instances").withObjectProperty(instance);
  }

  private static ObjectNode point(Figures figures) {
    ObjectNode node =
        Json.object()
            .put("requests", figures.requests())
            .put("errors", figures.errors())
            .put("clientErrors", figures.clientErrors());
    return times(node, figures).put("inFlight", figures.inFlight());
  }

  /** Of some seconds, for numbers that a person reads. */
  public static ObjectNode recent(Figures figures) {
    ObjectNode node =
        Json.object()
            .put("requestsPerSecond", rounded(figures.requestsPerSecond()))
            .put("errorShare", figures.errorShare())
            .put("clientErrorShare", figures.clientErrorShare());
    return times(node, figures);
  }

  private static ObjectNode times(ObjectNode node, Figures figures) {
    return node.put("p50Millis", known(figures.p50Millis()))
        .put("p99Millis", known(figures.p99Millis()));
  }

  private static @Nullable Double known(double millis) {
    return Double.isNaN(millis) ? null : Double.valueOf(rounded(millis));
  }

  /** The past, column by column. */
  public static byte[] past(PastFigures figures, int steps) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(16 * 1024);
    try (JsonGenerator json = Json.mapper().createGenerator(out)) {
      json.writeStartObject();
      json.writeStringProperty("at", figures.at().toString());
      json.writeNumberProperty("stepMillis", STEP_MILLIS);
      json.writeNumberProperty("steps", steps);
      json.writeBooleanProperty("known", figures.known());
      json.writeArrayPropertyStart("series");
      figures.series().forEach(each -> series(json, each));
      json.writeEndArray();
      json.writeEndObject();
    }
    return out.toByteArray();
  }

  private static void series(JsonGenerator json, Past past) {
    json.writeStartObject();
    if (!past.name().service().isEmpty()) {
      json.writeStringProperty("service", past.name().service());
    }
    if (!past.name().version().isEmpty()) {
      json.writeStringProperty("version", past.name().version());
    }
    if (!past.name().instance().isEmpty()) {
      json.writeStringProperty("instance", past.name().instance());
    }
    Columns columns = past.columns();
    column(
        json, "requests", columns.requests().length, i -> json.writeNumber(columns.requests()[i]));
    column(json, "errors", columns.errors().length, i -> json.writeNumber(columns.errors()[i]));
    column(
        json,
        "clientErrors",
        columns.clientErrors().length,
        i -> json.writeNumber(columns.clientErrors()[i]));
    column(
        json, "p50Millis", columns.p50Millis().length, i -> millis(json, columns.p50Millis()[i]));
    column(
        json, "p99Millis", columns.p99Millis().length, i -> millis(json, columns.p99Millis()[i]));
    column(
        json, "inFlight", columns.inFlight().length, i -> json.writeNumber(columns.inFlight()[i]));
    json.writeName("window");
    Json.mapper().writeTree(json, recent(past.window()));
    json.writeEndObject();
  }

  private static void column(JsonGenerator json, String name, int length, IntConsumer value) {
    json.writeArrayPropertyStart(name);
    for (int i = 0; i < length; i++) {
      value.accept(i);
    }
    json.writeEndArray();
  }

  private static void millis(JsonGenerator json, double millis) {
    if (Double.isNaN(millis)) {
      json.writeNull();
    } else {
      json.writeNumber(rounded(millis));
    }
  }

  private static double rounded(double value) {
    return Math.round(value * MILLI) / MILLI;
  }
}

package io.roadstead.example.web;

/** An answer in JSON. */
public record Answer(int status, String json) {
  public static Answer ok(String json) {
    return new Answer(200, json);
  }

  public static Answer notFound(Request request) {
    return new Answer(404, "{\"error\":" + Json.text("nothing at " + request.path()) + "}");
  }
}

package io.roadstead.control.http;

import io.netty.handler.codec.http.HttpResponseStatus;
import io.roadstead.control.wire.Json;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * A whole answer.
 *
 * @param type of the body, or "" where there is none
 * @param body not changed afterwards; may be shared between answers
 */
@SuppressWarnings("ArrayRecordComponent") // bytes are passed on, never compared
public record Answer(int status, String type, byte[] body, Map<String, String> headers) {
  private static final byte[] EMPTY = {};

  public Answer {
    headers = Map.copyOf(headers);
  }

  public Answer(int status, String type, byte[] body) {
    this(status, type, body, Map.of());
  }

  public static Answer json(int status, JsonNode tree) {
    return json(status, Json.bytes(tree));
  }

  public static Answer json(int status, byte[] body) {
    return new Answer(status, "application/json", body);
  }

  public static Answer text(int status, String type, String text) {
    return new Answer(status, type, text.getBytes(StandardCharsets.UTF_8));
  }

  public static Answer noContent() {
    return new Answer(204, "", EMPTY);
  }

  public Answer header(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new Answer(status, type, body, more);
  }

  /** The head as it goes over the wire to a connection that ends with this answer. */
  byte[] closingHead() {
    StringBuilder head = new StringBuilder("HTTP/1.1 ");
    head.append(HttpResponseStatus.valueOf(status)).append("\r\n");
    head.append("Content-Type: ").append(type).append("\r\n");
    head.append("Content-Length: ").append(body.length).append("\r\n");
    headers.forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
    return head.append("Connection: close\r\n\r\n").toString().getBytes(StandardCharsets.US_ASCII);
  }
}

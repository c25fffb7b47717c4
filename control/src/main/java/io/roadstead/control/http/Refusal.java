package io.roadstead.control.http;

import io.roadstead.control.wire.Json;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A request that is answered by a problem document (RFC 9457) instead of what it asked for. */
public final class Refusal extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String code;
  private final transient Map<String, String> headers = new TreeMap<>();
  private final transient Map<String, JsonNode> members = new TreeMap<>();

  /**
   * @param code a stable word for programs
   * @param detail what, which, limit against actual, and what to do
   */
  public Refusal(int status, String code, String detail) {
    super(detail, null, false, false);
    this.status = status;
    this.code = code;
  }

  public static Refusal notFound(String code, String detail) {
    return new Refusal(404, code, detail);
  }

  public static Refusal invalid(String code, String detail) {
    return new Refusal(400, code, detail);
  }

  public Refusal header(String name, String value) {
    headers.put(name, value);
    return this;
  }

  /** A further member of the document. */
  public Refusal with(String member, JsonNode value) {
    members.put(member, value);
    return this;
  }

  public int status() {
    return status;
  }

  public String code() {
    return code;
  }

  Answer answer() {
    String detail = getMessage();
    ObjectNode problem =
        Json.object()
            .put("type", "about:blank")
            .put("title", title(status))
            .put("status", status)
            .put("code", code)
            .put("detail", detail == null ? code : detail);
    members.forEach(problem::set);
    Answer answer = new Answer(status, "application/problem+json", Json.bytes(problem));
    for (Map.Entry<String, String> header : headers.entrySet()) {
      answer = answer.header(header.getKey(), header.getValue());
    }
    return answer;
  }

  private static String title(int status) {
    return switch (status) {
      case 400 -> "Bad request";
      case 401 -> "Credential needed";
      case 403 -> "Not allowed";
      case 404 -> "Not found";
      case 405 -> "Method not allowed";
      case 408 -> "Request timeout";
      case 409 -> "Conflict";
      case 413 -> "Too large";
      case 414 -> "Address too long";
      case 415 -> "Unsupported media type";
      case 422 -> "Unprocessable content";
      case 429 -> "Too many requests";
      case 431 -> "Headers too large";
      case 503 -> "Not available";
      default -> status >= 500 ? "Failed" : "Refused";
    };
  }
}

package io.roadstead.control.wire;

import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Reads and writes JSON within bounds. Safe from any thread. */
public final class Json {
  /** How deep what clients send may be nested. */
  public static final int MAX_DEPTH = 64;

  /** It was not JSON, or beyond the bounds; the message says where. */
  public static final class Malformed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Malformed(String message) {
      super(message);
    }
  }

  private static final JsonMapper CLIENTS =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(MAX_DEPTH)
                          .maxNumberLength(100)
                          .maxNameLength(1_000)
                          .build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .build())
          .build();

  private static final JsonMapper OWN =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxDocumentLength(1L << 30).build())
                  .build())
          .build();

  private Json() {}

  /**
   * Reads what a client sent.
   *
   * @throws Malformed naming line and column
   */
  public static JsonNode read(byte[] bytes) {
    try {
      JsonNode tree = CLIENTS.readTree(bytes);
      if (tree == null || tree.isMissingNode()) {
        throw new Malformed("the body is empty, JSON is expected");
      }
      return tree;
    } catch (JacksonException e) {
      throw new Malformed(where(e));
    }
  }

  /** Reads what another part of Roadstead wrote: generous bounds. */
  public static JsonNode readOwn(String text) {
    try {
      return OWN.readTree(text);
    } catch (JacksonException e) {
      throw new Malformed(where(e));
    }
  }

  public static byte[] bytes(JsonNode tree) {
    return OWN.writeValueAsBytes(tree);
  }

  /** A plain value (text, number, list, map) as a tree. */
  public static JsonNode tree(Object value) {
    return OWN.valueToTree(value);
  }

  public static JsonMapper mapper() {
    return OWN;
  }

  public static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  public static ArrayNode array() {
    return JsonNodeFactory.instance.arrayNode();
  }

  private static String where(JacksonException e) {
    TokenStreamLocation at = e.getLocation();
    String message = e.getOriginalMessage();
    String line = message == null ? "not JSON" : message.lines().findFirst().orElse("not JSON");
    // It then tells of a source and an offset that it does not know.
    int start = line.indexOf(" (start marker at ");
    String reason = start < 0 ? line : line.substring(0, start);
    return at == null || at.getLineNr() < 0
        ? reason
        : "line " + at.getLineNr() + ", column " + at.getColumnNr() + ": " + reason;
  }
}

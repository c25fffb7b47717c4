package io.roadstead.eureka;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The body of a registration, from bytes to a tree: bounded in size, also once inflated; decoded by
 * the character set of its type, strictly; read as JSON or XML by its type. Thread-safe.
 */
final class RequestBody {
  static final int MAX_BYTES = 1024 * 1024;
  private static final int MAX_DEPTH = InstanceReader.MAX_DEPTH;
  private static final int MAX_TOKENS = 16 * 1024;

  private static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(MAX_DEPTH)
                          .maxStringLength(64 * 1024)
                          .maxNameLength(1024)
                          .maxNumberLength(32)
                          .maxTokenCount(MAX_TOKENS)
                          .build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private static final VarHandle EIGHT =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private RequestBody() {}

  /**
   * The tree in the body of {@code request}: one property, the root.
   *
   * @throws BadRequest for what cannot be read
   * @throws UnsupportedType for a type or a character set that is not read here
   */
  static JsonNode tree(EurekaRequest request) {
    String type = request.headers().get("Content-Type");
    boolean xml = isXml(type);
    Charset charset = charset(type);
    byte[] bytes = inflated(request);
    if (bytes.length == 0) {
      throw new BadRequest(
          "the body is empty: send " + (xml ? "<instance>…" : "{\"instance\":{…}}"));
    }
    if (!xml && isPlain(bytes)) {
      return json(() -> JSON.readTree(bytes));
    }
    String text = decoded(bytes, charset);
    return xml ? XmlTree.parse(text) : json(() -> JSON.readTree(text));
  }

  private static boolean isXml(@Nullable String header) {
    String type = header == null ? "" : header;
    int end = type.indexOf(';');
    String media = (end < 0 ? type : type.substring(0, end)).strip().toLowerCase(Locale.ROOT);
    return switch (media) {
      case "application/json" -> false;
      case "application/xml", "text/xml" -> true;
      default ->
          throw new UnsupportedType(
              (media.isEmpty()
                      ? "the body has no Content-Type"
                      : "Content-Type '" + Texts.abbreviate(media) + "' is not read here")
                  + ": send application/json or application/xml");
    };
  }

  private static Charset charset(@Nullable String type) {
    String name = parameter(type == null ? "" : type.toLowerCase(Locale.ROOT), "charset");
    return switch (name) {
      case "", "utf-8", "utf8", "us-ascii" -> StandardCharsets.UTF_8;
      case "iso-8859-1" -> StandardCharsets.ISO_8859_1;
      default ->
          throw new UnsupportedType(
              "charset '" + Texts.abbreviate(name) + "' is not read here: send UTF-8");
    };
  }

  private static String parameter(String type, String name) {
    for (String part : type.split(";", 8)) {
      int equals = part.indexOf('=');
      if (equals > 0 && part.substring(0, equals).strip().equals(name)) {
        return part.substring(equals + 1).strip().replace("\"", "");
      }
    }
    return "";
  }

  private static byte[] inflated(EurekaRequest request) {
    byte[] body = request.body();
    if (body.length > MAX_BYTES) {
      throw new BadRequest(
          "the body has " + body.length + " bytes, at most " + MAX_BYTES + " are read");
    }
    String encoding = request.headers().get("Content-Encoding");
    if (encoding == null || encoding.isEmpty() || encoding.equalsIgnoreCase("identity")) {
      return body;
    }
    if (!encoding.equalsIgnoreCase("gzip")) {
      throw new BadRequest(
          "Content-Encoding '" + Texts.abbreviate(encoding) + "' is not gzip or identity");
    }
    return Gzip.inflate(body, MAX_BYTES);
  }

  /**
   * Whether there is nothing but ASCII in it, which is the same in every character set that is read
   * here, and no zero byte, which a parser of bytes would take for another one.
   */
  private static boolean isPlain(byte[] bytes) {
    int i = 0;
    for (; i + Long.BYTES <= bytes.length; i += Long.BYTES) {
      long eight = (long) EIGHT.get(bytes, i);
      if (((eight | eight - 0x0101_0101_0101_0101L) & 0x8080_8080_8080_8080L) != 0) {
        return false;
      }
    }
    for (; i < bytes.length; i++) {
      if (bytes[i] <= 0) {
        return false;
      }
    }
    return true;
  }

  private static String decoded(byte[] bytes, Charset charset) {
    try {
      String text = charset.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return text.startsWith("\uFEFF") ? text.substring(1) : text;
    } catch (CharacterCodingException e) {
      throw new BadRequest(
          "the body is not " + charset + ", as its Content-Type says or leaves out");
    }
  }

  private static JsonNode json(Supplier<JsonNode> parsed) {
    try {
      return parsed.get();
    } catch (StreamConstraintsException e) {
      throw new BadRequest(
          "the body is out of bounds (nesting "
              + MAX_DEPTH
              + ", text 65536, names 1024, numbers 32 characters, "
              + MAX_TOKENS
              + " tokens): "
              + firstLine(e));
    } catch (JacksonException e) {
      throw new BadRequest("the body is not JSON: " + firstLine(e));
    }
  }

  private static String firstLine(JacksonException e) {
    return Texts.abbreviate(e.getOriginalMessage().lines().findFirst().orElse("unreadable"));
  }
}

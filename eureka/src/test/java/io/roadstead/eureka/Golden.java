package io.roadstead.eureka;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.zip.GZIPOutputStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The files of the wire. They are laid out for people; compared without their white space. */
final class Golden {
  private static final JsonMapper MAPPER = new JsonMapper();

  private Golden() {}

  static byte[] bytes(String name) {
    try (InputStream in = Golden.class.getResourceAsStream(name)) {
      return Objects.requireNonNull(in, name).readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(name, e);
    }
  }

  static String text(String name) {
    return new String(bytes(name), StandardCharsets.UTF_8);
  }

  static byte[] gzipped(byte[] plain) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(plain);
    } catch (IOException e) {
      throw new UncheckedIOException("to memory", e);
    }
    return out.toByteArray();
  }

  /** The file as the wire has it: every byte counts, the order of fields too. */
  static String wire(String name) {
    return MAPPER.readTree(bytes(name)).toString();
  }

  static JsonNode tree(byte[] body) {
    return MAPPER.readTree(body);
  }
}

package io.roadstead.eureka;

import java.io.ByteArrayOutputStream;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** An instance as a JSON object, without the root wrapper. */
final class JsonMarkup implements Markup {
  private static final JsonFactory JSON = JsonFactory.builder().build();

  private final ByteArrayOutputStream out = new ByteArrayOutputStream(1200);
  private final JsonGenerator to = JSON.createGenerator(ObjectWriteContext.empty(), out);

  JsonMarkup() {
    to.writeStartObject();
  }

  @Override
  public void text(String name, @Nullable String value) {
    if (value != null) {
      to.writeName(Texts.wellFormed(name));
      to.writeString(Texts.wellFormed(value));
    }
  }

  @Override
  public void number(String name, long value) {
    to.writeNumberProperty(name, value);
  }

  @Override
  public void port(String name, int port, boolean enabled) {
    begin(name, null);
    number("$", port);
    text("@enabled", Boolean.toString(enabled));
    end();
  }

  @Override
  public void begin(String name, @Nullable String className) {
    to.writeObjectPropertyStart(name);
    text("@class", className);
  }

  @Override
  public void end() {
    to.writeEndObject();
  }

  @Override
  public void entries(String name, Map<String, String> entries, @Nullable String emptyClass) {
    begin(name, entries.isEmpty() ? emptyClass : null);
    entries.forEach(this::text);
    end();
  }

  @Override
  public byte[] finish() {
    to.writeEndObject();
    to.close();
    return out.toByteArray();
  }
}

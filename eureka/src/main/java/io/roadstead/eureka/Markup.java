package io.roadstead.eureka;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How the fields of one instance are put down: what differs between JSON and XML, while {@link
 * InstanceWriter} knows which fields there are and in which order. Used by one thread, for one
 * instance.
 */
interface Markup {
  /** Nothing for null. */
  void text(String name, @Nullable String value);

  /** A number that is one in JSON too. */
  void number(String name, long value);

  void port(String name, int port, boolean enabled);

  /** Begins an object, with the class that decoders are to create, where they need one. */
  void begin(String name, @Nullable String className);

  void end();

  /** A flat object; {@code emptyClass} is the class that an empty one is marked with, or null. */
  void entries(String name, Map<String, String> entries, @Nullable String emptyClass);

  /** The whole instance, once every field was put down. */
  byte[] finish();
}

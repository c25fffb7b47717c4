package io.roadstead.eureka;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The forms in which an answer can be had. JSON is for whoever names it in {@code Accept};
 * everybody else gets XML, as from the original. {@code X-Eureka-Accept: compact} leaves out what
 * is not needed for finding an instance.
 */
enum Form {
  JSON("application/json"),
  COMPACT_JSON("application/json"),
  XML("application/xml"),
  COMPACT_XML("application/xml");

  private static final String COMPACT = "compact";

  private final String contentType;

  Form(String contentType) {
    this.contentType = contentType;
  }

  /** What the reader of a request asks for. */
  static Form of(EurekaRequest request) {
    String compact = request.headers().get("X-Eureka-Accept");
    return of(request.headers().get("Accept"), COMPACT.equalsIgnoreCase(compact));
  }

  private static Form of(@Nullable String accept, boolean compact) {
    boolean json = accept != null && accept.toLowerCase(Locale.ROOT).contains("json");
    if (compact) {
      return json ? COMPACT_JSON : COMPACT_XML;
    }
    return json ? JSON : XML;
  }

  String contentType() {
    return contentType;
  }

  boolean xml() {
    return this == XML || this == COMPACT_XML;
  }

  boolean compact() {
    return this == COMPACT_JSON || this == COMPACT_XML;
  }

  /** The same with everything in it: single instances are never compact. */
  Form whole() {
    return xml() ? XML : JSON;
  }
}

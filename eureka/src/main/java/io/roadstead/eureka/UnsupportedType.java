package io.roadstead.eureka;

/** A body whose type is not read here: refused with 415; the message is the answer's text. */
final class UnsupportedType extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UnsupportedType(String message) {
    super(message, null, false, false);
  }
}

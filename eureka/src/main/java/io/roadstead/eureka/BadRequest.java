package io.roadstead.eureka;

/** A request that is refused with 400; the message is the answer's text. */
final class BadRequest extends RuntimeException {
  private static final long serialVersionUID = 1L;

  BadRequest(String message) {
    super(message, null, false, false);
  }
}

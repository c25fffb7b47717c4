package io.roadstead.gateway.http;

/**
 * Why a message is refused. The connection that brought it is closed: after a framing error nobody
 * knows where the next message starts.
 *
 * @param status what a client is answered; a bad answer of an upstream is always a 502
 * @param code the stable reason, such as {@code bad-request}
 * @param detail what, where, limit against actual
 */
public record BadMessage(int status, String code, String detail) {
  static BadMessage malformed(String detail) {
    return new BadMessage(400, "bad-request", detail);
  }
}

package io.roadstead.control.http;

import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;

/** Answers what is not HTTP, or beyond the bounds of heads, and closes. */
public final class InvalidRequests implements Handler<HttpServerRequest> {
  private final Vertx vertx;
  private final int maxHeaderBytes;
  private final int maxLineBytes;

  public InvalidRequests(Vertx vertx, int maxHeaderBytes, int maxLineBytes) {
    this.vertx = vertx;
    this.maxHeaderBytes = maxHeaderBytes;
    this.maxLineBytes = maxLineBytes;
  }

  @Override
  public void handle(HttpServerRequest request) {
    Refusal refusal =
        switch (request.decoderResult().cause()) {
          case TooLongHttpHeaderException _ ->
              new Refusal(
                  431,
                  "headers-too-large",
                  "the headers have more than the " + maxHeaderBytes + " bytes that are taken");
          case TooLongHttpLineException _ ->
              new Refusal(
                  414,
                  "address-too-long",
                  "the request line has more than the " + maxLineBytes + " bytes that are taken");
          case null, default ->
              Refusal.invalid("malformed-request", "this is not an HTTP/1.1 request");
        };
    // Ending the answer closes the connection. While the peer still sends, that would make its
    // system throw the answer away, so the end comes a moment later and the rest is dropped unread.
    Answer answer = refusal.answer();
    HttpServerResponse response = request.response();
    response.exceptionHandler(_ -> {});
    response
        .setStatusCode(answer.status())
        .putHeader("Content-Type", answer.type())
        .putHeader("Content-Length", Integer.toString(answer.body().length))
        .putHeader("Connection", "close")
        .write(Buffer.buffer(answer.body()));
    long end =
        vertx.setTimer(
            Responses.LINGER_MILLIS,
            _ -> {
              if (!response.ended() && !response.closed()) {
                response.end();
              }
            });
    // The timer holds the request: without the connection, it holds it for nothing.
    response.closeHandler(_ -> vertx.cancelTimer(end));
  }
}

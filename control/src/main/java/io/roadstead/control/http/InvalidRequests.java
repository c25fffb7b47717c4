package io.roadstead.control.http;

import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;

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
    Responses.sendAndClose(vertx, request, refusal.answer());
  }
}

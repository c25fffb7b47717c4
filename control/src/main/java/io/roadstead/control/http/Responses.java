package io.roadstead.control.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.internal.buffer.BufferInternal;
import java.util.Map;
import java.util.function.Function;

/** Writes whole answers, on the event loop of the request. */
public final class Responses {
  /** How long a connection that is to close is still read, so that the peer gets the answer. */
  static final long LINGER_MILLIS = 1_000;

  static final byte[] EMPTY = {};

  private Responses() {}

  public static void send(HttpServerRequest request, Answer answer) {
    send(request, answer, Unpooled::wrappedBuffer, () -> {});
  }

  /**
   * @param buffer makes one of the body; called once where the answer is written, else not
   * @param written called once the whole answer has been handed to the network
   */
  static void send(
      HttpServerRequest request,
      Answer answer,
      Function<byte[], ByteBuf> buffer,
      Runnable written) {
    HttpServerResponse response = request.response();
    if (response.ended() || response.closed() || response.headWritten()) {
      return;
    }
    response.setStatusCode(answer.status());
    if (!answer.type().isEmpty()) {
      response.putHeader("Content-Type", answer.type());
    }
    response.putHeader("Cache-Control", "no-store");
    response.putHeader("X-Content-Type-Options", "nosniff");
    for (Map.Entry<String, String> header : answer.headers().entrySet()) {
      response.putHeader(header.getKey(), header.getValue());
    }
    if (request.method().equals(HttpMethod.HEAD)) {
      response.putHeader("Content-Length", Integer.toString(answer.body().length));
      response.end().onSuccess(_ -> written.run());
    } else {
      ByteBuf body = buffer.apply(answer.body());
      response
          .end(BufferInternal.buffer(body))
          .onComplete(
              sent -> {
                body.release(); // Vert.x leaves it to who made it
                if (sent.succeeded()) {
                  written.run();
                }
              });
    }
  }

  /**
   * Answers a request whose body is not going to be used. Closing while the peer still sends would
   * make its system throw the answer away, so what it sends is read and dropped for a moment.
   */
  public static void sendAndClose(Vertx vertx, HttpServerRequest request, Answer answer) {
    HttpServerResponse response = request.response();
    if (response.ended() || response.closed()) {
      return;
    }
    boolean ended = request.isEnded();
    if (!ended) {
      request.handler(_ -> {});
      request.exceptionHandler(_ -> {});
      request.endHandler(_ -> request.connection().close());
      request.resume();
      long end = vertx.setTimer(LINGER_MILLIS, _ -> request.connection().close());
      response.closeHandler(_ -> vertx.cancelTimer(end));
    }
    if (ended) {
      response.putHeader("Connection", "close");
    }
    send(request, answer.header("Connection", "close"));
  }
}

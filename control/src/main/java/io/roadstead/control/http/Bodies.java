package io.roadstead.control.http;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Collects the bodies of requests within bounds, on the event loop. */
final class Bodies {
  /** The most that is taken of a body that is read whole. */
  static final int MAX_BYTES = 1 << 20;

  private static final long MAX_MILLIS = 30_000;
  private static final long NO_TIMER = -1;
  private static final byte[] EMPTY = {};

  private final Vertx vertx;

  Bodies(Vertx vertx) {
    this.vertx = vertx;
  }

  static boolean has(HttpServerRequest request) {
    return request.getHeader("Transfer-Encoding") != null || length(request) != 0;
  }

  /** The length that the request says of its body: 0 where it says none. */
  static long length(HttpServerRequest request) {
    String length = request.getHeader("Content-Length");
    if (length == null) {
      return 0;
    }
    try {
      return Long.parseLong(length.strip());
    } catch (NumberFormatException e) {
      throw Refusal.invalid("invalid-content-length", "Content-Length is not a number");
    }
  }

  static void proceed(HttpServerRequest request) {
    if ("100-continue".equalsIgnoreCase(request.getHeader("Expect"))) {
      request.response().writeContinue();
    }
  }

  /**
   * @throws Refusal 415 where the type is none of {@code wanted}
   */
  static void requireType(HttpServerRequest request, String... wanted) {
    String header = request.getHeader("Content-Type");
    String type = mediaType(header);
    for (String one : wanted) {
      if (type.equals(one)) {
        return;
      }
    }
    throw new Refusal(
        415,
        "content-type",
        (header == null ? "the body has no Content-Type" : "Content-Type " + type + " is not taken")
            + "; send "
            + String.join(" or ", wanted));
  }

  /** Exactly one of {@code whole} and {@code refused} is called, unless the peer goes away. */
  void collect(HttpServerRequest request, Consumer<byte[]> whole, Consumer<Refusal> refused) {
    if (!has(request)) {
      whole.accept(EMPTY);
      return;
    }
    long announced = length(request);
    if (announced > MAX_BYTES) {
      refused.accept(tooLarge(announced + " bytes"));
      return;
    }
    Collecting collecting = new Collecting(whole, refused, announced);
    request.handler(collecting::add);
    request.endHandler(_ -> collecting.end());
    request.exceptionHandler(_ -> collecting.abandon());
    proceed(request);
  }

  private static Refusal tooLarge(String actual) {
    return new Refusal(
        413,
        "body-too-large",
        "the body has " + actual + ", at most " + MAX_BYTES + " bytes are taken");
  }

  private static String mediaType(@Nullable String header) {
    if (header == null) {
      return "";
    }
    int semicolon = header.indexOf(';');
    String type = semicolon < 0 ? header : header.substring(0, semicolon);
    return type.strip().toLowerCase(Locale.ROOT);
  }

  /**
   * One body on its way. Confined to the event loop.
   *
   * <p>Most come whole in one piece: these cost no timer. Where not even a first piece comes,
   * {@link Patience} makes an end.
   */
  private final class Collecting {
    private final Consumer<byte[]> whole;
    private final Consumer<Refusal> refused;
    private final long announced;
    private @Nullable Buffer bytes;
    private long timer = NO_TIMER;
    private boolean done;

    Collecting(Consumer<byte[]> whole, Consumer<Refusal> refused, long announced) {
      this.whole = whole;
      this.refused = refused;
      this.announced = announced;
    }

    void add(Buffer chunk) {
      if (done) {
        return;
      }
      Buffer before = bytes;
      int length = chunk.length() + (before == null ? 0 : before.length());
      if (length > MAX_BYTES) {
        refuse(tooLarge("more than " + MAX_BYTES + " bytes"));
        return;
      }
      bytes = before == null ? chunk : before.appendBuffer(chunk);
      if (before == null && length != announced) {
        timer = limit();
      }
    }

    private long limit() {
      return vertx.setTimer(
          MAX_MILLIS,
          _ ->
              refuse(
                  new Refusal(
                      408,
                      "body-too-slow",
                      "the body did not arrive within " + MAX_MILLIS / 1000 + " s")));
    }

    void end() {
      if (!done) {
        abandon();
        Buffer all = bytes;
        whole.accept(all == null ? EMPTY : all.getBytes());
      }
    }

    void abandon() {
      done = true;
      if (timer != NO_TIMER) {
        vertx.cancelTimer(timer);
      }
    }

    private void refuse(Refusal refusal) {
      if (!done) {
        abandon();
        refused.accept(refusal);
      }
    }
  }
}

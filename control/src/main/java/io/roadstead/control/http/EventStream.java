package io.roadstead.control.http;

import static java.util.Objects.requireNonNull;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.nio.charset.StandardCharsets;

/**
 * One answer of server-sent events. What the reader has not taken is bounded: while {@link #full}
 * nothing may be sent, and the owner decides what is sent instead when it has drained. Confined to
 * the event loop.
 *
 * <p>Vert.x bounds its queue by the number of pieces, whatever their size, so bytes are counted
 * here: a stream is full while so many have not been handed to the system, and at most one frame is
 * beyond.
 */
public final class EventStream {
  private static final int QUEUE_BYTES = 256 * 1024;

  private final HttpServerResponse response;
  private final Context loop;
  private final Runnable onDrained;
  private long waitingBytes;
  private boolean closed;

  private EventStream(HttpServerResponse response, Context loop, Runnable onDrained) {
    this.response = response;
    this.loop = loop;
    this.onDrained = onDrained;
  }

  /** Sends the head. Where only the head was wanted the stream is over at once. */
  public static EventStream open(HttpServerRequest request, Runnable onDrained, Runnable onClosed) {
    HttpServerResponse response = request.response();
    Context loop = requireNonNull(Vertx.currentContext(), "not on an event loop");
    EventStream stream = new EventStream(response, loop, onDrained);
    response
        .putHeader("Content-Type", "text/event-stream")
        .putHeader("Cache-Control", "no-store")
        .putHeader("X-Content-Type-Options", "nosniff")
        .putHeader("X-Accel-Buffering", "no");
    if (request.method().equals(HttpMethod.HEAD)) {
      stream.closed = true;
      response.end();
      return stream;
    }
    response.setChunked(true);
    response.setWriteQueueMaxSize(QUEUE_BYTES);
    response.drainHandler(_ -> onDrained.run());
    response.exceptionHandler(_ -> {});
    response.closeHandler(
        _ -> {
          stream.closed = true;
          onClosed.run();
        });
    return stream;
  }

  /**
   * One event as it goes over the wire.
   *
   * @param event its name, or "" for an unnamed one
   * @param id the cursor to resume from, or ""
   * @param data JSON in one line
   */
  public static Buffer frame(String event, String id, byte[] data) {
    StringBuilder head = new StringBuilder(96);
    if (!event.isEmpty()) {
      head.append("event: ").append(event).append('\n');
    }
    if (!id.isEmpty()) {
      head.append("id: ").append(id).append('\n');
    }
    head.append("data: ");
    return Buffer.buffer(head.length() + data.length + 2)
        .appendBytes(head.toString().getBytes(StandardCharsets.UTF_8))
        .appendBytes(data)
        .appendString("\n\n");
  }

  public boolean closed() {
    return closed;
  }

  /** Whether the reader has fallen behind. */
  public boolean full() {
    return waitingBytes >= QUEUE_BYTES || response.writeQueueFull();
  }

  /** Sends a frame, which may be shared between streams. */
  public void send(Buffer frame) {
    if (closed) {
      return;
    }
    int bytes = frame.length();
    waitingBytes += bytes;
    response.write(frame).onComplete(_ -> taken(bytes));
  }

  private void taken(int bytes) {
    boolean wasFull = waitingBytes >= QUEUE_BYTES;
    waitingBytes -= bytes;
    if (wasFull && waitingBytes < QUEUE_BYTES) {
      // Not from within a send: its caller would find itself called again.
      loop.runOnContext(
          _ -> {
            if (!closed) {
              onDrained.run();
            }
          });
    }
  }

  /** A line that readers skip; it shows that the stream lives. */
  public void sendComment() {
    send(Buffer.buffer(":\n\n"));
  }

  /** Ends it for a reader that does not read: what it has not taken is thrown away. */
  public void cut() {
    response.reset();
  }

  public void end() {
    if (!closed) {
      closed = true;
      response.end();
    }
  }
}

package io.roadstead.control.http;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Lines of plain text, written by blocking code as long as they come. The writer waits until the
 * connection has taken what it wrote, so a slow reader slows it and nothing piles up.
 */
public final class TextStreams {
  /** Checks what must hold before the answer begins; it may refuse. */
  public interface Check {
    void run();
  }

  /** Writes the lines; ends soon after {@code open} is false. */
  public interface Writer {
    void write(BooleanSupplier open, Consumer<String> line) throws InterruptedException;
  }

  private static final int MAX_STREAMS = 64;
  private static final int PIECE_CHARS = 16 * 1024;
  private static final long TAKEN_SECONDS = 60;

  private final Vertx vertx;
  private final ExecutorService blocking;
  private final Semaphore permits = new Semaphore(MAX_STREAMS);

  /**
   * @param blocking runs each task on a virtual thread of its own
   */
  public TextStreams(Vertx vertx, ExecutorService blocking) {
    this.vertx = vertx;
    this.blocking = blocking;
  }

  /**
   * Called on the event loop.
   *
   * @param atOnce whether each line is sent by itself, because the next may take long
   */
  public void write(HttpServerRequest request, boolean atOnce, Check check, Writer writer) {
    if (!permits.tryAcquire()) {
      throw new Refusal(503, "busy", MAX_STREAMS + " logs are being read, try again soon")
          .header("Retry-After", "1");
    }
    Context loop = vertx.getOrCreateContext();
    Lines lines = new Lines(loop, request.response(), atOnce);
    request.response().exceptionHandler(_ -> {});
    request.response().closeHandler(_ -> lines.open = false);
    boolean head = request.method().equals(HttpMethod.HEAD);
    blocking.execute(
        () -> {
          try {
            check.run();
            lines.begin(head);
            if (!head) {
              writer.write(() -> lines.open, lines::line);
              lines.end();
            }
          } catch (InterruptedException | RuntimeException e) {
            Answer answer = Refusals.of(e).answer();
            loop.runOnContext(_ -> lines.fail(request, answer));
          } finally {
            lines.finish();
            permits.release();
          }
        });
  }

  /** One answer. Written by one virtual thread; {@code open} is cleared by the event loop too. */
  private static final class Lines {
    private final Context loop;
    private final HttpServerResponse response;
    private final boolean atOnce;
    private final StringBuilder piece = new StringBuilder();
    private volatile boolean open = true;

    Lines(Context loop, HttpServerResponse response, boolean atOnce) {
      this.loop = loop;
      this.response = response;
      this.atOnce = atOnce;
    }

    void begin(boolean head) {
      loop.runOnContext(
          _ -> {
            response
                .putHeader("Content-Type", "text/plain; charset=utf-8")
                .putHeader("Cache-Control", "no-store")
                .putHeader("X-Content-Type-Options", "nosniff");
            if (!head) {
              response.setChunked(true);
              response.writeHead();
            }
          });
    }

    void line(String line) {
      piece.append(line).append('\n');
      if (atOnce || piece.length() >= PIECE_CHARS) {
        end();
      }
    }

    /** Sends what is left and waits until it is taken. */
    void end() {
      if (piece.isEmpty() || !open) {
        return;
      }
      Buffer bytes = Buffer.buffer(piece.toString().getBytes(StandardCharsets.UTF_8));
      piece.setLength(0);
      CompletableFuture<Void> taken = new CompletableFuture<>();
      loop.runOnContext(
          _ -> {
            if (response.closed() || response.ended()) {
              open = false;
              taken.complete(null);
            } else {
              response
                  .write(bytes)
                  .onComplete(
                      result -> {
                        open &= result.succeeded();
                        taken.complete(null);
                      });
            }
          });
      try {
        taken.get(TAKEN_SECONDS, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        open = false;
        Thread.currentThread().interrupt();
      } catch (TimeoutException | ExecutionException e) {
        open = false;
      }
    }

    /** Says what went wrong, or where the answer has begun breaks it off, so that it shows. */
    void fail(HttpServerRequest request, Answer answer) {
      if (response.headWritten()) {
        response.reset();
      } else {
        Responses.send(request, answer);
      }
    }

    void finish() {
      loop.runOnContext(
          _ -> {
            if (!response.ended() && !response.closed()) {
              response.end();
            }
          });
    }
  }
}

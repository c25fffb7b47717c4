package io.roadstead.control.http;

import io.roadstead.rollout.StateNotKept;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Large bodies, read by blocking code as they arrive.
 *
 * <p>The event loop puts pieces into a bounded queue and asks the connection only for as many as
 * there is room for; the virtual thread takes them out through an {@link InputStream} and asks for
 * the next. The stream ends with an {@link IOException} when the peer goes away, is silent for a
 * minute, sends too much, or when at the end the bytes do not have the digest that was announced:
 * so whoever copies them never completes a wrong copy.
 */
public final class Uploads {
  /** What is done with the bytes. */
  public interface Receiver {
    Answer receive(InputStream bytes) throws Exception;
  }

  private static final Logger log = LoggerFactory.getLogger(Uploads.class);
  private static final int PIECES = 16;
  private static final long SILENCE_SECONDS = 60;
  private static final int MAX_UPLOADS = 16;

  private final Vertx vertx;
  private final ExecutorService blocking;
  private final Semaphore permits = new Semaphore(MAX_UPLOADS);

  /**
   * @param blocking runs each task on a virtual thread of its own
   */
  public Uploads(Vertx vertx, ExecutorService blocking) {
    this.vertx = vertx;
    this.blocking = blocking;
  }

  /**
   * Called on the event loop; answers the request when {@code receiver} is done.
   *
   * @param sha256 what the bytes must have, lower case; "" where that was not announced
   * @throws Refusal where it cannot begin
   */
  public void receive(HttpServerRequest request, long maxBytes, String sha256, Receiver receiver) {
    Bodies.requireType(request, "application/octet-stream", "application/java-archive");
    long announced = Bodies.length(request);
    if (announced > maxBytes) {
      throw tooLarge(announced, maxBytes);
    }
    if (!permits.tryAcquire()) {
      throw new Refusal(503, "busy", MAX_UPLOADS + " uploads are under way, try again soon")
          .header("Retry-After", "1");
    }
    Context loop = vertx.getOrCreateContext();
    Pieces pieces = new Pieces(loop, request, maxBytes, sha256);
    pieces.begin();
    Bodies.proceed(request);
    blocking.execute(
        () -> {
          try {
            Answer answer = run(receiver, pieces);
            loop.runOnContext(_ -> answer(request, answer));
          } finally {
            permits.release();
          }
        });
  }

  private void answer(HttpServerRequest request, Answer answer) {
    if (request.isEnded()) {
      Responses.send(request, answer);
    } else {
      Responses.sendAndClose(vertx, request, answer);
    }
  }

  private static Answer run(Receiver receiver, Pieces pieces) {
    try {
      return receiver.receive(pieces);
    } catch (Exception e) {
      Refusal refusal = pieces.refusal;
      if (refusal != null) {
        return refusal.answer();
      }
      if (e instanceof StateNotKept) {
        return Refusals.of(e).answer();
      }
      log.warn("an upload failed", e);
      return new Refusal(500, "upload-failed", "the bytes could not be kept: " + e.getMessage())
          .answer();
    }
  }

  private static Refusal tooLarge(long actual, long most) {
    return new Refusal(
        413, "artifact-too-large", "it has " + actual + " bytes or more, at most " + most);
  }

  /** The body as a stream. Its queue is the only thing that both threads touch. */
  private static final class Pieces extends InputStream {
    private sealed interface Piece {}

    private record Bytes(Buffer bytes) implements Piece {}

    private record End(boolean whole) implements Piece {}

    private final Context loop;
    private final HttpServerRequest request;
    private final long maxBytes;
    private final String sha256;
    private final MessageDigest digest = newDigest();
    private final BlockingQueue<Piece> queue = new ArrayBlockingQueue<>(PIECES + 2);
    private Buffer piece = Buffer.buffer();
    private int at;
    private long total;
    private boolean ended;
    private @Nullable Refusal refusal;

    Pieces(Context loop, HttpServerRequest request, long maxBytes, String sha256) {
      this.loop = loop;
      this.request = request;
      this.maxBytes = maxBytes;
      this.sha256 = sha256;
    }

    void begin() {
      request.pause();
      request.handler(buffer -> queue.offer(new Bytes(buffer)));
      request.endHandler(_ -> queue.offer(new End(true)));
      request.exceptionHandler(_ -> queue.offer(new End(false)));
      request.fetch(PIECES);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      while (at == piece.length()) {
        if (ended || !next()) {
          return -1;
        }
      }
      int count = Math.min(length, piece.length() - at);
      piece.getBytes(at, at + count, target, offset);
      at += count;
      return count;
    }

    /** Takes the next piece; false at the end of the whole, right body. */
    private boolean next() throws IOException {
      return switch (take()) {
        case Bytes(var bytes) -> {
          total += bytes.length();
          if (total > maxBytes) {
            throw refuse(tooLarge(total, maxBytes));
          }
          digest.update(bytes.getBytes());
          piece = bytes;
          at = 0;
          loop.runOnContext(_ -> request.fetch(1));
          yield true;
        }
        case End(var whole) -> {
          ended = true;
          if (!whole) {
            throw refuse(new Refusal(400, "upload-broken", "the body ended before its time"));
          }
          String actual = HexFormat.of().formatHex(digest.digest());
          if (!sha256.isEmpty() && !actual.equals(sha256)) {
            throw refuse(
                new Refusal(
                    422,
                    "digest-differs",
                    "the bytes have the SHA-256 " + actual + ", announced was " + sha256));
          }
          yield false;
        }
      };
    }

    private Piece take() throws IOException {
      try {
        Piece taken = queue.poll(SILENCE_SECONDS, TimeUnit.SECONDS);
        if (taken == null) {
          throw refuse(
              new Refusal(408, "upload-silent", "nothing has come for " + SILENCE_SECONDS + " s"));
        }
        return taken;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw refuse(Refusals.stopping());
      }
    }

    private IOException refuse(Refusal reason) {
      refusal = reason;
      ended = true;
      return new IOException(reason.getMessage());
    }

    private static MessageDigest newDigest() {
      try {
        return MessageDigest.getInstance("SHA-256");
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every JDK has SHA-256", e);
      }
    }
  }
}

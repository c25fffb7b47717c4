package io.roadstead.platform.bench.eureka;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Reads one HTTP/1.1 answer after another from a connection, as cheaply as a load generator should:
 * of the head only what frames the body, of the body only its length unless it is to be kept. For
 * one thread.
 */
final class AnswerReader {
  private static final int MOST_HEAD = 32 * 1024;

  /** Carriage return and line feed, twice, as the last four bytes. */
  private static final int EMPTY_LINE = 0x0D0A0D0A;

  private enum State {
    HEAD,
    BODY,
    CHUNK_SIZE,
    CHUNK,
    CHUNK_END,
    TRAILER,
    DONE
  }

  private final ByteArrayOutputStream line = new ByteArrayOutputStream(512);
  private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
  private State state = State.HEAD;
  private boolean keep;
  private int status;
  private boolean closes;
  private int tail;
  private long left;
  private long bodyBytes;

  /** Before each request. */
  void reset(boolean keepBody) {
    state = State.HEAD;
    keep = keepBody;
    line.reset();
    kept.reset();
    status = 0;
    closes = false;
    tail = 0;
    left = 0;
    bodyBytes = 0;
  }

  /** Takes what has come; whether the answer is whole. */
  boolean take(ByteBuffer bytes) {
    while (bytes.hasRemaining() && state != State.DONE) {
      switch (state) {
        case HEAD -> head(bytes);
        case BODY, CHUNK -> body(bytes);
        case CHUNK_SIZE, CHUNK_END, TRAILER -> framing(bytes);
        case DONE -> throw new IllegalStateException("nothing is read after the end");
      }
    }
    return state == State.DONE;
  }

  private void head(ByteBuffer bytes) {
    while (bytes.hasRemaining()) {
      byte b = bytes.get();
      line.write(b);
      tail = tail << 8 | b;
      if (tail == EMPTY_LINE) {
        headIsWhole();
        return;
      }
    }
    if (line.size() > MOST_HEAD) {
      throw new IllegalStateException("an answer's head is longer than " + MOST_HEAD + " bytes");
    }
  }

  private void headIsWhole() {
    String head = line.toString(StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
    line.reset();
    status = Integer.parseInt(head.substring(9, 12));
    closes = head.contains("\r\nconnection: close");
    if (head.contains("\r\ntransfer-encoding: chunked")) {
      state = State.CHUNK_SIZE;
      return;
    }
    int length = head.indexOf("\r\ncontent-length:");
    if (length >= 0) {
      int from = length + "\r\ncontent-length:".length();
      left = Long.parseLong(head.substring(from, head.indexOf('\r', from)).strip());
    }
    state = left > 0 ? State.BODY : State.DONE;
  }

  private void body(ByteBuffer bytes) {
    int length = (int) Math.min(left, bytes.remaining());
    if (keep) {
      kept.write(bytes.array(), bytes.arrayOffset() + bytes.position(), length);
    }
    bytes.position(bytes.position() + length);
    bodyBytes += length;
    left -= length;
    if (left == 0) {
      state = state == State.BODY ? State.DONE : State.CHUNK_END;
    }
  }

  /** What stands between chunks: a line each. */
  private void framing(ByteBuffer bytes) {
    while (bytes.hasRemaining()) {
      byte b = bytes.get();
      if (b != '\n') {
        if (b != '\r') {
          line.write(b);
        }
        continue;
      }
      String text = line.toString(StandardCharsets.ISO_8859_1);
      line.reset();
      switch (state) {
        case CHUNK_END -> state = State.CHUNK_SIZE;
        case CHUNK_SIZE -> {
          int end = text.indexOf(';');
          left = Long.parseLong(end < 0 ? text : text.substring(0, end), 16);
          state = left == 0 ? State.TRAILER : State.CHUNK;
        }
        case TRAILER -> state = text.isEmpty() ? State.DONE : State.TRAILER;
        case HEAD, BODY, CHUNK, DONE -> throw new IllegalStateException("no line is due");
      }
      return;
    }
  }

  int status() {
    return status;
  }

  /** Whether the server ends the connection after this answer. */
  boolean closes() {
    return closes;
  }

  long bodyBytes() {
    return bodyBytes;
  }

  byte[] body() {
    return kept.toByteArray();
  }
}

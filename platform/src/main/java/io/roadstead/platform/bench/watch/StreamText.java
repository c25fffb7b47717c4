package io.roadstead.platform.bench.watch;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Reads one answer of server-sent events in the pieces in which it comes, and keeps nothing of it
 * but where it stands: the head, the chunks, the lines, and in the data of an event the marks
 * {@code "seq":"<number>"} that the benchmark's registrations have in their metadata. A few bytes a
 * stream, a few instructions a byte, so that the readers cost less than what is measured. For one
 * thread.
 */
final class StreamText {
  private static final byte[] HEAD_END = {'\r', '\n', '\r', '\n'};
  private static final byte[] MARK = {'"', 's', 'e', 'q', '"', ':', '"'};
  private static final int STATUS_AT = 9;
  private static final int EVENT_AT = 7;
  private static final int ID_AT = 4;
  private static final int LONGEST_CURSOR = 64;

  /** Is told what is read. */
  interface Listener {
    /** A registration's mark; in the data of a change or of a snapshot. */
    void mark(boolean snapshot, long number);

    /** The end of an event. */
    void event(char kind);
  }

  private enum Part {
    HEAD,
    SIZE,
    DATA,
    AFTER_DATA,
    OVER
  }

  private Part part = Part.HEAD;
  private int matched;
  private int at;
  private int status;
  private int chunkLeft;
  private int column;
  private byte lineKind;
  private char event;
  private boolean inNumber;
  private long number;
  private byte[] cursor = {};
  private int cursorLength;
  private byte[] coming = {};
  private int comingLength;

  /** The status of the answer, or 0 while it has not come. */
  int status() {
    return part == Part.HEAD ? 0 : status;
  }

  boolean over() {
    return part == Part.OVER;
  }

  /** The cursor of the newest event that had one, or "". */
  String cursor() {
    return new String(cursor, 0, cursorLength, StandardCharsets.US_ASCII);
  }

  void read(ByteBuffer bytes, Listener listener) {
    while (bytes.hasRemaining()) {
      switch (part) {
        case HEAD -> head(bytes.get());
        case SIZE -> size(bytes.get());
        case DATA -> {
          int length = Math.min(chunkLeft, bytes.remaining());
          int end = bytes.position() + length;
          chunkLeft -= length;
          data(bytes, end, listener);
          if (chunkLeft == 0) {
            part = Part.AFTER_DATA;
          }
        }
        case AFTER_DATA -> {
          if (bytes.get() == '\n') {
            part = Part.SIZE;
          }
        }
        case OVER -> bytes.position(bytes.limit());
      }
    }
  }

  private void head(byte next) {
    if (at >= STATUS_AT && at < STATUS_AT + 3) {
      status = status * 10 + (next - '0');
    }
    at++;
    matched = next == HEAD_END[matched] ? matched + 1 : next == HEAD_END[0] ? 1 : 0;
    if (matched == HEAD_END.length) {
      matched = 0;
      part = status == 200 ? Part.SIZE : Part.OVER;
    }
  }

  private void size(byte next) {
    if (next == '\n') {
      part = chunkLeft == 0 ? Part.OVER : Part.DATA;
    } else if (next != '\r') {
      chunkLeft = chunkLeft * 16 + Character.digit(next, 16);
    }
  }

  private void data(ByteBuffer bytes, int end, Listener listener) {
    while (bytes.position() < end) {
      byte next = bytes.get();
      if (next == '\n') {
        endLine(listener);
        continue;
      }
      if (column == 0) {
        lineKind = next;
      }
      switch (lineKind) {
        case 'e' -> {
          if (column == EVENT_AT || column == EVENT_AT + 1) {
            event = column == EVENT_AT ? (char) next : event == 's' && next == 'n' ? 'n' : event;
          }
        }
        case 'i' -> id(next);
        case 'd' -> mark(next, listener);
        default -> {
          // a comment
        }
      }
      column++;
    }
  }

  private void id(byte next) {
    if (column < ID_AT) {
      comingLength = 0;
      return;
    }
    if (coming.length == 0) {
      coming = new byte[LONGEST_CURSOR];
    }
    if (comingLength < LONGEST_CURSOR) {
      coming[comingLength++] = next;
    }
  }

  private void mark(byte next, Listener listener) {
    if (inNumber) {
      if (next >= '0' && next <= '9') {
        number = number * 10 + (next - '0');
        return;
      }
      inNumber = false;
      listener.mark(event == 'n', number);
    }
    matched = next == MARK[matched] ? matched + 1 : next == MARK[0] ? 1 : 0;
    if (matched == MARK.length) {
      matched = 0;
      inNumber = true;
      number = 0;
    }
  }

  private void endLine(Listener listener) {
    if (column == 0 && event != 0) {
      if (comingLength > 0) {
        byte[] older = cursor;
        cursor = coming;
        cursorLength = comingLength;
        coming = older;
        comingLength = 0;
      }
      listener.event(event);
      event = 0;
    }
    column = 0;
    matched = 0;
    inNumber = false;
  }
}

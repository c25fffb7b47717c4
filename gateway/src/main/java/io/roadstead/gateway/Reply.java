package io.roadstead.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.roadstead.gateway.http.BodyReader;
import io.roadstead.gateway.http.Head;
import io.roadstead.gateway.route.HeaderChange;
import org.jspecify.annotations.Nullable;

/**
 * Writes an instance's answer on to the client. Used again for each request of a connection.
 * Confined to its loop.
 */
final class Reply {
  private static final int SMALL_BODY = 2048;
  private static final int MAX_INTERIM = 16;

  private final Worker worker;
  private final ClientConnection client;
  private final Asked asked;
  private boolean responding;
  private boolean eventStream;
  private boolean chunkedOut;
  private boolean rechunk;
  private boolean closeClient;
  private int interims;
  private int status;
  private @Nullable ByteBuf headOut;
  private @Nullable HeaderChange change;
  private byte @Nullable [] cookie;

  Reply(Worker worker, ClientConnection client, Asked asked) {
    this.worker = worker;
    this.client = client;
    this.asked = asked;
  }

  void reset() {
    interims = 0;
    status = 0;
    responding = false;
    eventStream = false;
    change = null;
    cookie = null;
    drop();
  }

  /** What the route changes in the answer's headers. */
  void change(@Nullable HeaderChange byRoute) {
    change = byRoute;
  }

  /** A header that tells the client which instance has answered. */
  void cookie(byte @Nullable [] line) {
    cookie = line;
  }

  /** The status of the answer that has begun; 0 before. */
  int status() {
    return status;
  }

  /** Whether the final answer has begun. */
  boolean responding() {
    return responding;
  }

  boolean eventStream() {
    return eventStream;
  }

  /** Whether the client's connection is to end with this answer. */
  boolean closeClient() {
    return closeClient;
  }

  /** Whether something of the final answer has been written already. */
  boolean begun() {
    return responding && headOut == null;
  }

  /**
   * An interim answer: 100 goes to a client that asked for it, others to all that know of them (RFC
   * 9110 section 15.2). Says whether there may be another.
   */
  boolean interim(Head interim) {
    if (++interims > MAX_INTERIM) {
      return false;
    }
    if (interim.status() != 100 && !asked.http10) {
      ByteBuf out = client.allocator().directBuffer(interim.length());
      HeadWriter.interim(interim, out);
      client.write(out);
    } else if (interim.status() == 100 && asked.expectContinue) {
      asked.expectContinue = false;
      client.writeContinue();
    }
    return true;
  }

  /** The instance speaks another protocol from now on. */
  void switching(Head answer) {
    status = answer.status();
    responding = true;
    ByteBuf out =
        client.allocator().directBuffer(answer.length() + HeadWriter.ADDED + length(cookie));
    HeadWriter.switching(answer, cookie, out);
    client.write(out);
  }

  /** The head of the answer; says how its body is to be read. */
  void head(Head answer, BodyReader body, boolean requestDone) {
    status = answer.status();
    responding = true;
    eventStream = answer.eventStream();
    boolean none = asked.bodiless || status == 204 || status == 304;
    chunkedOut = false;
    rechunk = false;
    closeClient = !asked.keepAlive || !requestDone || worker.lastAnswers();
    if (none) {
      body.none();
    } else if (answer.chunked()) {
      body.chunked(!asked.http10);
      chunkedOut = !asked.http10;
      closeClient |= asked.http10;
    } else if (answer.contentLength() >= 0) {
      body.length(answer.contentLength());
    } else {
      body.untilClose();
      rechunk = !asked.http10;
      chunkedOut = rechunk;
      closeClient |= asked.http10;
    }
    long small = none ? 0 : Math.min(SMALL_BODY, Math.max(0, answer.contentLength()));
    ByteBuf out =
        client
            .allocator()
            .directBuffer(
                answer.length()
                    + HeadWriter.added(change)
                    + length(cookie)
                    + HeadWriter.ADDED
                    + (int) small);
    HeadWriter.response(
        answer, status != 204, chunkedOut, closeClient, asked.http10 && !closeClient, change, out);
    if (!answer.dated()) {
      HeadWriter.date(worker.date(), out);
    }
    byte[] line = cookie;
    if (line != null) {
      out.writeBytes(line);
    }
    HeadWriter.end(out);
    headOut = out;
  }

  private static int length(byte @Nullable [] line) {
    return line == null ? 0 : line.length;
  }

  /** A piece of the answer's body; a small one goes out in one buffer with the head. */
  void bytes(ByteBuf in, int index, int length) {
    ByteBuf first = headOut;
    if (rechunk) {
      flushHead();
      ByteBuf size = client.allocator().directBuffer(16);
      ByteBufUtil.writeAscii(size, Integer.toHexString(length) + "\r\n");
      client.write(size);
      client.write(in.retainedSlice(index, length));
      client.writeAscii("\r\n");
    } else if (first != null && length <= first.writableBytes() && length <= SMALL_BODY) {
      first.writeBytes(in, index, length);
    } else {
      flushHead();
      client.write(in.retainedSlice(index, length));
    }
  }

  void flushHead() {
    ByteBuf first = headOut;
    if (first != null) {
      headOut = null;
      client.write(first);
    }
  }

  /** The instance's answer is complete. */
  void end() {
    flushHead();
    if (rechunk) {
      client.writeAscii("0\r\n\r\n");
    }
  }

  /** The gateway itself ends the answer, where the instance would go on. */
  void endEarly() {
    flushHead();
    if (chunkedOut) {
      client.writeAscii("0\r\n\r\n");
    }
  }

  /** Of the instance's answer nothing has gone out: it was found bad in time. */
  void drop() {
    headOut = Buffers.release(headOut);
  }
}

package io.roadstead.platform.load;

import io.roadstead.platform.load.WebSocketConnection.Frame;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Talks over WebSockets that send each message back: messages at a steady pace, a few ahead of
 * their echoes. An echo that is wrong, missing or late is an error, and so is an end that is not a
 * Close, in order, with 1001 where it is the other side's. For one thread at a time.
 */
public final class Talk {
  private static final int GOING_AWAY = 1001;
  private static final int NORMAL = 1000;
  private static final int AHEAD = 20;

  private final long paceNanos;
  private final BooleanSupplier over;

  /**
   * @param paceNanos between two messages
   * @param over whether to say no more and to close
   */
  public Talk(long paceNanos, BooleanSupplier over) {
    this.paceNanos = paceNanos;
    this.over = over;
  }

  /**
   * How one WebSocket ended.
   *
   * @param echoes that came; as many as the other side has sent
   * @param unanswered messages that the other side has not seen before it went away
   * @param own whether it was closed by this side
   */
  public record End(int echoes, int unanswered, boolean own) {}

  /** Talks until either side ends it. */
  public End with(WebSocketConnection connection, String name)
      throws IOException, InterruptedException {
    Queue<String> underWay = new ConcurrentLinkedQueue<>();
    Semaphore ahead = new Semaphore(AHEAD);
    Thread writer =
        Thread.ofVirtual()
            .name("writer-" + name)
            .start(() -> write(connection, name, underWay, ahead));
    try {
      return read(connection, underWay, ahead, writer);
    } finally {
      writer.interrupt();
    }
  }

  private void write(
      WebSocketConnection connection, String name, Queue<String> underWay, Semaphore ahead) {
    try {
      for (int i = 0; !over.getAsBoolean(); i++) {
        ahead.acquire();
        LockSupport.parkNanos(paceNanos);
        if (Thread.currentThread().isInterrupted()) {
          return;
        }
        String message = name + " says " + i + "!".repeat(i % 300);
        underWay.add(message);
        connection.send(WebSocketConnection.TEXT, message.getBytes(StandardCharsets.UTF_8));
      }
      connection.close(NORMAL);
    } catch (IOException | InterruptedException _) {
      // The other side has ended it: what it said of that is what counts.
    }
  }

  private End read(
      WebSocketConnection connection, Queue<String> underWay, Semaphore ahead, Thread writer)
      throws IOException, InterruptedException {
    int count = 0;
    while (true) {
      Frame frame = connection.read();
      if (frame.opcode() == WebSocketConnection.CLOSE) {
        boolean own = over.getAsBoolean() && frame.closeCode() == NORMAL;
        if (!own && frame.closeCode() != GOING_AWAY) {
          throw new IOException("closed with " + frame.closeCode() + " after " + count);
        }
        writer.interrupt();
        writer.join();
        if (!own) {
          connection.close(GOING_AWAY);
        }
        if (own && !underWay.isEmpty()) {
          throw new IOException(underWay.size() + " messages before the own Close have no echo");
        }
        if (!connection.ends()) {
          throw new IOException("more after the Close");
        }
        return new End(count, underWay.size(), own);
      }
      String echo = StandardCharsets.UTF_8.decode(frame.payload()).toString();
      String expected = underWay.poll();
      if (!echo.equals(expected)) {
        throw new IOException("instead of '" + expected + "': '" + echo + "'");
      }
      count++;
      ahead.release();
    }
  }
}

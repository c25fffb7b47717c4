package io.roadstead.platform.load;

import io.roadstead.registry.Ticker;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;

/**
 * Listens to event streams whose n-th event is {@code id: n} and {@code data: it is event n}, from
 * whichever instance: one that is out of order, incomplete or missing is an error, and so is an end
 * that is not the last chunk after a whole event. For one thread at a time.
 */
public final class EventStream {
  private final InetSocketAddress address;
  private final String path;
  private final String headers;
  private final Ticker ticker;
  private final BooleanSupplier over;
  private final LongConsumer event;

  /** One that is asked for with nothing but the last event's number. */
  public EventStream(
      InetSocketAddress address,
      String path,
      Ticker ticker,
      BooleanSupplier over,
      LongConsumer event) {
    this(address, path, "", ticker, over, event);
  }

  /**
   * @param headers more lines of the request, each with its end, or ""
   * @param over whether to hang up after the next event
   * @param event told each event's number
   */
  public EventStream(
      InetSocketAddress address,
      String path,
      String headers,
      Ticker ticker,
      BooleanSupplier over,
      LongConsumer event) {
    this.address = address;
    this.path = path;
    this.headers = headers;
    this.ticker = ticker;
    this.over = over;
    this.event = event;
  }

  /**
   * Has one stream until the other side ends it in order, or all is over.
   *
   * @param after the number of the last event that there was
   * @return the number of the last event now
   */
  public long listen(long after) throws IOException {
    String last = headers + "Last-Event-ID: " + after + "\r\n";
    byte[] request = LoadConnection.request(address, "GET", path, last, "");
    long next = after + 1;
    StringBuilder text = new StringBuilder();
    try (LoadConnection connection = LoadConnection.open(ticker, address, deadline())) {
      connection.begin(request, deadline());
      while (true) {
        byte[] chunk = connection.chunk(deadline());
        if (chunk.length == 0) {
          break;
        }
        text.append(new String(chunk, StandardCharsets.UTF_8));
        for (int end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
          String expected = "id: " + next + "\ndata: it is event " + next;
          if (!text.substring(0, end).equals(expected)) {
            throw new IOException(
                "instead of '" + expected + "': '" + text.substring(0, end) + "'");
          }
          event.accept(next++);
          text.delete(0, end + 2);
          if (over.getAsBoolean()) {
            return next - 1;
          }
        }
      }
    }
    if (!text.isEmpty()) {
      throw new IOException("ended within an event: '" + text + "'");
    }
    return next - 1;
  }

  private long deadline() {
    return ticker.nanos() + OpenLoopLoad.LIMIT.toNanos();
  }
}

package io.roadstead.platform.bench.watch;

import io.roadstead.platform.Refused;
import io.roadstead.platform.load.LoadConnection;
import io.roadstead.registry.Ticker;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Registers at a steady rate, one after the other on one connection, each with the next mark. There
 * are some hundred ids that take turns, so that the registry does not grow. For one thread.
 */
final class Registering implements AutoCloseable {
  private static final int IDS = 500;
  private static final int BULKY_IDS = 10;
  private static final String BULK = "x".repeat(3_500);
  private static final long ANSWER_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final BenchedPlatform platform;
  private final StreamReaders readers;
  private final Ticker ticker;
  private final CountDownLatch ended;
  private LoadConnection connection;
  private long marks;

  /**
   * @param ended reaches zero where the benchmark is ended early
   */
  Registering(BenchedPlatform platform, StreamReaders readers, Ticker ticker, CountDownLatch ended)
      throws IOException {
    this.platform = platform;
    this.readers = readers;
    this.ticker = ticker;
    this.ended = ended;
    this.connection = open();
  }

  /** How many it has registered so far, which is the newest mark. */
  long marks() {
    return marks;
  }

  /** On a new connection. */
  void reconnect() throws IOException {
    connection.close();
    connection = open();
  }

  void run(int number, int perSecond) throws IOException, InterruptedException {
    run(number, perSecond, false);
  }

  /**
   * @param bulky whether each change is of 4 KB
   */
  void run(int number, int perSecond, boolean bulky) throws IOException, InterruptedException {
    long begun = ticker.nanos();
    for (int i = 0; i < number; i++) {
      long due = begun + TimeUnit.SECONDS.toNanos(i) / perSecond;
      long early = due - ticker.nanos();
      if (early > 0 && ended.await(early, TimeUnit.NANOSECONDS)) {
        throw new InterruptedException("the benchmark was ended");
      }
      one(bulky);
    }
  }

  private void one(boolean bulky) throws IOException {
    long mark = marks + 1;
    String id = bulky ? "bulky-" + mark % BULKY_IDS : "watched-" + mark % IDS;
    String note = bulky ? BULK : "";
    byte[] request =
        platform.request(
            "PUT",
            "/api/v1/registry/bench/" + id,
            "{\"host\":\"127.0.0.1\",\"port\":9,\"leaseSeconds\":3600,\"metadata\":{\"seq\":\""
                + mark
                + "\",\"note\":\""
                + note
                + "\"}}");
    marks = mark;
    readers.sending(mark);
    int status = exchange(request).status();
    if (status != 200 && status != 201) {
      throw Refused.because("a registration was answered with " + status);
    }
  }

  /** Once more on another connection where this one has ended: the same mark is no other change. */
  private LoadConnection.Reply exchange(byte[] request) throws IOException {
    try {
      return connection.exchange(request, ticker.nanos() + ANSWER_NANOS);
    } catch (EOFException | SocketException _) {
      reconnect();
      return connection.exchange(request, ticker.nanos() + ANSWER_NANOS);
    }
  }

  private LoadConnection open() throws IOException {
    return LoadConnection.open(ticker, platform.control(), ticker.nanos() + ANSWER_NANOS);
  }

  @Override
  public void close() {
    connection.close();
  }
}

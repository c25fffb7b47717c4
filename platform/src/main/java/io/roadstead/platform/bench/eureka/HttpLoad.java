package io.roadstead.platform.bench.eureka;

import io.roadstead.registry.Ticker;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * Load over plain sockets from one thread: some connections, one request at a time on each, from
 * bytes made before. It costs so little that on a core of its own it saturates a server on another.
 *
 * <p>For one thread. {@link #run} blocks until its last answer has come.
 */
final class HttpLoad {
  private static final long STUCK_NANOS = Duration.ofSeconds(60).toNanos();

  /** No more requests. */
  static final long OVER = Long.MAX_VALUE;

  /** Where requests come from. */
  interface Source {
    /** When the next one is due; {@link #OVER} where there are no more. */
    long dueNanos();

    /** The next one, which counts as sent. */
    ByteBuffer next();
  }

  /**
   * What became of it.
   *
   * @param latency in nanoseconds, from when a request was due
   */
  record Result(long requests, long failed, Histogram latency, long bodyBytes) {}

  private final InetSocketAddress server;
  private final Ticker ticker;
  private final Deque<Connection> idle = new ArrayDeque<>();
  private final ByteBuffer received = ByteBuffer.allocate(256 * 1024);
  private final Histogram latency = new Histogram(TimeUnit.MINUTES.toNanos(2), 3);
  private long requests;
  private long failed;
  private long bodyBytes;
  private int busy;

  HttpLoad(int port, Ticker ticker) {
    this.server = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    this.ticker = ticker;
  }

  private static final class Connection {
    final SocketChannel channel;
    final SelectionKey key;
    final AnswerReader answer = new AnswerReader();
    ByteBuffer sending = ByteBuffer.allocate(0);
    long since;

    Connection(SocketChannel channel, Selector selector) throws IOException {
      this.channel = channel;
      this.key = channel.register(selector, SelectionKey.OP_READ);
      key.attach(this);
    }
  }

  /**
   * @param expected the status that counts as success
   */
  Result run(int connections, int expected, Source source) throws IOException {
    try (Selector selector = Selector.open()) {
      for (int i = 0; i < connections; i++) {
        idle.add(open(selector));
      }
      long heard = ticker.nanos();
      while (true) {
        long due = source.dueNanos();
        long now = ticker.nanos();
        while (due != OVER && due - now <= 0 && !idle.isEmpty()) {
          send(idle.removeFirst(), source.next(), due);
          due = source.dueNanos();
        }
        if (due == OVER && busy == 0) {
          break;
        }
        if (now - heard > STUCK_NANOS && busy > 0) {
          throw new IOException("no answer within a minute from " + server);
        }
        if (select(selector, idle.isEmpty() || due == OVER ? STUCK_NANOS : due - now) > 0) {
          heard = now;
        }
        for (SelectionKey key : selector.selectedKeys()) {
          ready(key, expected, selector);
        }
        selector.selectedKeys().clear();
      }
      for (Connection connection : idle) {
        connection.channel.close();
      }
    }
    return new Result(requests, failed, latency, bodyBytes);
  }

  private static int select(Selector selector, long waitNanos) throws IOException {
    if (waitNanos <= 0) {
      return selector.selectNow();
    }
    long millis = TimeUnit.NANOSECONDS.toMillis(Math.min(waitNanos, 1_000_000_000L));
    return millis == 0 ? selector.selectNow() : selector.select(millis);
  }

  private Connection open(Selector selector) throws IOException {
    SocketChannel channel = SocketChannel.open();
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    channel.connect(server);
    channel.configureBlocking(false);
    return new Connection(channel, selector);
  }

  private void send(Connection connection, ByteBuffer request, long due) throws IOException {
    connection.answer.reset(false);
    connection.sending = request;
    connection.since = due;
    busy++;
    connection.channel.write(request);
    if (request.hasRemaining()) {
      connection.key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
    }
  }

  private void ready(SelectionKey key, int expected, Selector selector) throws IOException {
    Connection connection = (Connection) key.attachment();
    if (key.isWritable()) {
      connection.channel.write(connection.sending);
      if (!connection.sending.hasRemaining()) {
        key.interestOps(SelectionKey.OP_READ);
      }
    }
    if (!key.isReadable()) {
      return;
    }
    received.clear();
    if (connection.channel.read(received) < 0) {
      throw new EOFException(server + " closed a connection in the middle of an answer");
    }
    if (!connection.answer.take(received.flip())) {
      return;
    }
    busy--;
    requests++;
    bodyBytes += connection.answer.bodyBytes();
    latency.recordValue(Math.max(0, ticker.nanos() - connection.since));
    if (connection.answer.status() != expected) {
      failed++;
    }
    if (connection.answer.closes()) {
      connection.channel.close();
      idle.add(open(selector));
    } else {
      idle.add(connection);
    }
  }

  /** The body of one answer. */
  static byte[] once(int port, ByteBuffer request) throws IOException {
    try (SocketChannel channel =
        SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))) {
      while (request.hasRemaining()) {
        channel.write(request);
      }
      AnswerReader answer = new AnswerReader();
      answer.reset(true);
      ByteBuffer bytes = ByteBuffer.allocate(64 * 1024);
      do {
        if (channel.read(bytes.clear()) < 0) {
          throw new EOFException("port " + port + " closed in the middle of an answer");
        }
      } while (!answer.take(bytes.flip()));
      if (answer.status() != 200) {
        throw new IOException("port " + port + " answered " + answer.status());
      }
      return answer.body();
    }
  }
}

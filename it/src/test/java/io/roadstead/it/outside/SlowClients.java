package io.roadstead.it.outside;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Thousands of connections of a kind that is a burden. */
final class SlowClients implements AutoCloseable {
  private static final int SLICES = 200;
  private static final int SLICE_MILLIS = 10;
  private static final int SMALL_BUFFER = 4096;

  /** What makes them one. */
  enum Kind {
    /** A head that comes byte by byte. */
    HEADS("GET /patient/ HTTP/1.1\r\nHost: a\r\nX-Slow: "),
    /** A body that comes byte by byte. */
    BODIES("POST /patient/ HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n"),
    /** A large answer that is taken a kilobyte at a time. */
    READERS("GET /patient/large HTTP/1.1\r\nHost: a\r\n\r\n"),
    /** Nothing after the first answer. */
    IDLE("GET /patient/ HTTP/1.1\r\nHost: a\r\n\r\n");

    private final String start;

    Kind(String start) {
      this.start = start;
    }
  }

  private final Kind kind;
  private final InetSocketAddress gateway;
  private final List<SocketChannel> open = new ArrayList<>();
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().name("slow").factory());
  private final ByteBuffer taken = ByteBuffer.allocateDirect(1024);
  private int slice;
  private final AtomicInteger again = new AtomicInteger();

  SlowClients(Kind kind, InetSocketAddress gateway) {
    this.kind = kind;
    this.gateway = gateway;
  }

  /** Opens them; each is as slow as its kind from then on. */
  SlowClients open(int count) throws IOException {
    for (int i = 0; i < count; i++) {
      open.add(connect());
    }
    var _ =
        clock.scheduleAtFixedRate(this::move, SLICE_MILLIS, SLICE_MILLIS, TimeUnit.MILLISECONDS);
    return this;
  }

  /** How many had to be opened anew, because the gateway had enough of them. */
  int again() {
    return again.get();
  }

  private SocketChannel connect() throws IOException {
    SocketChannel channel = SocketChannel.open();
    if (kind == Kind.READERS) {
      channel.setOption(StandardSocketOptions.SO_RCVBUF, SMALL_BUFFER);
    }
    channel.setOption(StandardSocketOptions.SO_LINGER, 0);
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    channel.connect(gateway);
    channel.write(ByteBuffer.wrap(kind.start.getBytes(StandardCharsets.US_ASCII)));
    channel.configureBlocking(false);
    return channel;
  }

  /** Each of one slice of them does its little. */
  private void move() {
    slice = (slice + 1) % SLICES;
    for (int i = slice; i < open.size(); i += SLICES) {
      try {
        if (!move(open.get(i))) {
          open.get(i).close();
          open.set(i, connect());
          again.incrementAndGet();
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** False where the gateway has ended the connection. */
  private boolean move(SocketChannel channel) {
    try {
      taken.clear();
      int read = channel.read(taken);
      if (read < 0 || (read > 0 && kind != Kind.READERS && kind != Kind.IDLE)) {
        return false;
      }
      if (kind == Kind.HEADS || kind == Kind.BODIES) {
        channel.write(ByteBuffer.wrap(new byte[] {'x'}));
      }
      return true;
    } catch (IOException _) {
      return false;
    }
  }

  @Override
  public void close() throws IOException {
    clock.shutdownNow();
    try {
      if (!clock.awaitTermination(10, TimeUnit.SECONDS)) {
        throw new IllegalStateException("the slow clients do not end");
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    for (SocketChannel channel : open) {
      channel.close();
    }
    open.clear();
  }
}

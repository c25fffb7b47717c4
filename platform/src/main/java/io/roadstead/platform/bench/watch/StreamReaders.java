package io.roadstead.platform.bench.watch;

import io.roadstead.registry.Ticker;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLongArray;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Thousands of readers of the watch on one thread. Each checks that it is told of every change,
 * once and in order; how long each took from its sending to each reader is counted. A reader whose
 * connection ends comes back at once, and resumes.
 *
 * <p>Its thread owns all state; what others ask is run there.
 */
final class StreamReaders implements AutoCloseable {
  private static final int CONNECTING_AT_ONCE = 1_000;
  private static final long AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final long LOOK_MILLIS = 20;
  private static final long LONGEST_MICROS = 60_000_000;
  private static final int KEPT_TIMES = 1 << 16;
  private static final long ANY = -1;

  /**
   * How the readers stand.
   *
   * @param open that have an answer and their first event
   * @param newest the least mark that one of them has read last, of all that are open
   * @param gaps marks that a reader was not told of
   * @param repeated marks that a reader was told of twice
   * @param snapshots events of that kind
   * @param refused answers other than 200
   * @param lost connections that ended without having been asked to
   */
  record Standing(
      int open, long newest, long gaps, long repeated, long snapshots, long refused, long lost) {}

  private static final class Reader implements StreamText.Listener {
    final StreamReaders all;
    @Nullable SocketChannel channel;
    @Nullable SelectionKey key;
    StreamText text = new StreamText();
    String since = "";
    long last = ANY;
    long highest = ANY;
    boolean begun;
    boolean wanted = true;
    boolean reading = true;

    Reader(StreamReaders all) {
      this.all = all;
    }

    @Override
    public void mark(boolean snapshot, long number) {
      if (snapshot) {
        highest = Math.max(highest, number);
        return;
      }
      if (last != ANY && number > last + 1) {
        all.gaps += number - last - 1;
      } else if (last != ANY && number <= last) {
        all.repeated++;
        return;
      }
      last = number;
      long sent = all.sent.get((int) (number % KEPT_TIMES));
      if (all.counting && sent != 0) {
        long micros = Math.max(0, (all.ticker.nanos() - sent) / 1_000);
        all.micros.recordValue(Math.min(LONGEST_MICROS, micros));
      }
    }

    @Override
    public void event(char kind) {
      begun = true;
      if (kind == 'n') {
        all.snapshots++;
        last = highest;
        highest = ANY;
      }
    }
  }

  private final InetSocketAddress address;
  private final Ticker ticker;
  private final Selector selector;
  private final Thread thread;
  private final Queue<Runnable> asked = new ConcurrentLinkedQueue<>();
  private final AtomicLongArray sent = new AtomicLongArray(KEPT_TIMES);
  private final List<Reader> readers = new ArrayList<>();
  private final Deque<Reader> toConnect = new ArrayDeque<>();
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(256 * 1024);
  private Histogram micros = new Histogram(LONGEST_MICROS, 3);
  private volatile boolean closing;
  private boolean counting;
  private int connecting;
  private long notBefore;
  private long gaps;
  private long repeated;
  private long snapshots;
  private long refused;
  private long lost;

  StreamReaders(InetSocketAddress address, Ticker ticker) throws IOException {
    this.address = address;
    this.ticker = ticker;
    this.selector = Selector.open();
    this.notBefore = ticker.nanos();
    this.thread = Thread.ofPlatform().daemon().name("bench-readers").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** A registration with this mark is about to be sent. */
  void sending(long mark) {
    sent.set((int) (mark % KEPT_TIMES), ticker.nanos());
  }

  /** Has so many readers; those that are too many end. */
  void have(int number) {
    ask(
        () -> {
          while (readers.size() > number) {
            Reader last = readers.removeLast();
            last.wanted = false;
            drop(last);
          }
          while (readers.size() < number) {
            Reader added = new Reader(this);
            readers.add(added);
            toConnect.add(added);
          }
          return true;
        });
  }

  /** All connections end at once, and their readers come back. */
  void cut() {
    ask(
        () -> {
          readers.forEach(this::again);
          return true;
        });
  }

  /** The first so many stop to read, or read on. */
  void stick(int number, boolean stuck) {
    ask(
        () -> {
          for (Reader reader : readers.subList(0, Math.min(number, readers.size()))) {
            reader.reading = !stuck;
            SelectionKey key = reader.key;
            if (key != null && key.isValid()) {
              key.interestOps(stuck ? 0 : SelectionKey.OP_READ);
            }
          }
          return true;
        });
  }

  void count() {
    ask(
        () -> {
          micros = new Histogram(LONGEST_MICROS, 3);
          counting = true;
          return true;
        });
  }

  /** The times from sending to each reader, in microseconds, since {@link #count}. */
  Histogram counted() {
    return ask(
        () -> {
          counting = false;
          return micros.copy();
        });
  }

  /**
   * @param from the readers before it are left out
   */
  Standing standing(int from) {
    return ask(
        () -> {
          int open = 0;
          long newest = Long.MAX_VALUE;
          for (Reader reader : readers.subList(Math.min(from, readers.size()), readers.size())) {
            if (reader.begun) {
              open++;
              newest = Math.min(newest, reader.last);
            }
          }
          return new Standing(open, newest, gaps, repeated, snapshots, refused, lost);
        });
  }

  private <T> T ask(Callable<T> question) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    asked.add(
        () -> {
          try {
            answer.complete(question.call());
          } catch (Exception e) {
            answer.completeExceptionally(e);
          }
        });
    selector.wakeup();
    try {
      return answer.get(1, TimeUnit.MINUTES);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("the readers do not answer", e);
    }
  }

  private void run() {
    try (Selector _ = selector) {
      while (!closing) {
        for (Runnable next = asked.poll(); next != null; next = asked.poll()) {
          next.run();
        }
        connect();
        selector.select(this::ready, LOOK_MILLIS);
      }
      readers.forEach(this::drop);
    } catch (IOException e) {
      throw new IllegalStateException("the readers' selector failed", e);
    }
  }

  private void connect() {
    while (!toConnect.isEmpty()
        && connecting < CONNECTING_AT_ONCE
        && ticker.nanos() - notBefore >= 0) {
      Reader reader = toConnect.removeFirst();
      if (!reader.wanted) {
        continue;
      }
      try {
        SocketChannel channel = SocketChannel.open();
        channel.configureBlocking(false);
        // So that thousands that end leave no ports waiting.
        channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        reader.channel = channel;
        reader.text = new StreamText();
        reader.begun = false;
        connecting++;
        boolean connected = channel.connect(address);
        reader.key =
            channel.register(
                selector, connected ? SelectionKey.OP_READ : SelectionKey.OP_CONNECT, reader);
        if (connected) {
          request(reader, channel);
        }
      } catch (IOException e) {
        failed(reader);
      }
    }
  }

  private void ready(SelectionKey key) {
    Reader reader = (Reader) key.attachment();
    SocketChannel channel = reader.channel;
    if (channel == null || !key.isValid()) {
      return;
    }
    try {
      if (key.isConnectable()) {
        channel.finishConnect();
        key.interestOps(SelectionKey.OP_READ);
        request(reader, channel);
      } else if (key.isReadable()) {
        read(reader, channel);
      }
    } catch (IOException e) {
      failed(reader);
    }
  }

  private void request(Reader reader, SocketChannel channel) throws IOException {
    String request =
        "GET /api/v1/watch"
            + (reader.since.isEmpty() ? "" : "?since=" + reader.since)
            + " HTTP/1.1\r\nHost: "
            + address.getHostString()
            + ":"
            + address.getPort()
            + "\r\nAccept: text/event-stream\r\n\r\n";
    ByteBuffer bytes = ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII));
    if (channel.write(bytes) < bytes.capacity()) {
      throw new IOException("the request was not taken whole");
    }
  }

  private void read(Reader reader, SocketChannel channel) throws IOException {
    buffer.clear();
    int length = channel.read(buffer);
    boolean begun = reader.begun;
    if (length > 0) {
      buffer.flip();
      reader.text.read(buffer, reader);
    }
    if (reader.begun && !begun) {
      connecting--;
    }
    if (length < 0 || reader.text.over()) {
      if (reader.text.status() != 200 && reader.text.status() != 0) {
        refused++;
      }
      failed(reader);
    }
  }

  /** It was not asked to end. */
  private void failed(Reader reader) {
    lost++;
    notBefore = ticker.nanos() + AGAIN_NANOS;
    again(reader);
  }

  private void again(Reader reader) {
    if (reader.begun) {
      reader.since = reader.text.cursor();
    }
    drop(reader);
    toConnect.add(reader);
  }

  private void drop(Reader reader) {
    SocketChannel channel = reader.channel;
    reader.channel = null;
    if (channel == null) {
      return;
    }
    if (!reader.begun) {
      connecting--;
    }
    reader.begun = false;
    try {
      channel.close();
    } catch (IOException _) {
      // it is given up either way
    }
  }

  @Override
  public void close() {
    closing = true;
    selector.wakeup();
    try {
      thread.join(5_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

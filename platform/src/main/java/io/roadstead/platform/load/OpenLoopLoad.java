package io.roadstead.platform.load;

import io.roadstead.platform.load.LoadConnection.Reply;
import io.roadstead.registry.Ticker;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongFunction;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Requests at a fixed rate, whatever becomes of those before (open loop).
 *
 * <p>Each request has the time at which it is due, and is measured from that: where the system, or
 * this process, is late, the wait counts. Each is on its own virtual thread; connections that are
 * kept are shared, the one used last first. Nothing is tried twice. What fails: no connection, a
 * broken one, more than the limit from when it was due, a status of 400 or more, a body that is not
 * what was expected.
 *
 * <p>Not more are in flight than the rate allows within the limit. Safe for use by several threads;
 * {@link #start} once, then {@link #close}, which lets requests in flight end.
 */
public final class OpenLoopLoad implements AutoCloseable {
  /** How long a request may take, from when it is due. */
  public static final Duration LIMIT = Duration.ofSeconds(10);

  /** A connection that was idle for longer is not used: the other side may be closing it. */
  private static final long LONGEST_IDLE_NANOS = TimeUnit.SECONDS.toNanos(3);

  private static final int KEPT_BODY = 600;

  /** One request. Immutable. */
  public static final class Ask {
    private final byte[] bytes;
    private final Predicate<String> expected;

    /**
     * @param bytes as they are sent; not to be changed any more
     * @param expected whether a body is as it should be
     */
    public Ask(byte[] bytes, Predicate<String> expected) {
      this.bytes = bytes;
      this.expected = expected;
    }
  }

  private record Idle(LoadConnection connection, long sinceNanos) {}

  private final InetSocketAddress address;
  private final LongFunction<Ask> asks;
  private final boolean keepsConnections;
  private final int perSecond;
  private final Duration limit;
  private final Ticker ticker;
  private final Outcomes outcomes;
  private final ConcurrentLinkedDeque<Idle> idle = new ConcurrentLinkedDeque<>();
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final Phaser inFlight = new Phaser(1);
  private final Thread arrivals;

  /** The same GET again and again, over connections that are kept. */
  public OpenLoopLoad(
      InetSocketAddress address,
      String path,
      Predicate<String> expected,
      int perSecond,
      Ticker ticker,
      Outcomes outcomes) {
    this(
        address,
        always(new Ask(LoadConnection.get(address, path), expected)),
        true,
        perSecond,
        ticker,
        outcomes);
  }

  /**
   * @param asks the n-th request, from 0
   * @param keepsConnections whether they are used again, or each request has its own
   */
  public OpenLoopLoad(
      InetSocketAddress address,
      LongFunction<Ask> asks,
      boolean keepsConnections,
      int perSecond,
      Ticker ticker,
      Outcomes outcomes) {
    this(address, asks, keepsConnections, perSecond, LIMIT, ticker, outcomes);
  }

  /**
   * @param asks the n-th request, from 0
   * @param keepsConnections whether they are used again, or each request has its own
   * @param limit how long a request may take, from when it is due, instead of {@link #LIMIT}
   */
  public OpenLoopLoad(
      InetSocketAddress address,
      LongFunction<Ask> asks,
      boolean keepsConnections,
      int perSecond,
      Duration limit,
      Ticker ticker,
      Outcomes outcomes) {
    this.address = address;
    this.asks = asks;
    this.keepsConnections = keepsConnections;
    this.perSecond = perSecond;
    this.limit = limit;
    this.ticker = ticker;
    this.outcomes = outcomes;
    this.arrivals = Thread.ofPlatform().daemon().name("load-arrivals").unstarted(this::arrive);
  }

  private static LongFunction<Ask> always(Ask ask) {
    return _ -> ask;
  }

  public void start() {
    arrivals.start();
  }

  /** Sends no more, waits for what is in flight, and closes the connections. */
  @Override
  public void close() {
    stopped.countDown();
    try {
      if (arrivals.isAlive() && !arrivals.join(limit)) {
        arrivals.interrupt();
      }
      int phase = inFlight.arriveAndDeregister();
      inFlight.awaitAdvanceInterruptibly(phase, limit.toMillis() + 1_000, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (TimeoutException e) {
      // Each request has its own limit, so this is a stalled machine; what is open is cut below.
    }
    idle.forEach(entry -> entry.connection().close());
  }

  private void arrive() {
    long begun = ticker.nanos();
    try {
      for (long n = 0; ; n++) {
        long due = begun + n * TimeUnit.SECONDS.toNanos(1) / perSecond;
        if (stopped.await(due - ticker.nanos(), TimeUnit.NANOSECONDS)) {
          return;
        }
        long number = n;
        Ask ask = asks.apply(n);
        inFlight.register();
        Thread.ofVirtual()
            .name("load-request")
            .start(
                () -> {
                  try {
                    request(number, ask, due);
                  } finally {
                    inFlight.arriveAndDeregister();
                  }
                });
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void request(long number, Ask ask, long due) {
    long sent = ticker.nanos();
    Cause failure = attempt(ask, due + limit.toNanos());
    long ended = ticker.nanos();
    if (failure == null && ended - due > limit.toNanos()) {
      failure = Cause.of("took " + TimeUnit.NANOSECONDS.toMillis(ended - due) + " ms");
    }
    outcomes.ended(number, due, sent, ended, failure);
  }

  /** Sends the request once; why it failed, or null. */
  private @Nullable Cause attempt(Ask ask, long deadline) {
    LoadConnection connection = null;
    boolean reusable = false;
    try {
      connection = connection(deadline);
      Reply reply = connection.exchange(ask.bytes, deadline);
      reusable = reply.reusable();
      if (reply.status() >= 400) {
        return cause("status " + reply.status(), reply);
      }
      return ask.expected.test(reply.body()) ? null : cause("wrong body", reply);
    } catch (SocketTimeoutException e) {
      return Cause.of("no answer within " + limit.toSeconds() + " s");
    } catch (IOException | RuntimeException e) {
      return Cause.of(e.getClass().getSimpleName() + ": " + e.getMessage());
    } finally {
      if (connection != null) {
        release(connection, reusable);
      }
    }
  }

  private LoadConnection connection(long deadline) throws IOException {
    for (Idle entry = idle.pollLast(); entry != null; entry = idle.pollLast()) {
      if (ticker.nanos() - entry.sinceNanos() < LONGEST_IDLE_NANOS) {
        return entry.connection();
      }
      entry.connection().close();
    }
    return LoadConnection.open(ticker, address, deadline);
  }

  private void release(LoadConnection connection, boolean reusable) {
    if (reusable && keepsConnections && stopped.getCount() > 0) {
      idle.addLast(new Idle(connection, ticker.nanos()));
    } else {
      connection.close();
    }
  }

  private static Cause cause(String what, Reply reply) {
    String body = reply.body();
    return new Cause(
        what,
        reply.status(),
        reply.reason(),
        body.length() <= KEPT_BODY ? body : body.substring(0, KEPT_BODY) + "…");
  }
}

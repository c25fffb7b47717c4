package io.roadstead.platform.demo;

import io.roadstead.platform.demo.LoadConnection.Reply;
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
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Requests at a fixed rate, whatever becomes of those before (open loop).
 *
 * <p>Each request has the time at which it is due, and is measured from that: where the system, or
 * this process, is late, the wait counts. Each is on its own virtual thread; connections are kept
 * alive and shared, the one used last first. Nothing is tried twice. What fails: no connection, a
 * broken one, more than the limit from when it was due, a status of 400 or more, a body that is not
 * what was expected.
 *
 * <p>Not more are in flight than the rate allows within the limit. Safe for use by several threads;
 * {@link #start} once, then {@link #close}, which lets requests in flight end.
 */
final class OpenLoopLoad implements AutoCloseable {
  static final Duration LIMIT = Duration.ofSeconds(10);

  /** A connection that was idle for longer is not used: the other side may be closing it. */
  private static final long LONGEST_IDLE_NANOS = TimeUnit.SECONDS.toNanos(3);

  private static final int KEPT_BODY = 600;

  private record Idle(LoadConnection connection, long sinceNanos) {}

  private final InetSocketAddress address;
  private final byte[] request;
  private final Predicate<String> expected;
  private final int perSecond;
  private final Ticker ticker;
  private final Tally tally;
  private final ConcurrentLinkedDeque<Idle> idle = new ConcurrentLinkedDeque<>();
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final Phaser inFlight = new Phaser(1);
  private final Thread arrivals;

  /**
   * @param expected whether a body is as it should be
   */
  OpenLoopLoad(
      InetSocketAddress address,
      String path,
      Predicate<String> expected,
      int perSecond,
      Ticker ticker,
      Tally tally) {
    this.address = address;
    this.request = LoadConnection.get(address, path);
    this.expected = expected;
    this.perSecond = perSecond;
    this.ticker = ticker;
    this.tally = tally;
    this.arrivals = Thread.ofPlatform().daemon().name("load-arrivals").unstarted(this::arrive);
  }

  void start() {
    arrivals.start();
  }

  /** Sends no more, waits for what is in flight, and closes the connections. */
  @Override
  public void close() {
    stopped.countDown();
    try {
      if (arrivals.isAlive() && !arrivals.join(LIMIT)) {
        arrivals.interrupt();
      }
      int phase = inFlight.arriveAndDeregister();
      inFlight.awaitAdvanceInterruptibly(phase, LIMIT.toMillis() + 1_000, TimeUnit.MILLISECONDS);
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
        inFlight.register();
        Thread.ofVirtual()
            .name("load-request")
            .start(
                () -> {
                  try {
                    request(due);
                  } finally {
                    inFlight.arriveAndDeregister();
                  }
                });
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void request(long due) {
    long sent = ticker.nanos();
    Tally.Cause failure = attempt(due + LIMIT.toNanos());
    long ended = ticker.nanos();
    if (failure == null && ended - due > LIMIT.toNanos()) {
      failure = Tally.Cause.of("took " + TimeUnit.NANOSECONDS.toMillis(ended - due) + " ms");
    }
    tally.ended(due, sent, ended, failure);
  }

  /** Sends the request once; why it failed, or null. */
  private Tally.@Nullable Cause attempt(long deadline) {
    LoadConnection connection = null;
    boolean reusable = false;
    try {
      connection = connection(deadline);
      Reply reply = connection.exchange(request, deadline);
      reusable = reply.reusable();
      if (reply.status() >= 400) {
        return cause("status " + reply.status(), reply);
      }
      return expected.test(reply.body()) ? null : cause("wrong body", reply);
    } catch (SocketTimeoutException e) {
      return Tally.Cause.of("no answer within " + LIMIT.toSeconds() + " s");
    } catch (IOException | RuntimeException e) {
      return Tally.Cause.of(e.getClass().getSimpleName() + ": " + e.getMessage());
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
    if (reusable && stopped.getCount() > 0) {
      idle.addLast(new Idle(connection, ticker.nanos()));
    } else {
      connection.close();
    }
  }

  private static Tally.Cause cause(String what, Reply reply) {
    String body = reply.body();
    return new Tally.Cause(
        what,
        reply.status(),
        reply.reason(),
        body.length() <= KEPT_BODY ? body : body.substring(0, KEPT_BODY) + "…");
  }
}

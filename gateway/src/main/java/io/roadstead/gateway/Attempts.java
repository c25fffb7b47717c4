package io.roadstead.gateway;

import static java.util.Objects.requireNonNull;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ConnectTimeoutException;
import io.roadstead.balancer.Member;
import io.roadstead.balancer.Outcome;
import io.roadstead.balancer.Tried;
import java.net.ConnectException;
import org.jspecify.annotations.Nullable;

/**
 * A request's way to an instance: the pick, the connection, and what is tried next where one of
 * them fails. Sends nothing twice that may be done twice. Used again for each request of a
 * connection. Confined to its loop.
 */
final class Attempts {
  private static final int MAX_TRIES = 3;

  /** A request that brings its instance down takes no third one with it. */
  private static final int MAX_RECIPIENTS = 2;

  private final Worker worker;
  private final ClientConnection client;
  private final Exchange exchange;
  private final Asked asked;
  private final Kept kept;
  private final Tried tried = new Tried();

  private @Nullable LoopService service;
  private @Nullable Member<UpstreamPool> member;

  /** The member's at the time of the pick: its instance may move, and have another pool then. */
  private @Nullable UpstreamPool pool;

  private @Nullable UpstreamConnection connection;
  private boolean connected;
  private boolean replayed;
  private boolean bodySent;
  private boolean answerStarted;

  /** To whose instance the request was written last, and to how many it was. */
  private @Nullable UpstreamPool recipient;

  private int recipients;
  private int tries;
  private long sentNanos;
  private long rttNanos;

  Attempts(Worker worker, ClientConnection client, Exchange exchange, Asked asked) {
    this.worker = worker;
    this.client = client;
    this.exchange = exchange;
    this.asked = asked;
    this.kept = new Kept(worker, client);
  }

  /** Forgets the request before. */
  void reset() {
    tried.clear();
    tries = 0;
    service = null;
    pool = null;
    recipient = null;
    connected = false;
    replayed = false;
    bodySent = false;
    answerStarted = false;
    recipients = 0;
    rttNanos = 0;
    kept.release();
  }

  /** Where the request went last; null before the first pick. */
  @Nullable UpstreamPool pool() {
    return pool;
  }

  /** Whether an instance counts the request as under way. */
  boolean picked() {
    return member != null;
  }

  @Nullable UpstreamConnection connection() {
    return connection;
  }

  /** Whether the connection is there, and can be written to. */
  boolean connected() {
    return connected && connection != null;
  }

  boolean answerStarted() {
    return answerStarted;
  }

  /** How often it was sent to an instance, or a connection to one tried. */
  int tries() {
    return tries;
  }

  /** From the sending of the request to the first byte of the answer; 0 before. */
  long rttNanos() {
    return rttNanos;
  }

  /** Takes the connection out of the exchange, which needs it no more. */
  @Nullable UpstreamConnection detach() {
    UpstreamConnection from = connection;
    connection = null;
    return from;
  }

  /** Lets go of the connection in the middle of what it carries. */
  void abandon() {
    UpstreamConnection from = detach();
    if (from != null) {
      from.abandon();
    }
  }

  // Picks and connections.

  void begin(LoopService to, ByteBuf head) {
    service = to;
    kept.head(head);
    Member<UpstreamPool> picked = to.balancer.pick(worker.now(), tried);
    if (picked == null) {
      exchange.refuse(503, "no-instance", to.absence());
      return;
    }
    forward(picked);
  }

  private void forward(Member<UpstreamPool> picked) {
    tries++;
    member = picked;
    UpstreamPool to = picked.target();
    pool = to;
    to.outstanding++;
    to.requests++;
    sentNanos = worker.now();
    // What was sent once to a dead connection goes to no other that may be dead as well.
    UpstreamConnection idle = replayed ? null : to.take();
    while (idle != null && !asked.idempotent && idle.endedUnread()) {
      // It could not be repeated, so it is worth a look.
      idle.close();
      idle = to.take();
    }
    if (idle == null) {
      connect(to);
    } else {
      idle.begin(exchange);
      send(idle);
    }
  }

  private void connect(UpstreamPool to) {
    connected = false;
    UpstreamConnection fresh = new UpstreamConnection(worker, to, exchange);
    connection = fresh;
    worker.connect(fresh);
  }

  void connected(UpstreamConnection fresh) {
    sentNanos = worker.now();
    send(fresh);
    client.proceed();
    worker.flush();
  }

  private void send(UpstreamConnection to) {
    connection = to;
    connected = true;
    answerStarted = false;
    exchange.progressed(sentNanos);
    if (recipients == 0) {
      kept.keepBody(asked.idempotent && asked.hasBody);
    }
    if (recipient != pool) {
      recipient = pool;
      recipients++;
    }
    ByteBuf bytes = requireNonNull(kept.head());
    if (asked.idempotent || to.used()) {
      // Written once more if the connection turns out to be dead.
      to.write(bytes.retain());
    } else {
      kept.headGone();
      to.write(bytes);
    }
    ByteBuf again = kept.body();
    if (again != null) {
      bodySent = true;
      to.write(again.copy());
    }
  }

  /** A piece of the request's body. */
  void body(ByteBuf in, int index, int length) {
    UpstreamConnection to = connection;
    if (to == null) {
      return;
    }
    bodySent = true;
    kept.add(in, index, length);
    to.write(in.retainedSlice(index, length));
  }

  /** The first byte of an answer is there; says whether it was not before. */
  boolean answering() {
    if (answerStarted) {
      return false;
    }
    answerStarted = true;
    rttNanos = worker.now() - sentNanos;
    kept.release();
    return true;
  }

  // What is tried next.

  void connectFailed(@Nullable Throwable cause) {
    LoopService to = requireNonNull(service);
    Member<UpstreamPool> failed = requireNonNull(member);
    UpstreamPool from = requireNonNull(pool);
    connection = null;
    tried.add(failed);
    giveBack(Outcome.CONNECT_FAILED);
    from.errors++;
    from.connectFailed(cause);
    // Whom to try next is asked and not counted: who was tried may have left meanwhile.
    Member<UpstreamPool> next =
        tried.size() < MAX_TRIES ? to.balancer.pick(worker.now(), tried) : null;
    if (next != null) {
      to.retried(RetryReason.CONNECT_FAILED);
      forward(next);
      client.proceed();
    } else {
      exchange.refuse(
          502,
          "connect-failed",
          "no connection to "
              + tried.size()
              + " of "
              + Math.max(tried.size(), to.balancer.size())
              + " instances of '"
              + to.name
              + "'; the last, "
              + from.instance().id()
              + " at "
              + from.address()
              + ": "
              + why(cause));
    }
    worker.flush();
  }

  private static String why(@Nullable Throwable cause) {
    return switch (cause) {
      case null -> "closed";
      case ConnectTimeoutException _ -> "no answer in time";
      case ConnectException _ -> "connection refused";
      default -> String.valueOf(cause.getMessage());
    };
  }

  /**
   * The connection ended before the answer did. One that was used before may have been ended while
   * it was idle: then the instance is well, and a fresh connection to it will do. If that one ends
   * too, or it was fresh to begin with, the instance has gone with the request in its hands; what
   * may be done twice goes to another. (The port of a process that was killed may accept
   * connections for a moment still, only to end them.)
   */
  void closed(boolean used) {
    UpstreamPool from = requireNonNull(pool);
    connection = null;
    ByteBuf bytes = kept.head();
    if (!answerStarted && bytes != null) {
      bytes.readerIndex(0);
      boolean whole = !bodySent || kept.keeping();
      if (used && !replayed && (asked.idempotent ? whole : asked.hasBody && !bodySent)) {
        replayed = true;
        tries++;
        requireNonNull(service).retried(RetryReason.STALE_CONNECTION);
        connect(from);
        return;
      }
      if (asked.idempotent && whole && sentElsewhere(from)) {
        return;
      }
    }
    exchange.upstreamFailed(
        502,
        "upstream-closed",
        "instance "
            + from.instance().id()
            + " closed the connection "
            + (answerStarted ? "in the middle of its answer" : "without an answer"));
  }

  /** Tries another instance than the one that ended the connection; false where there is none. */
  private boolean sentElsewhere(UpstreamPool from) {
    LoopService to = requireNonNull(service);
    tried.add(requireNonNull(member));
    Member<UpstreamPool> next =
        recipients < MAX_RECIPIENTS && tried.size() < MAX_TRIES
            ? to.balancer.pick(worker.now(), tried)
            : null;
    if (next == null) {
      return false;
    }
    from.errors++;
    giveBack(Outcome.ERROR);
    replayed = true;
    to.retried(RetryReason.INSTANCE_CLOSED);
    forward(next);
    client.proceed();
    worker.flush();
    return true;
  }

  /** Gives the pick back to the balancer and the count to the pool, where there is one. */
  void giveBack(Outcome outcome) {
    Member<UpstreamPool> picked = member;
    if (picked != null) {
      member = null;
      long now = worker.now();
      long rtt = rttNanos > 0 ? rttNanos : now - sentNanos;
      requireNonNull(service).balancer.ended(picked, now, rtt, outcome);
      requireNonNull(pool).released();
    }
  }
}

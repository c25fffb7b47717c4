package io.roadstead.gateway;

import static java.util.Objects.requireNonNull;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ConnectTimeoutException;
import io.roadstead.balancer.Member;
import io.roadstead.balancer.Outcome;
import io.roadstead.balancer.Tried;
import io.roadstead.gateway.http.Head;
import io.roadstead.gateway.route.RouteEntry;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import org.jspecify.annotations.Nullable;

/**
 * A request's way to an instance: the pick, the connection, and what is tried next where one of
 * them fails. Sends nothing twice that may be done twice. Used again for each request of a
 * connection. Confined to its loop.
 */
final class Attempts {
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

  /** Who has failed the request last; null while another has it, and where none has. */
  private @Nullable UpstreamPool failedBy;

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

  // What limits it, and where it waits.
  private @Nullable Patience patience;
  private @Nullable Gate routeGate;
  private boolean inRoute;
  private @Nullable Gate instanceGate;
  private @Nullable Crowd waitingIn;
  private Obstacle obstacle = Obstacle.NO_INSTANCE;
  private long waitsUntilNanos;

  /** Its neighbours in the line. */
  @Nullable Attempts before;

  @Nullable Attempts after;

  Attempts(Worker worker, ClientConnection client, Exchange exchange, Asked asked) {
    this.worker = worker;
    this.client = client;
    this.exchange = exchange;
    this.asked = asked;
    this.kept = new Kept(worker, client);
  }

  /** Forgets the request before. */
  void reset() {
    leaveLine();
    Gate way = routeGate;
    routeGate = null;
    patience = null;
    if (way != null && inRoute) {
      inRoute = false;
      way.leave();
      requireNonNull(service).freed();
    }
    tried.clear();
    tries = 0;
    service = null;
    pool = null;
    failedBy = null;
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

  /** Whose the end of the request is: who has it, or who failed it last; null where nobody does. */
  @Nullable UpstreamPool accountable() {
    return member != null ? pool : failedBy;
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

  /** How long it waits for what. Only while it is under way. */
  Patience patience() {
    return requireNonNull(patience);
  }

  /** Lets go of the connection in the middle of what it carries. */
  void abandon() {
    UpstreamConnection from = detach();
    if (from != null) {
      from.abandon();
    }
  }

  // Picks and connections.

  void begin(LoopService to, RouteEntry route, ByteBuf head) {
    service = to;
    patience = to.patience(route);
    routeGate = to.gate(route);
    kept.head(head);
    to.budget.request();
    Member<UpstreamPool> picked = admitted(to);
    if (picked == null) {
      await(to);
    } else {
      forward(picked);
    }
  }

  /** A place in the route and at an instance; null, and {@link #obstacle}, where it has to wait. */
  private @Nullable Member<UpstreamPool> admitted(LoopService to) {
    Gate way = routeGate;
    if (way != null && !way.enter()) {
      obstacle = Obstacle.ROUTE_FULL;
      return null;
    }
    Member<UpstreamPool> picked = to.pick(tried, asked);
    if (picked == null) {
      obstacle = to.balancer.size() == 0 ? Obstacle.NO_INSTANCE : Obstacle.INSTANCES_FULL;
      if (way != null) {
        way.leave();
      }
      return null;
    }
    inRoute = way != null;
    return picked;
  }

  // Waiting.

  private void await(LoopService to) {
    long nanos =
        (obstacle == Obstacle.NO_INSTANCE
                ? to.policy().hold()
                : to.policy().concurrency().patience())
            .toNanos();
    Crowd in = nanos > 0 && !worker.lastAnswers() ? to.queue(this) : null;
    if (in == null) {
      refuseFull(to);
      return;
    }
    waitingIn = in;
    waitsUntilNanos = worker.now() + nanos;
    // Another loop may have made room just before it could know that somebody waits here.
    goOn();
  }

  /** Whether it waits for its turn, or for an instance. */
  boolean waiting() {
    return waitingIn != null;
  }

  private void leaveLine() {
    Crowd in = waitingIn;
    if (in != null) {
      waitingIn = null;
      requireNonNull(service).unqueue(this, in);
    }
  }

  /** Goes on if it can; what is in its way, where it cannot. */
  @Nullable Obstacle goOn() {
    Member<UpstreamPool> picked = admitted(requireNonNull(service));
    if (picked == null) {
      return obstacle;
    }
    leaveLine();
    exchange.progressed();
    forward(picked);
    client.proceed();
    return null;
  }

  /** Tells the client where it has waited too long. */
  void waitedUntil(long nowNanos) {
    if (waitingIn == null || nowNanos - waitsUntilNanos < 0) {
      return;
    }
    leaveLine();
    LoopService to = requireNonNull(service);
    if (obstacle == Obstacle.NO_INSTANCE) {
      exchange.refuse(503, "no-instance", to.absence());
    } else {
      exchange.refuse(
          503,
          "queue-timeout",
          "the request waited "
              + to.policy().concurrency().patience().toMillis()
              + " ms in vain: "
              + full(to)
              + "; send less at once, or raise the limit or the number of instances");
    }
  }

  private void refuseFull(LoopService to) {
    if (obstacle == Obstacle.NO_INSTANCE) {
      exchange.refuse(503, "no-instance", to.absence());
    } else {
      exchange.refuse(
          503,
          "queue-full",
          full(to)
              + ", and the queue of "
              + to.policy().concurrency().queue()
              + " is full; send less at once, or raise the limit or the number of instances");
    }
  }

  private String full(LoopService to) {
    Gate way = routeGate;
    return obstacle == Obstacle.ROUTE_FULL && way != null
        ? "the route to service '" + to.name + "' has its " + way.limit() + " requests under way"
        : "each of the "
            + to.balancer.size()
            + " instances of service '"
            + to.name
            + "' has its "
            + to.policy().concurrency().instance()
            + " requests under way";
  }

  // The way.

  private void forward(Member<UpstreamPool> picked) {
    tries++;
    member = picked;
    UpstreamPool to = picked.target();
    instanceGate = to.gate();
    pool = to;
    failedBy = null;
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
    worker.connect(fresh, patience().connectMillis());
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

  /** The instance says in its answer how busy it is. */
  void loadReported(Head answer) {
    int header = answer.load();
    long report =
        LoadReport.read(answer.bytes(), answer.valueStart(header), answer.valueLength(header));
    Member<UpstreamPool> from = member;
    if (report != LoadReport.NONE && from != null) {
      requireNonNull(service)
          .balancer
          .reported(from, worker.now(), LoadReport.inFlight(report), LoadReport.nanos(report));
    }
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
    if (!again(to, RetryReason.CONNECT_FAILED)) {
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

  /** Goes to another instance; false where it may not, or there is none. */
  private boolean again(LoopService to, RetryReason reason) {
    // Whom to try next is asked and not counted: who was tried may have left meanwhile.
    if (tried.size() >= to.policy().retries().tries()
        || (reason != RetryReason.CONNECT_FAILED && recipients >= MAX_RECIPIENTS)) {
      to.notRetried(Unretried.TRIES);
      return false;
    }
    Member<UpstreamPool> next = to.pick(tried, asked);
    if (next == null) {
      to.notRetried(Unretried.NO_OTHER);
      return false;
    }
    if (!to.budget.spend(worker.now())) {
      to.notRetried(Unretried.BUDGET);
      to.withdraw(next);
      return false;
    }
    to.retried(reason);
    forward(next);
    client.proceed();
    return true;
  }

  /** In words of our own: what an exception says is not for clients. */
  static String why(@Nullable Throwable cause) {
    return switch (cause) {
      case null -> "closed";
      case ConnectTimeoutException _ -> "no answer in time";
      case ConnectException _ -> "connection refused";
      case NoRouteToHostException _ -> "no way to its host";
      default -> "the connection could not be made";
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
      if (used && !replayed && (asked.idempotent ? whole() : asked.hasBody && !bodySent)) {
        replayed = true;
        tries++;
        requireNonNull(service).retried(RetryReason.STALE_CONNECTION);
        connect(from);
        return;
      }
    }
    if (sentElsewhere(from, RetryReason.INSTANCE_CLOSED)) {
      return;
    }
    exchange.upstreamFailed(
        502,
        "upstream-closed",
        "instance "
            + from.instance().id()
            + " closed the connection "
            + (answerStarted ? "in the middle of its answer" : "without an answer"));
  }

  /** The instance has not begun its answer in time; false where that is the end of it. */
  boolean timedOut() {
    abandon();
    return sentElsewhere(requireNonNull(pool), RetryReason.TRY_TIMEOUT);
  }

  /** Whether all that the client has sent of its body can be sent again. */
  private boolean whole() {
    return !bodySent || kept.keeping();
  }

  /** Tries another instance than the one that failed; false where it may not, or there is none. */
  private boolean sentElsewhere(UpstreamPool from, RetryReason reason) {
    LoopService to = requireNonNull(service);
    ByteBuf bytes = kept.head();
    if (answerStarted) {
      to.notRetried(Unretried.ANSWER_BEGUN);
      return false;
    }
    if (!asked.idempotent || bytes == null) {
      to.notRetried(Unretried.NOT_IDEMPOTENT);
      return false;
    }
    if (!whole()) {
      to.notRetried(Unretried.BODY_NOT_KEPT);
      return false;
    }
    bytes.readerIndex(0);
    tried.add(requireNonNull(member));
    giveBack(Outcome.ERROR);
    boolean wasReplayed = replayed;
    replayed = true;
    if (!again(to, reason)) {
      replayed = wasReplayed;
      return false;
    }
    from.errors++;
    worker.flush();
    return true;
  }

  /** Gives the pick back to the balancer and the count to the pool, where there is one. */
  void giveBack(Outcome outcome) {
    Member<UpstreamPool> picked = member;
    if (picked != null) {
      member = null;
      boolean failed = outcome == Outcome.ERROR || outcome == Outcome.CONNECT_FAILED;
      failedBy = failed ? pool : null;
      long now = worker.now();
      long rtt = rttNanos > 0 ? rttNanos : now - sentNanos;
      LoopService to = requireNonNull(service);
      to.balancer.ended(picked, now, rtt, outcome);
      requireNonNull(pool).released();
      Gate place = instanceGate;
      if (place != null) {
        instanceGate = null;
        place.leave();
        to.freed();
      }
    }
  }
}

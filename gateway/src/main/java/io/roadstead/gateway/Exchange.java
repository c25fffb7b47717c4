package io.roadstead.gateway;

import static java.util.Objects.requireNonNull;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ConnectTimeoutException;
import io.roadstead.balancer.Member;
import io.roadstead.balancer.Outcome;
import io.roadstead.balancer.Tried;
import io.roadstead.gateway.http.BodyReader;
import io.roadstead.gateway.http.Head;
import io.roadstead.gateway.route.PathCheck;
import io.roadstead.gateway.route.RouteEntry;
import java.net.ConnectException;
import org.jspecify.annotations.Nullable;

/**
 * One request and its answer on their way through the gateway: the hard class of this module.
 *
 * <p>The idea: a request lives on one event loop from its first byte to its last. The head is
 * parsed into offsets, routed, and written anew into one buffer; the balancer of this loop picks an
 * instance, the pool of this loop has a connection to it or opens one; bodies are forwarded as the
 * buffers that they came in. Nothing is shared with another loop, nothing is allocated that is not
 * pooled: a client connection has one exchange and uses it again for each request.
 *
 * <p>The states, as the fields tell them:
 *
 * <pre>
 *   idle          active = false
 *   connecting    connection set, connected = false          the client's body is not read
 *   sending       connected = true, requestDone = false      body: client → instance
 *   waiting       requestDone = true, answerStarted = false  may be sent again: see upstreamClosed
 *   answering     answerStarted, then responding = true      body: instance → client
 * </pre>
 *
 * Sending and answering overlap when an instance answers early. Every way out goes through {@link
 * #over}: it gives the pick back to the balancer, the count back to the pool, the buffers back to
 * the allocator, and counts the request, exactly once.
 *
 * <p>Confined to the client connection's loop.
 */
final class Exchange implements BodyReader.Sink {
  private static final int MAX_TRIES = 3;

  /** A request that brings its instance down takes no third one with it. */
  private static final int MAX_RECIPIENTS = 2;

  private static final int SMALL_BODY = 2048;
  private static final int CLIENT_WENT = 499;
  private static final int MAX_INTERIM = 16;

  private final Worker worker;
  private final ClientConnection client;
  private final Tried tried = new Tried();

  // The request.
  private boolean active;
  private boolean bodiless;
  private boolean idempotent;
  private boolean hasBody;
  private boolean http10;
  private boolean keepAlive;
  private boolean expectContinue;

  /** The protocol that the client asks for beside HTTP, in lower case. */
  private @Nullable String upgrade;

  private boolean requestDone;
  private boolean bodySent;
  private long startedNanos;
  private long progressNanos;
  private long writeBacklog;
  private @Nullable RouteEntry route;
  private @Nullable LoopService service;

  // Where it goes.
  private @Nullable Member<UpstreamPool> member;

  /** The member's at the time of the pick: its instance may move, and have another pool then. */
  private @Nullable UpstreamPool pool;

  private @Nullable UpstreamConnection connection;
  private boolean connected;
  private boolean replayed;

  /** To whose instance the request was written last, and to how many it was. */
  private @Nullable UpstreamPool recipient;

  private int recipients;
  private long sentNanos;
  private long rttNanos;
  private @Nullable ByteBuf head;
  private @Nullable ByteBuf held;
  private boolean holding;

  // The answer.
  private boolean answerStarted;
  private boolean responding;
  private boolean eventStream;
  private @Nullable Tunnel tunnel;
  private boolean counted;
  private boolean chunkedOut;
  private boolean rechunk;
  private boolean closeClient;
  private int interims;
  private int status;
  private @Nullable ByteBuf headOut;

  Exchange(Worker worker, ClientConnection client) {
    this.worker = worker;
    this.client = client;
  }

  boolean requestDone() {
    return requestDone;
  }

  /** Takes a request that was read well; its body, if any, comes later. */
  void begin(Head request) {
    active = true;
    startedNanos = worker.now();
    progressNanos = startedNanos;
    bodiless = request.methodIs("HEAD");
    idempotent = request.idempotent();
    hasBody = request.chunked() || request.contentLength() > 0;
    requestDone = !hasBody;
    http10 = request.http10();
    keepAlive = request.persistent();
    expectContinue = request.expectContinue();
    upgrade = request.upgrades() && passes(request.upgrade()) ? request.upgrade() : null;
    bodySent = false;
    replayed = false;
    recipients = 0;
    counted = false;
    interims = 0;
    status = 0;
    rttNanos = 0;
    tried.clear();
    int own = worker.answersItself(request, client);
    if (own != 0) {
      over(own, Outcome.SUCCESS);
      client.answered(!keepAlive || !requestDone);
      return;
    }
    PathCheck path = worker.pathCheck();
    if (!path.accepts(request.bytes(), request.pathStart(), request.pathEnd())) {
      refuse(400, "bad-request", path.problem());
      return;
    }
    RouteEntry found = worker.route(request, path);
    if (found == null) {
      refuse(
          404,
          "no-route",
          "no route for host '"
              + request.text(request.hostStart(), request.hostEnd())
              + "' and path '"
              + request.text(
                  request.pathStart(), Math.min(request.pathEnd(), request.pathStart() + 200))
              + "': 'roadstead routes' lists those there are");
      return;
    }
    route = found;
    LoopService to = worker.service(found);
    service = to;
    to.inflight++;
    ByteBuf out = client.allocator().directBuffer(HeadWriter.requestSize(request, found));
    HeadWriter.request(request, found, client.forwardedLines(), upgrade != null, out);
    head = out;
    dispatch(to);
  }

  /**
   * HTTP in another version is not passed on blindly: requests in it would be seen by nobody. The
   * same holds for TLS.
   */
  private static boolean passes(String protocol) {
    return !protocol.startsWith("h2")
        && !protocol.startsWith("http")
        && !protocol.startsWith("tls");
  }

  // Towards the instance.

  private void dispatch(LoopService to) {
    Member<UpstreamPool> picked = to.balancer.pick(worker.now(), tried);
    if (picked == null) {
      refuse(503, "no-instance", to.absence());
      return;
    }
    forward(picked);
  }

  private void forward(Member<UpstreamPool> picked) {
    member = picked;
    UpstreamPool to = picked.target();
    pool = to;
    to.outstanding++;
    to.requests++;
    sentNanos = worker.now();
    // What was sent once to a dead connection goes to no other that may be dead as well.
    UpstreamConnection idle = replayed ? null : to.take();
    while (idle != null && !idempotent && idle.endedUnread()) {
      // It could not be repeated, so it is worth a look.
      idle.close();
      idle = to.take();
    }
    if (idle == null) {
      connect(to);
    } else {
      idle.begin(this);
      send(idle);
    }
  }

  private void connect(UpstreamPool to) {
    connected = false;
    UpstreamConnection fresh = new UpstreamConnection(worker, to, this);
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
    progressNanos = sentNanos;
    if (recipients == 0) {
      holding = idempotent && hasBody;
    }
    if (recipient != pool) {
      recipient = pool;
      recipients++;
    }
    ByteBuf bytes = requireNonNull(head);
    if (idempotent || to.used()) {
      // Written once more if the connection turns out to be dead.
      to.write(bytes.retain());
    } else {
      head = null;
      to.write(bytes);
    }
    ByteBuf again = held;
    if (again != null) {
      bodySent = true;
      to.write(again.copy());
    }
  }

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
      refuse(
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

  /** Whether the client's body may be read on. */
  boolean acceptsBody() {
    UpstreamConnection to = connection;
    return to != null && connected && to.writable();
  }

  boolean connectedUpstream() {
    return connected && connection != null;
  }

  /** A piece of the request's body. */
  @Override
  public void range(ByteBuf in, int index, int length) {
    UpstreamConnection to = connection;
    if (to == null) {
      return;
    }
    progressNanos = worker.now();
    bodySent = true;
    if (holding) {
      hold(in, index, length);
    }
    to.write(in.retainedSlice(index, length));
  }

  private void hold(ByteBuf in, int index, int length) {
    ByteBuf kept = held;
    int size = kept == null ? 0 : kept.readableBytes();
    if (size + length > worker.limits().heldBodyBytes()) {
      holding = false;
      held = release(kept);
      return;
    }
    if (kept == null) {
      kept = client.allocator().directBuffer(Math.max(1024, length));
      held = kept;
    }
    kept.writeBytes(in, index, length);
  }

  void requestComplete() {
    requestDone = true;
    progressNanos = worker.now();
  }

  /**
   * The connection ended before the answer did. One that was used before may have been ended while
   * it was idle: then the instance is well, and a fresh connection to it will do. If that one ends
   * too, or it was fresh to begin with, the instance has gone with the request in its hands; what
   * may be done twice goes to another. (The port of a process that was killed may accept
   * connections for a moment still, only to end them.)
   */
  void upstreamClosed(boolean used) {
    UpstreamPool from = requireNonNull(pool);
    connection = null;
    ByteBuf bytes = head;
    if (!answerStarted && bytes != null) {
      bytes.readerIndex(0);
      if (used && !replayed && (idempotent ? !bodySent || holding : hasBody && !bodySent)) {
        replayed = true;
        requireNonNull(service).retried(RetryReason.STALE_CONNECTION);
        connect(from);
        return;
      }
      if (idempotent && (!bodySent || holding) && sentElsewhere(from)) {
        return;
      }
    }
    upstreamFailed(
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

  /** The instance did not answer, or not well; its connection is closed already. */
  void upstreamFailed(int failure, String code, String detail) {
    connection = null;
    requireNonNull(pool).errors++;
    giveBack(Outcome.ERROR);
    if (responding && headOut == null) {
      // Too late for another answer: the client must see that this one is not whole.
      over(failure, Outcome.ERROR);
      client.abort();
    } else {
      refuse(failure, code, detail);
    }
    worker.flush();
  }

  // Towards the client.

  /** The first byte of an answer is there. */
  void answering() {
    if (!answerStarted) {
      answerStarted = true;
      progressNanos = worker.now();
      rttNanos = progressNanos - sentNanos;
      head = release(head);
      held = release(held);
      holding = false;
    }
  }

  /**
   * An interim answer: 100 goes to a client that asked for it, others to all that know of them (RFC
   * 9110 section 15.2). Says whether there may be another.
   */
  boolean interim(Head interim) {
    if (++interims > MAX_INTERIM) {
      return false;
    }
    if (interim.status() != 100 && !http10) {
      ByteBuf out = client.allocator().directBuffer(interim.length());
      HeadWriter.interim(interim, out);
      client.write(out);
    } else if (interim.status() == 100 && expectContinue) {
      expectContinue = false;
      client.writeContinue();
    }
    return true;
  }

  /**
   * The instance speaks the protocol that was asked for from now on; null where it was not asked
   * for that.
   */
  @Nullable Tunnel upgraded(Head answer, UpstreamConnection by) {
    String wanted = upgrade;
    if (wanted == null || !requestDone || !answer.upgrades() || !wanted.equals(answer.upgrade())) {
      return null;
    }
    status = answer.status();
    responding = true;
    ByteBuf out = client.allocator().directBuffer(answer.length() + HeadWriter.ADDED);
    HeadWriter.switching(answer, out);
    client.write(out);
    count(status);
    Tunnel through = new Tunnel(worker, this, client, by, wanted.equals("websocket"));
    tunnel = through;
    client.upgraded(through);
    return through;
  }

  /** Both directions are over, or were ended. */
  void tunnelOver() {
    UpstreamConnection from = connection;
    connection = null;
    if (from != null) {
      from.closeWhenWritten();
    }
    over(status, Outcome.SUCCESS);
    client.answered(true);
  }

  /** The instance's connection has gone. */
  void tunnelCut(boolean reset) {
    connection = null;
    over(status, reset ? Outcome.ERROR : Outcome.SUCCESS);
    if (reset) {
      client.abort();
    } else {
      client.answered(true);
    }
  }

  void progressed() {
    progressNanos = worker.now();
  }

  /** The head of the answer; says how its body is to be read. */
  void response(Head answer, BodyReader body) {
    status = answer.status();
    responding = true;
    eventStream = answer.eventStream();
    if (eventStream) {
      // It may last for days: what it took until it began is its latency.
      count(status);
    }
    boolean none = bodiless || status == 204 || status == 304;
    chunkedOut = false;
    rechunk = false;
    closeClient = !keepAlive || !requestDone || worker.lastAnswers();
    if (none) {
      body.none();
    } else if (answer.chunked()) {
      body.chunked(!http10);
      chunkedOut = !http10;
      closeClient |= http10;
    } else if (answer.contentLength() >= 0) {
      body.length(answer.contentLength());
    } else {
      body.untilClose();
      rechunk = !http10;
      chunkedOut = rechunk;
      closeClient |= http10;
    }
    long small = none ? 0 : Math.min(SMALL_BODY, Math.max(0, answer.contentLength()));
    ByteBuf out = client.allocator().directBuffer(answer.length() + HeadWriter.ADDED + (int) small);
    HeadWriter.response(
        answer, status != 204, chunkedOut, closeClient, http10 && !closeClient, out);
    if (!answer.dated()) {
      HeadWriter.date(worker.date(), out);
    }
    HeadWriter.end(out);
    headOut = out;
  }

  /** A piece of the answer's body; a small one goes out in one buffer with the head. */
  void responseBytes(ByteBuf in, int index, int length) {
    progressNanos = worker.now();
    ByteBuf first = headOut;
    if (rechunk) {
      flushHead();
      ByteBuf size = client.allocator().directBuffer(16);
      ByteBufUtil.writeAscii(size, Integer.toHexString(length) + "\r\n");
      client.write(size);
      client.write(in.retainedSlice(index, length));
      client.writeAscii("\r\n");
    } else if (first != null && length <= first.writableBytes() && length <= SMALL_BODY) {
      first.writeBytes(in, index, length);
    } else {
      flushHead();
      client.write(in.retainedSlice(index, length));
    }
  }

  void flushHead() {
    ByteBuf first = headOut;
    if (first != null) {
      headOut = null;
      client.write(first);
    }
  }

  /** The answer is complete. */
  void answered() {
    connection = null;
    flushHead();
    if (rechunk) {
      client.writeAscii("0\r\n\r\n");
    }
    boolean close = closeClient || !requestDone;
    Outcome outcome = status >= 500 ? Outcome.ERROR : Outcome.SUCCESS;
    if (status >= 500) {
      requireNonNull(pool).errors++;
    }
    over(status, outcome);
    client.answered(close);
  }

  /** The gateway ends an event stream, between two events. */
  void streamEnded() {
    connection = null;
    flushHead();
    if (chunkedOut) {
      client.writeAscii("0\r\n\r\n");
    }
    over(status, Outcome.SUCCESS);
    client.answered(true);
    worker.flush();
  }

  /** Answers in the instance's place. */
  void refuse(int failure, String code, String detail) {
    boolean close = !keepAlive || !requestDone || worker.lastAnswers();
    // Of the instance's answer nothing has gone out: it was found bad in time.
    headOut = release(headOut);
    client.write(
        Problem.answer(client.allocator(), failure, code, detail, bodiless, close, worker.date()));
    over(failure, Outcome.ERROR);
    client.answered(close);
  }

  /** The client has gone. */
  void cancel() {
    if (!active) {
      return;
    }
    UpstreamConnection from = connection;
    connection = null;
    if (from != null) {
      from.abandon();
    }
    over(responding ? status : CLIENT_WENT, Outcome.CANCELLED);
  }

  /** The request turned out to be broken; says whether an answer has begun already. */
  boolean broken() {
    boolean begun = responding;
    UpstreamConnection from = connection;
    connection = null;
    if (from != null) {
      from.abandon();
    }
    over(400, Outcome.CANCELLED);
    return begun;
  }

  private void giveBack(Outcome outcome) {
    Member<UpstreamPool> picked = member;
    if (picked != null) {
      member = null;
      long now = worker.now();
      long rtt = rttNanos > 0 ? rttNanos : now - sentNanos;
      requireNonNull(service).balancer.ended(picked, now, rtt, outcome);
      requireNonNull(pool).released();
    }
  }

  /** Every exchange ends here, once. */
  private void over(int result, Outcome outcome) {
    active = false;
    connected = false;
    if (!counted) {
      count(result);
    }
    giveBack(outcome);
    LoopService to = service;
    if (to != null) {
      to.inflight--;
    }
    route = null;
    service = null;
    pool = null;
    recipient = null;
    responding = false;
    answerStarted = false;
    eventStream = false;
    tunnel = null;
    holding = false;
    head = release(head);
    held = release(held);
    headOut = release(headOut);
  }

  private void count(int result) {
    counted = true;
    RouteEntry by = route;
    Traffic traffic =
        by == null
            ? worker.unrouted()
            : member == null
                ? worker.traffic(new Traffic.Key(by.label(), by.service(), ""))
                : requireNonNull(pool).traffic(by.label());
    long took = worker.now() - startedNanos;
    traffic.count(result, took);
    if (member != null) {
      requireNonNull(pool).count(result, took);
    }
  }

  private static @Nullable ByteBuf release(@Nullable ByteBuf buffer) {
    if (buffer != null) {
      buffer.release();
    }
    return null;
  }

  // Time and back-pressure.

  /** Lets each side be read only while the other can take what is read. */
  void adjustReading() {
    client.adjustReading();
    UpstreamConnection from = connection;
    if (from != null && connected) {
      from.reading(!responding || client.writable());
    }
  }

  void sweep(long nowNanos) {
    UpstreamConnection to = connection;
    if (!active || to == null || !connected) {
      return;
    }
    long backlog = client.backlogBytes() + to.backlogBytes();
    if (backlog != writeBacklog) {
      writeBacklog = backlog;
      progressNanos = nowNanos;
      return;
    }
    Tunnel through = tunnel;
    boolean stream = eventStream || (through != null && !through.halfClosed());
    long limit = worker.patienceNanos(requestDone && !answerStarted, stream);
    if (nowNanos - progressNanos <= limit) {
      return;
    }
    if (through != null) {
      through.endSoon();
      return;
    }
    if (responding && !client.writable()) {
      cancel();
      client.abort();
    } else if (!requestDone && !answerStarted && to.writable()) {
      connection = null;
      to.abandon();
      giveBack(Outcome.CANCELLED);
      refuse(
          408,
          "request-timeout",
          "no byte of the request's body for " + limit / 1_000_000_000L + " s");
    } else {
      connection = null;
      to.abandon();
      upstreamFailed(
          504,
          "upstream-timeout",
          "instance "
              + requireNonNull(pool).instance().id()
              + " did not "
              + (requestDone ? "answer" : "take the request")
              + " within "
              + limit / 1_000_000_000L
              + " s");
    }
  }
}

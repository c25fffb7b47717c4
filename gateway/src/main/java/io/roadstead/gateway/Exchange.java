package io.roadstead.gateway;

import static java.util.Objects.requireNonNull;

import io.netty.buffer.ByteBuf;
import io.roadstead.balancer.Outcome;
import io.roadstead.gateway.accesslog.AccessEntry;
import io.roadstead.gateway.filter.FilterAnswer;
import io.roadstead.gateway.filter.FilterRequest;
import io.roadstead.gateway.filter.Verdict;
import io.roadstead.gateway.http.BodyReader;
import io.roadstead.gateway.http.Head;
import io.roadstead.gateway.http.HeadParser;
import io.roadstead.gateway.route.PathCheck;
import io.roadstead.gateway.route.RouteEntry;
import java.nio.charset.StandardCharsets;
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
 * <p>It has its parts do the work: {@link Asked} knows what was asked for, {@link Attempts} finds
 * an instance and another where that fails, {@link Kept} holds what may have to be sent again,
 * {@link Reply} writes the answer. What is left here is the life of the whole, as these tell it:
 *
 * <pre>
 *   idle          active = false
 *   connecting    attempts has a connection, not connected   the client's body is not read
 *   sending       attempts connected, requestDone = false    body: client → instance
 *   waiting       requestDone = true, no answer started      may be sent again: see Attempts.closed
 *   answering     answer started, then reply responding      body: instance → client
 * </pre>
 *
 * Sending and answering overlap when an instance answers early. Every way out goes through {@link
 * #over}: it gives the pick back to the balancer, the count back to the pool, the buffers back to
 * the allocator, and counts the request, exactly once.
 *
 * <p>Confined to the client connection's loop.
 */
final class Exchange implements BodyReader.Sink {
  private static final int CLIENT_WENT = 499;

  private final Worker worker;
  private final ClientConnection client;
  private final Asked asked = new Asked();
  private final Attempts attempts;
  private final Reply reply;

  private boolean active;
  private boolean requestDone;
  private boolean counted;
  private long startedNanos;
  private long progressNanos;
  private long writeBacklog;
  private @Nullable RouteEntry route;
  private @Nullable LoopService service;
  private @Nullable Tunnel tunnel;

  /** Made for the first request of a route with filters. */
  private @Nullable Filtering filtering;

  /** What the access log will hold of it; null where there is none. */
  private @Nullable AccessEntry entry;

  /** Why the gateway answered in an instance's place; empty where it did not. */
  private String reason = "";

  Exchange(Worker worker, ClientConnection client) {
    this.worker = worker;
    this.client = client;
    this.attempts = new Attempts(worker, client, this, asked);
    this.reply = new Reply(worker, client, asked);
  }

  boolean requestDone() {
    return requestDone;
  }

  /** Takes a request that was read well; its body, if any, comes later. */
  void begin(Head request) {
    active = true;
    counted = false;
    startedNanos = worker.now();
    progressNanos = startedNanos;
    entry = worker.accessLog().begin(client.address(), request);
    asked.read(request);
    requestDone = !asked.hasBody;
    int own = worker.answersItself(request, client);
    if (own != 0) {
      over(own, Outcome.SUCCESS);
      client.answered(!asked.keepAlive || !requestDone);
      return;
    }
    PathCheck path = worker.pathCheck();
    if (!path.accepts(request.bytes(), request.pathStart(), request.pathEnd())) {
      refuse(400, "bad-request", path.problem());
      return;
    }
    RouteEntry found = worker.route(request, path);
    if (path.forms() != 0 && (found == null || !found.allows(path.forms()))) {
      refuse(400, "bad-request", PathCheck.refusal(path.forms()));
      return;
    }
    if (found == null) {
      refuse(404, "no-route", noRoute(request));
      return;
    }
    route = found;
    if (found.redirect() != null) {
      redirect(request, found);
      return;
    }
    reply.change(found.responseChange());
    if (found.filters().isEmpty()) {
      forward(request, found, worker.service(found));
      return;
    }
    Filtering filters = filtering;
    if (filters == null) {
      filters = new Filtering(worker, this);
      filtering = filters;
    }
    filters.request(request, found, new String(client.address(), StandardCharsets.ISO_8859_1));
  }

  private void forward(Head request, RouteEntry found, LoopService to) {
    service = to;
    to.inflight++;
    Affinity affinity = to.affinity();
    if (affinity != null) {
      affinity.read(request, asked);
    }
    ByteBuf head = client.allocator().directBuffer(HeadWriter.requestSize(request, found));
    int trace =
        HeadWriter.request(
            request, found, client.sender(), worker.trace(), asked.upgrade != null, head);
    if (entry != null) {
      entry.trace(head, trace);
    }
    attempts.begin(to, found, head);
  }

  // Filters: see Filtering.

  /** The route's filters let the request go on. */
  void requestFiltered(FilterRequest filtered) {
    RouteEntry by = requireNonNull(route);
    HeadParser parser = worker.requestParser();
    Head head = Filtered.read(parser, parser.request(Filtered.buffer(filtered.bytes())));
    if (head == null) {
      requireNonNull(filtering).unusable("they leave a head that cannot be read");
      return;
    }
    PathCheck path = worker.pathCheck();
    if (!path.accepts(head.bytes(), head.pathStart(), head.pathEnd()) || !by.allows(path.forms())) {
      requireNonNull(filtering).unusable("they leave a path that cannot be read in one way");
      return;
    }
    LoopService to =
        filtered.serviceSet() ? worker.service(filtered.service()) : worker.service(by);
    if (to == null) {
      requireNonNull(filtering)
          .unusable("they send it to service '" + filtered.service() + "', which is not there");
      return;
    }
    forward(head, filtered.targetSet() ? by.unchanged() : by, to);
    client.proceed();
  }

  /** A filter answers in the instance's place. */
  void filterAnswered(Verdict.Answer answer) {
    boolean close = !asked.keepAlive || !requestDone || worker.lastAnswers();
    client.write(Filtered.answer(client.allocator(), answer, asked.bodiless, close, worker.date()));
    over(answer.status(), Outcome.SUCCESS);
    client.answered(close);
  }

  /** Filters have failed, before the request was sent or after its answer came. */
  void filterFailed(int status, String code, String detail) {
    attempts.abandon();
    attempts.giveBack(Outcome.CANCELLED);
    refuse(status, code, detail);
  }

  /** Whether the answer's head goes through filters. */
  boolean filtersAnswer() {
    return filtering != null && filtering.wantsAnswer();
  }

  /** Has filters look at the answer's head; false where too many are at work. */
  boolean filterAnswer(Head answer) {
    return filtering != null && filtering.answer(answer);
  }

  /** The filters let the answer go on. */
  void answerFiltered(FilterAnswer filtered) {
    HeadParser parser = worker.responseParser();
    Head head = Filtered.read(parser, parser.response(Filtered.buffer(filtered.bytes())));
    UpstreamConnection from = attempts.connection();
    if (head == null || from == null) {
      requireNonNull(filtering).unusable("they leave a head that cannot be read");
    } else {
      progressNanos = worker.now();
      from.resume(this, head);
    }
  }

  private void redirect(Head request, RouteEntry by) {
    boolean close = !asked.keepAlive || !requestDone || worker.lastAnswers();
    ByteBuf out = client.allocator().directBuffer(HeadWriter.redirectSize(request, by));
    HeadWriter.redirect(request, by, close, worker.date(), out);
    client.write(out);
    over(by.redirectStatus(), Outcome.SUCCESS);
    client.answered(close);
  }

  private static String noRoute(Head request) {
    return "no route for host '"
        + request.text(request.hostStart(), request.hostEnd())
        + "' and path '"
        + request.text(request.pathStart(), Math.min(request.pathEnd(), request.pathStart() + 200))
        + "': 'roadstead routes' lists those there are";
  }

  // Towards the instance.

  void connected(UpstreamConnection fresh) {
    attempts.connected(fresh);
  }

  void connectFailed(@Nullable Throwable cause) {
    attempts.connectFailed(cause);
  }

  /** Whether the client's body may be read on. */
  boolean acceptsBody() {
    UpstreamConnection to = attempts.connection();
    return to != null && attempts.connected() && to.writable();
  }

  boolean connectedUpstream() {
    return attempts.connected();
  }

  /** A piece of the request's body. */
  @Override
  public void range(ByteBuf in, int index, int length) {
    progressNanos = worker.now();
    attempts.body(in, index, length);
    UpstreamConnection to = attempts.connection();
    if (to != null && !to.writable()) {
      client.adjustReading();
    }
  }

  void requestComplete() {
    requestDone = true;
    progressNanos = worker.now();
  }

  /** The instance's connection ended before the answer did. */
  void upstreamClosed(boolean used) {
    attempts.closed(used);
  }

  /** The instance did not answer, or not well; its connection is closed already. */
  void upstreamFailed(int failure, String code, String detail) {
    attempts.detach();
    requireNonNull(attempts.pool()).errors++;
    attempts.giveBack(Outcome.ERROR);
    if (reply.begun()) {
      failed(code);
      countCut();
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
    if (attempts.answering()) {
      progressNanos = worker.now();
      if (entry != null) {
        entry.answering(attempts.rttNanos());
      }
    }
  }

  /** Passes an interim answer on. Says whether there may be another. */
  boolean interim(Head interim) {
    return reply.interim(interim);
  }

  /**
   * The instance speaks the protocol that was asked for from now on; null where it was not asked
   * for that.
   */
  @Nullable Tunnel upgraded(Head answer, UpstreamConnection by) {
    String wanted = asked.upgrade;
    if (wanted == null || !requestDone || !answer.upgrades() || !wanted.equals(answer.upgrade())) {
      return null;
    }
    rememberInstance();
    reply.switching(answer);
    count(reply.status());
    Tunnel through = new Tunnel(worker, this, client, by, wanted.equals("websocket"));
    tunnel = through;
    client.upgraded(through);
    return through;
  }

  /**
   * Both directions are over, or were ended.
   *
   * @param broken whether the instance went without the word that its protocol has for it
   */
  void tunnelOver(boolean broken) {
    if (broken) {
      countCut();
    }
    UpstreamConnection from = attempts.detach();
    if (from != null) {
      from.closeWhenWritten();
    }
    over(reply.status(), Outcome.SUCCESS);
    client.answered(true);
  }

  /** The instance's connection has gone. */
  void tunnelCut(boolean reset) {
    Tunnel through = tunnel;
    if (reset || (through != null && through.broken())) {
      countCut();
    }
    attempts.detach();
    over(reply.status(), reset ? Outcome.ERROR : Outcome.SUCCESS);
    if (reset) {
      client.abort();
    } else {
      client.answered(true);
    }
  }

  void progressed() {
    progressNanos = worker.now();
  }

  void progressed(long nowNanos) {
    progressNanos = nowNanos;
  }

  /** The head of the answer; says how its body is to be read. */
  void response(Head answer, BodyReader body) {
    if (answer.load() >= 0) {
      attempts.loadReported(answer);
    }
    rememberInstance();
    reply.head(answer, body, requestDone);
    if (reply.eventStream()) {
      // It may last for days: what it took until it began is its latency.
      count(reply.status());
    }
  }

  private void rememberInstance() {
    Affinity by = asked.affinity;
    UpstreamPool from = attempts.pool();
    if (by != null && from != null) {
      reply.cookie(by.line(asked, from.instance().id()));
    }
  }

  /** A piece of the answer's body. */
  void responseBytes(ByteBuf in, int index, int length) {
    progressNanos = worker.now();
    if (entry != null) {
      entry.sent(length);
    }
    reply.bytes(in, index, length);
    if (!client.writable()) {
      adjustReading();
    }
  }

  void flushHead() {
    reply.flushHead();
  }

  /** The answer is complete. */
  void answered() {
    attempts.detach();
    reply.end();
    int status = reply.status();
    boolean close = reply.closeClient() || !requestDone;
    if (status >= 500) {
      requireNonNull(attempts.pool()).errors++;
    }
    over(status, status >= 500 ? Outcome.ERROR : Outcome.SUCCESS);
    client.answered(close);
  }

  /** The gateway ends an event stream, between two events. */
  void streamEnded() {
    attempts.detach();
    reply.endEarly();
    over(reply.status(), Outcome.SUCCESS);
    client.answered(true);
    worker.flush();
  }

  /** Answers in the instance's place. */
  void refuse(int failure, String code, String detail) {
    boolean close = !asked.keepAlive || !requestDone || worker.lastAnswers();
    failed(code);
    reply.drop();
    reason = code;
    worker.refusals().count(code);
    client.write(
        Problem.answer(
            client.allocator(), failure, code, detail, asked.bodiless, close, worker.date()));
    over(failure, Outcome.ERROR);
    client.answered(close);
  }

  private void failed(String code) {
    LoopService at = service;
    if (at != null) {
      at.failed(code);
    }
    RouteEntry by = route;
    if (by != null && code.endsWith("timeout")) {
      worker.timedOut(by.label(), code);
    }
  }

  /** The client has gone. */
  void cancel() {
    if (!active) {
      return;
    }
    attempts.abandon();
    over(reply.responding() ? reply.status() : CLIENT_WENT, Outcome.CANCELLED);
  }

  /** The request turned out to be broken; says whether an answer has begun already. */
  boolean broken() {
    boolean begun = reply.responding();
    attempts.abandon();
    reason = "bad-request";
    over(400, Outcome.CANCELLED);
    return begun;
  }

  /** Every exchange ends here, once. */
  private void over(int result, Outcome outcome) {
    active = false;
    if (!counted) {
      count(result);
    }
    attempts.giveBack(outcome);
    log(result);
    if (filtering != null) {
      filtering.reset();
    }
    LoopService to = service;
    if (to != null) {
      to.inflight--;
    }
    route = null;
    service = null;
    tunnel = null;
    attempts.reset();
    reply.reset();
  }

  private void log(int result) {
    AccessEntry ended = entry;
    entry = null;
    if (ended != null) {
      RouteEntry by = route;
      UpstreamPool at = attempts.pool();
      worker
          .accessLog()
          .end(
              ended,
              result,
              worker.now() - startedNanos,
              attempts.tries(),
              by == null ? "" : by.label(),
              by == null ? "" : by.service(),
              at == null ? "" : at.instance().id(),
              at == null ? "" : at.instance().version(),
              reason);
    }
    reason = "";
  }

  private void count(int result) {
    counted = true;
    RouteEntry by = route;
    UpstreamPool at = attempts.accountable();
    Traffic traffic =
        by == null
            ? worker.unrouted()
            : at == null
                ? worker.traffic(new Traffic.Key(by.label(), by.service(), ""))
                : at.traffic(by.label());
    long took = worker.now() - startedNanos;
    traffic.count(result, took);
    if (at != null) {
      at.count(result, took);
    }
  }

  /** A stream is counted as it begins; that the instance broke it off is an error more. */
  private void countCut() {
    RouteEntry by = route;
    UpstreamPool at = attempts.accountable();
    if (counted && by != null && at != null) {
      at.traffic(by.label()).cut();
    }
  }

  // Time and back-pressure.

  /** Lets each side be read only while the other can take what is read. */
  void adjustReading() {
    client.adjustReading();
    UpstreamConnection from = attempts.connection();
    if (from != null && attempts.connected()) {
      from.reading(!reply.responding() || client.writable());
    }
  }

  void sweep(long nowNanos) {
    if (!active) {
      return;
    }
    if (filtering != null) {
      filtering.sweep(nowNanos);
    }
    if (!active || service == null) {
      // Over, or still with the filters, which have a limit of their own.
      return;
    }
    Patience patience = attempts.patience();
    boolean endless = tunnel != null || reply.eventStream();
    if (patience.totalNanos() > 0 && nowNanos - startedNanos > patience.totalNanos() && !endless) {
      tookTooLong(patience.totalNanos());
      return;
    }
    UpstreamConnection to = attempts.connection();
    if (to == null || !attempts.connected()) {
      return;
    }
    long backlog = client.backlogBytes() + to.backlogBytes();
    if (backlog != writeBacklog) {
      writeBacklog = backlog;
      progressNanos = nowNanos;
      return;
    }
    Tunnel through = tunnel;
    boolean stream = through == null ? reply.eventStream() : !through.halfClosed();
    boolean headDue = requestDone && !attempts.answerStarted();
    long limit =
        headDue
            ? patience.attemptNanos()
            : stream ? worker.streamIdleNanos() : patience.idleNanos();
    if (nowNanos - progressNanos > limit) {
      stoodStill(to, through, limit);
    }
  }

  private void tookTooLong(long limit) {
    UpstreamPool at = attempts.picked() ? attempts.pool() : null;
    String detail =
        "the request was not answered within "
            + time(limit)
            + ", its total time-out; it "
            + (at == null ? "still waited" : "was at instance " + at.instance().id());
    attempts.abandon();
    if (at == null) {
      refuse(504, "total-timeout", detail);
      worker.flush();
    } else {
      upstreamFailed(504, "total-timeout", detail);
    }
  }

  private void stoodStill(UpstreamConnection to, @Nullable Tunnel through, long limit) {
    if (through != null) {
      through.endSoon();
    } else if (reply.responding() && !client.writable()) {
      cancel();
      client.abort();
    } else if (!requestDone && !attempts.answerStarted() && to.writable()) {
      attempts.abandon();
      attempts.giveBack(Outcome.CANCELLED);
      refuse(408, "request-timeout", "no byte of the request's body for " + time(limit));
    } else if (!attempts.timedOut()) {
      upstreamFailed(
          504,
          "upstream-timeout",
          "instance "
              + requireNonNull(attempts.pool()).instance().id()
              + " did not "
              + (requestDone ? "answer" : "take the request")
              + " within "
              + time(limit));
    }
  }

  private static String time(long nanos) {
    long millis = nanos / 1_000_000;
    return millis % 1000 == 0 ? millis / 1000 + " s" : millis + " ms";
  }
}

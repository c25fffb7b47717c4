package io.roadstead.control.api;

import io.roadstead.control.event.EventLog;
import io.roadstead.control.http.Access.Needs;
import io.roadstead.control.http.Answer;
import io.roadstead.control.http.Call;
import io.roadstead.control.http.Endpoint;
import io.roadstead.control.http.EventStream;
import io.roadstead.control.http.Refusal;
import io.roadstead.control.http.Responses;
import io.roadstead.control.wire.EventJson;
import io.roadstead.control.wire.Json;
import io.roadstead.rollout.StateStore.StoredEvent;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The log of events, as a list or as a stream that goes on. The log's ring is the streams' queue:
 * each reads on from where it stands, as its connection takes it. Confined to the event loop, but
 * for {@link #wake}.
 */
public final class EventsApi {
  private static final int MAX_EVENTS = 1000;
  private static final int MAX_STREAMS = 1000;
  private static final int BATCH = 100;
  private static final long ALIVE_MILLIS = 15_000;

  private final Vertx vertx;
  private final Context loop;
  private final EventLog log;
  private final Set<Reader> readers = new LinkedHashSet<>();
  private final AtomicBoolean woken = new AtomicBoolean();
  private EventLog.@Nullable Listening listening;

  public EventsApi(Vertx vertx, Context loop, EventLog log) {
    this.vertx = vertx;
    this.loop = loop;
    this.log = log;
  }

  public void start() {
    listening = log.listen(this::wake);
    loop.runOnContext(
        _ ->
            vertx.setPeriodic(
                ALIVE_MILLIS,
                _ -> {
                  for (Reader reader : List.copyOf(readers)) {
                    reader.alive();
                  }
                }));
  }

  /** Ends the streams. Called on the event loop. */
  public void end() {
    EventLog.Listening calls = listening;
    if (calls != null) {
      calls.close();
    }
    for (Reader reader : List.copyOf(readers)) {
      reader.end();
    }
    readers.clear();
  }

  public List<Endpoint> endpoints() {
    return List.of(Endpoint.streaming("GET", "/api/v1/events", Needs.READING, this::events));
  }

  private void events(Call call, HttpServerRequest request) {
    String since = call.query("since").isEmpty() ? call.lastEventId() : call.query("since");
    long after = EventJson.number(since).orElse(0);
    after = after > log.last() ? 0 : after;
    if (!call.accept().contains("text/event-stream")) {
      int limit = call.number("limit", MAX_EVENTS, 1, MAX_EVENTS);
      Responses.send(request, Answer.json(200, EventJson.list(log.since(after, limit))));
      return;
    }
    if (readers.size() >= MAX_STREAMS) {
      throw new Refusal(
          503, "too-many-streams", MAX_STREAMS + " streams are open, no more are taken");
    }
    Reader reader = new Reader(after);
    reader.begin(request);
  }

  private void wake() {
    if (woken.compareAndSet(false, true)) {
      loop.runOnContext(
          _ -> {
            woken.set(false);
            for (Reader reader : List.copyOf(readers)) {
              reader.readOn();
            }
          });
    }
  }

  /** One stream of events. */
  private final class Reader {
    private long after;
    private @Nullable EventStream stream;

    Reader(long after) {
      this.after = after;
    }

    void begin(HttpServerRequest request) {
      EventStream opened = EventStream.open(request, this::readOn, () -> readers.remove(this));
      stream = opened;
      if (!opened.closed()) {
        readers.add(this);
        opened.sendComment();
        readOn();
      }
    }

    void readOn() {
      EventStream out = stream;
      while (out != null && !out.closed() && !out.full()) {
        List<StoredEvent> news = log.since(after, MAX_EVENTS);
        if (news.isEmpty()) {
          return;
        }
        for (StoredEvent event : news.subList(0, Math.min(BATCH, news.size()))) {
          out.send(
              EventStream.frame(
                  "", EventJson.cursor(event.number()), Json.bytes(EventJson.one(event))));
          after = event.number();
        }
      }
    }

    void alive() {
      if (stream != null && !stream.full()) {
        stream.sendComment();
      }
    }

    void end() {
      if (stream != null) {
        stream.end();
      }
    }
  }
}

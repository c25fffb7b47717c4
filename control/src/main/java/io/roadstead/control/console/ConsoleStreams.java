package io.roadstead.control.console;

import io.roadstead.control.http.Access.Needs;
import io.roadstead.control.http.Answer;
import io.roadstead.control.http.Call;
import io.roadstead.control.http.Endpoint;
import io.roadstead.control.http.EventStream;
import io.roadstead.control.http.Refusal;
import io.roadstead.registry.Ticker;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The console's streams: the whole first, then what changes.
 *
 * <p><b>Idea.</b> Nobody tells the console of changes. While it has readers, a picture is taken a
 * few times a second, off the event loop, and what differs from the one before is sent to all: so
 * whatever happens in between travels together, the work does not grow with the number of changes
 * nor of readers, and no part of the platform knows of the console. Where a picture takes long, as
 * with thousands of instances, the next comes later.
 *
 * <p><b>Readers.</b> One <i>keeps up</i>, standing at the newest picture, or is <i>behind</i>: a
 * new one, or one whose bounded write queue is full. One that is behind is skipped, and gets the
 * whole as soon as there is room.
 *
 * <p>All state is confined to the event loop of the control plane, unless it says otherwise; {@link
 * #figures} is called from elsewhere.
 */
public final class ConsoleStreams {
  static final int MOST = 200;

  private static final Logger log = LoggerFactory.getLogger(ConsoleStreams.class);
  private static final long LOOK_MILLIS = 250;
  private static final long ALIVE_MILLIS = 15_000;

  /** A picture may take this part of the time. */
  private static final int SHARE = 10;

  private static final Duration LONGEST_REST = Duration.ofSeconds(5);

  /**
   * A picture and its frames.
   *
   * @param state null where nobody needed it
   * @param change from the one before; null where nothing has changed, or there is none
   */
  private record Taken(Picture picture, @Nullable Buffer state, @Nullable Buffer change) {}

  private final Vertx vertx;
  private final Context loop;
  private final ExecutorService blocking;
  private final Camera camera;
  private final Ticker ticker;
  private final Set<Reader> readers = new LinkedHashSet<>();
  private @Nullable Picture newest;
  private @Nullable Buffer whole;
  private boolean taking;
  private long restUntilNanos;
  private boolean ended;

  /** Whether there are readers; written by the loop, read by all. */
  private volatile boolean watched;

  public ConsoleStreams(
      Vertx vertx, Context loop, ExecutorService blocking, Camera camera, Ticker ticker) {
    this.vertx = vertx;
    this.loop = loop;
    this.blocking = blocking;
    this.camera = camera;
    this.ticker = ticker;
    this.restUntilNanos = ticker.nanos();
  }

  public void start() {
    loop.runOnContext(
        _ -> {
          vertx.setPeriodic(LOOK_MILLIS, _ -> look());
          vertx.setPeriodic(ALIVE_MILLIS, _ -> readers.forEach(Reader::alive));
        });
  }

  /** Ends the streams. Called on the event loop. */
  public void end() {
    ended = true;
    for (Reader reader : List.copyOf(readers)) {
      reader.end();
    }
    readers.clear();
    watched = false;
  }

  /** Whether anybody reads. Safe from any thread. */
  public boolean watched() {
    return watched;
  }

  public List<Endpoint> endpoints() {
    return List.of(
        Endpoint.streaming("GET", "/api/v1/console/stream", Needs.READING, this::stream),
        Endpoint.blocking(
            "GET",
            "/api/v1/console/state",
            Needs.READING,
            _ -> Answer.json(200, camera.take(null).state())));
  }

  private void stream(Call call, HttpServerRequest request) {
    if (readers.size() >= MOST) {
      throw new Refusal(
          503, "too-many-streams", MOST + " consoles are being looked at, no more are taken");
    }
    Reader reader = new Reader();
    reader.begin(request);
    if (!reader.over()) {
      readers.add(reader);
      watched = true;
      look();
    }
  }

  /** Figures of the last second, as JSON; from any thread, never blocks. */
  public void figures(byte[] json) {
    loop.runOnContext(
        _ -> {
          Buffer frame = EventStream.frame("figures", "", json);
          readers.forEach(reader -> reader.figures(frame));
        });
  }

  private void look() {
    if (readers.isEmpty()) {
      watched = false;
      newest = null;
      whole = null;
      return;
    }
    if (taking || ended || ticker.nanos() - restUntilNanos < 0) {
      return;
    }
    taking = true;
    Picture before = newest;
    boolean wholeWanted = readers.stream().anyMatch(reader -> reader.behind);
    blocking.execute(
        () -> {
          long began = ticker.nanos();
          Optional<Taken> taken = Optional.empty();
          try {
            taken = Optional.of(take(before, wholeWanted));
          } catch (RuntimeException e) {
            log.warn("the console's state could not be read; it is tried again", e);
          }
          Optional<Taken> result = taken;
          long took = ticker.nanos() - began;
          loop.runOnContext(_ -> took(result, took));
        });
  }

  private Taken take(@Nullable Picture before, boolean wholeWanted) {
    Picture picture = camera.take(before);
    Buffer state = wholeWanted ? EventStream.frame("state", "", picture.state()) : null;
    Buffer change =
        before == null
            ? null
            : picture.since(before).map(json -> EventStream.frame("change", "", json)).orElse(null);
    return new Taken(picture, state, change);
  }

  private void took(Optional<Taken> taken, long tookNanos) {
    taking = false;
    restUntilNanos = ticker.nanos() + Math.min(tookNanos * SHARE, LONGEST_REST.toNanos());
    if (taken.isEmpty() || ended) {
      return;
    }
    newest = taken.get().picture();
    whole = taken.get().state();
    for (Reader reader : List.copyOf(readers)) {
      reader.changed(taken.get().change());
    }
  }

  private Optional<Buffer> whole() {
    Picture picture = newest;
    if (picture == null) {
      return Optional.empty();
    }
    Buffer frame = whole;
    if (frame == null) {
      frame = EventStream.frame("state", "", picture.state());
      whole = frame;
    }
    return Optional.of(frame);
  }

  /** One stream. */
  private final class Reader {
    private boolean behind = true;
    private @Nullable EventStream stream;

    void begin(HttpServerRequest request) {
      EventStream opened = EventStream.open(request, this::drained, () -> readers.remove(this));
      stream = opened;
      opened.sendComment();
    }

    boolean over() {
      return stream == null || stream.closed();
    }

    /**
     * @param frame null where nothing has changed
     */
    void changed(@Nullable Buffer frame) {
      EventStream out = stream;
      if (out == null || out.closed()) {
        return;
      }
      if (behind) {
        drained();
      } else if (frame != null) {
        if (out.full()) {
          behind = true;
          log.info("a console reads too slowly; what changes meanwhile is told to it at once");
        } else {
          out.send(frame);
        }
      }
    }

    void figures(Buffer frame) {
      EventStream out = stream;
      if (out != null && !behind && !out.full()) {
        out.send(frame);
      }
    }

    void alive() {
      EventStream out = stream;
      if (out != null && !out.full()) {
        out.sendComment();
      }
    }

    void end() {
      EventStream out = stream;
      if (out != null) {
        out.end();
      }
    }

    private void drained() {
      EventStream out = stream;
      if (!behind || out == null || out.closed() || out.full()) {
        return;
      }
      whole()
          .ifPresent(
              frame -> {
                behind = false;
                out.send(frame);
              });
    }
  }
}

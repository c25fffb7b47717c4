package io.roadstead.platform.demo;

import io.roadstead.platform.demo.screen.View;
import io.roadstead.platform.demo.stage.Seen;
import io.roadstead.platform.demo.stage.Stage;
import java.time.Duration;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the stage and the load for whoever shows them. What blocks, {@link #look}, is called by
 * one thread; {@link #view} from any. One lock guards what was seen.
 */
final class Watch {
  private static final int KEPT_EVENTS = 40;
  private static final int KEPT_SECONDS = 400;

  /** What another event says too, in a better way. */
  private static final Set<String> UNSHOWN =
      Set.of("instance.registered", "instance.status", "instance.removed");

  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss");

  private final ReentrantLock lock = new ReentrantLock();
  private final Stage stage;
  private final Demo demo;
  private final Narrator narrator;
  private final Duration duration;
  private final ZoneId zone;
  private final Deque<View.Event> events = new ArrayDeque<>();
  private final Deque<Double> history = new ArrayDeque<>();
  private final Map<String, Counted> counted = new HashMap<>();
  private List<View.Service> services = List.of();
  private Tally.@Nullable Figures last;
  private Tally.@Nullable Figures figures;
  private long perSecond;
  private String cursor = "";
  private boolean answers = true;

  /** A service's requests at a time. */
  private record Counted(long requests, long atNanos, Optional<Long> perSecond) {}

  Watch(Stage stage, Demo demo, Narrator narrator, Duration duration, ZoneId zone) {
    this.stage = stage;
    this.demo = demo;
    this.narrator = narrator;
    this.duration = duration;
    this.zone = zone;
  }

  /** Asks the platform; once a second is enough. */
  void look(long nowNanos) {
    List<Seen.Service> seen = List.of();
    List<Seen.Event> news = List.of();
    boolean answered = true;
    try {
      seen = stage.services();
      news = stage.events(cursor);
    } catch (RuntimeException e) {
      answered = false;
    }
    lock.lock();
    try {
      answers = answered;
      if (answered) {
        services = seen.stream().map(service -> service(service, nowNanos)).toList();
      }
      for (Seen.Event event : news) {
        cursor = event.cursor();
        if (UNSHOWN.contains(event.kind())) {
          continue;
        }
        if (events.size() == KEPT_EVENTS) {
          events.removeFirst();
        }
        events.addLast(
            new View.Event(TIME.format(event.at().atZone(zone)), event.kind(), event.message()));
      }
    } finally {
      lock.unlock();
    }
  }

  /** Takes the load's figures of the last second; once a second. */
  void second() {
    Demo.Performance performance = demo.performance();
    if (performance == null) {
      return;
    }
    Tally.Figures now = performance.tally().sinceLast();
    lock.lock();
    try {
      perSecond = now.requests() - (last == null ? 0 : last.requests());
      last = now;
      figures = now;
      if (history.size() == KEPT_SECONDS) {
        history.removeFirst();
      }
      history.addLast(now.p99Millis());
    } finally {
      lock.unlock();
    }
  }

  private View.Service service(Seen.Service service, long nowNanos) {
    Counted before = counted.get(service.name());
    Counted now = new Counted(service.requests(), nowNanos, Optional.empty());
    if (before != null && nowNanos > before.atNanos() && service.requests() >= before.requests()) {
      double seconds = (nowNanos - before.atNanos()) / 1e9;
      long rate = Math.round((service.requests() - before.requests()) / seconds);
      now = new Counted(service.requests(), nowNanos, Optional.of(rate));
    }
    counted.put(service.name(), now);
    return new View.Service(
        service.name(),
        service.version(),
        service.ready(),
        service.desired(),
        service.requests() == 0 ? Optional.empty() : now.perSecond(),
        service.rollout().map(Watch::doing).orElse(""));
  }

  /** What a roll-out does now, or how it has ended where that is not well. */
  static String doing(Seen.Rollout rollout) {
    if (rollout.ended()) {
      return rollout.state().equals("succeeded") ? "" : rollout.state();
    }
    List<Seen.Step> running =
        rollout.steps().stream().filter(step -> step.state().equals("running")).toList();
    String what =
        rollout.from().isEmpty() || rollout.from().equals(rollout.to())
            ? rollout.kind() + " " + rollout.to()
            : rollout.from() + " > " + rollout.to();
    if (running.isEmpty()) {
      return what + ": " + rollout.state();
    }
    Seen.Step step = running.getLast();
    return what + ": " + step.name() + (step.detail().isEmpty() ? "" : ", " + step.detail());
  }

  View view(long nowNanos) {
    Demo.Performance performance = demo.performance();
    lock.lock();
    try {
      return new View(
          narrator.current(),
          performance == null
              ? Duration.ZERO
              : Duration.ofNanos(nowNanos - performance.begunNanos()),
          performance == null ? Optional.empty() : Optional.of(duration),
          answers,
          services,
          load(),
          narrator.lines(),
          new ArrayList<>(events),
          stage.control() + "/",
          "http://" + stage.gateway());
    } finally {
      lock.unlock();
    }
  }

  private Optional<View.Load> load() {
    Tally.Figures now = figures;
    return now == null
        ? Optional.empty()
        : Optional.of(
            new View.Load(
                perSecond,
                now.p50Millis(),
                now.p99Millis(),
                new ArrayList<>(history),
                now.requests(),
                now.failed(),
                demo.deployments().total()));
  }
}

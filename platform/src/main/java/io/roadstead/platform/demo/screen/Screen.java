package io.roadstead.platform.demo.screen;

import io.roadstead.platform.demo.screen.Line.Paint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The demo's screen as a function: what is to be shown, and how much room there is, to lines.
 *
 * <p>From the top: how far the demo has come, what goes on, the services, the load; then, in the
 * rows that are left, what has happened, and the platform's events; at the bottom the addresses. In
 * few rows the events go first, then the gaps. In few columns each line ends earlier, and the
 * table's last column goes.
 */
public final class Screen {
  private static final int BAR = 20;
  private static final int NAME = 11;
  private static final int VERSION = 7;
  private static final int READY = 5;
  private static final int RATE = 6;
  private static final int FEWEST_FOR_GAPS = 20;
  private static final int FEWEST_EVENTS = 3;

  private final Look look;
  private final int columns;
  private final int rows;
  private final List<String> lines = new ArrayList<>();

  private Screen(Look look, int columns, int rows) {
    this.look = look;
    this.columns = Math.max(1, columns);
    this.rows = Math.max(1, rows);
  }

  /** At most {@code rows} lines, none wider than {@code columns} characters. */
  public static List<String> lines(View view, int columns, int rows, Look look) {
    Screen screen = new Screen(look, columns, rows);
    screen.draw(view);
    return screen.lines.subList(0, Math.min(screen.lines.size(), screen.rows));
  }

  private void draw(View view) {
    boolean gaps = rows >= FEWEST_FOR_GAPS;
    title(view);
    now(view);
    gap(gaps);
    services(view);
    gap(gaps);
    view.load().ifPresent(this::load);
    gap(gaps && view.load().isPresent());
    List<String> bottom = addresses(view);
    int room = rows - lines.size() - bottom.size() - (gaps ? 1 : 0);
    int forEvents = room / 2 - 1;
    if (forEvents < FEWEST_EVENTS || view.events().isEmpty()) {
      told(view.told(), room);
    } else {
      int events = Math.min(forEvents, view.events().size());
      told(view.told(), room - events - 1);
      events(view.events(), events);
    }
    while (lines.size() < rows - bottom.size()) {
      lines.add("");
    }
    lines.addAll(bottom);
  }

  private Line line() {
    return new Line(look, columns);
  }

  private void add(Line line) {
    lines.add(line.text());
  }

  private void gap(boolean wanted) {
    if (wanted) {
      lines.add("");
    }
  }

  private void title(View view) {
    Line line = line().add("Roadstead demo", Paint.TITLE);
    if (view.total().isEmpty()) {
      add(line.right("getting ready", Paint.DIM));
      return;
    }
    Duration total = view.total().get();
    Duration elapsed = view.elapsed().compareTo(total) > 0 ? total : view.elapsed();
    String times = clock(elapsed) + " of " + clock(total);
    int full = (int) (BAR * elapsed.toMillis() / Math.max(1, total.toMillis()));
    if (line.left() > times.length() + BAR + 3) {
      line.add(" ".repeat(line.left() - times.length() - BAR - 1))
          .add(look.full().repeat(full), Paint.GOOD)
          .add(look.empty().repeat(BAR - full), Paint.DIM)
          .add(" " + times);
      add(line);
    } else {
      add(line.right(times, Paint.PLAIN));
    }
  }

  private static String clock(Duration duration) {
    long seconds = duration.toSeconds();
    return seconds < 3600
        ? "%d:%02d".formatted(seconds / 60, seconds % 60)
        : "%d:%02d:%02d".formatted(seconds / 3600, seconds / 60 % 60, seconds % 60);
  }

  /** In two lines where one is too short. */
  private void now(View view) {
    String sentence = view.now();
    if (sentence.length() > columns) {
      int end = sentence.lastIndexOf(' ', columns);
      if (end > 0) {
        add(line().add(sentence.substring(0, end), Paint.BOLD));
        sentence = sentence.substring(end + 1);
      }
    }
    add(line().add(sentence, Paint.BOLD));
  }

  private void services(View view) {
    Line head =
        line()
            .cell("SERVICE", NAME, Paint.DIM)
            .cell("VERSION", VERSION, Paint.DIM)
            .cell("READY", READY, Paint.DIM)
            .cell(" REQ/S", RATE, Paint.DIM);
    add(
        view.platformUp()
            ? head.add("ROLL-OUT", Paint.DIM)
            : head.add("the platform does not answer", Paint.BAD));
    for (View.Service service : view.services()) {
      String ready = service.ready() + "/" + service.desired();
      boolean whole = service.ready() >= service.desired();
      add(
          line()
              .cell(service.name(), NAME, Paint.BOLD)
              .cell(service.version(), VERSION, Paint.PLAIN)
              .cell(ready, READY, whole ? Paint.GOOD : Paint.BAD)
              .number(service.perSecond().map(Screen::count).orElse(""), RATE)
              .add(service.doing(), Paint.BUSY));
    }
  }

  private void load(View.Load load) {
    add(
        line()
            .add(count(load.requests()) + " requests", Paint.BOLD)
            .add(look.dot() + count(load.perSecond()) + "/s")
            .add(look.dot())
            .add(count(load.failed()) + " failed", load.failed() == 0 ? Paint.GOOD : Paint.BAD)
            .add(look.dot() + load.deployments() + " deployments"));
    Line times =
        line()
            .add("p50 " + millis(load.p50Millis()) + look.dot())
            .add("p99 " + millis(load.p99Millis()) + " ");
    int room = times.left() - 1;
    if (room >= 5 && !load.p99History().isEmpty()) {
      List<Double> history = load.p99History();
      List<Double> shown = history.subList(Math.max(0, history.size() - room), history.size());
      StringBuilder bars = new StringBuilder();
      for (double value : shown) {
        bars.append(look.bar(height(value)));
      }
      times.add(" ").add(bars.toString(), Paint.BUSY);
    }
    add(times);
  }

  /** A decade is a third of the height: 1 ms at the bottom, 1 s at the top. */
  private static double height(double millis) {
    return Math.log10(Math.max(1, millis)) / 3;
  }

  private static String millis(double millis) {
    return String.format(Locale.ROOT, millis < 100 ? "%.1f ms" : "%.0f ms", millis);
  }

  private static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  private void told(List<String> told, int room) {
    for (String sentence :
        told.subList(Math.max(0, told.size() - Math.max(0, room)), told.size())) {
      add(line().add(sentence));
    }
  }

  private void events(List<View.Event> events, int room) {
    add(line().add("EVENTS", Paint.DIM));
    for (View.Event event : events.subList(events.size() - room, events.size())) {
      add(
          line()
              .add(event.time() + " ", Paint.DIM)
              .add(event.kind() + " ", event.kind().endsWith("crashed") ? Paint.BAD : Paint.PLAIN)
              .add(event.message(), Paint.DIM));
    }
  }

  private List<String> addresses(View view) {
    String console = "console " + view.console();
    String gateway = "gateway " + view.gateway();
    String end = "Ctrl-C ends";
    String dot = look.dot();
    if ((console + dot + gateway + dot + end).length() <= columns) {
      return List.of(
          line()
              .add("console ", Paint.DIM)
              .add(view.console(), Paint.BOLD)
              .add(dot + gateway + dot + end, Paint.DIM)
              .text());
    }
    return List.of(
        line().add("console ", Paint.DIM).add(view.console(), Paint.BOLD).text(),
        line().add(gateway + dot + end, Paint.DIM).text());
  }
}

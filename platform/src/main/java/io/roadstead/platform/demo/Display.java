package io.roadstead.platform.demo;

import io.roadstead.platform.demo.screen.Look;
import io.roadstead.platform.demo.screen.Screen;
import io.roadstead.platform.demo.screen.Terminal;
import io.roadstead.registry.Ticker;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

/**
 * Draws the live screen four times a second, on one thread; another looks at the stage and at the
 * terminal's size meanwhile, for both may take their time. {@link #start} once, then {@link
 * #close}.
 */
final class Display implements AutoCloseable {
  private static final long FRAME_MILLIS = 250;
  private static final long LOOK_MILLIS = 500;
  private static final long SECOND_NANOS = 1_000_000_000L;

  private final Watch watch;
  private final Terminal terminal;
  private final Look look;
  private final Ticker ticker;
  private final CountDownLatch over = new CountDownLatch(1);
  private volatile Terminal.Size size = Terminal.Size.USUAL;
  private long secondNanos;

  Display(Watch watch, Terminal terminal, Look look, Ticker ticker) {
    this.watch = watch;
    this.terminal = terminal;
    this.look = look;
    this.ticker = ticker;
    this.secondNanos = ticker.nanos();
  }

  void start() {
    size = Terminal.size();
    every(LOOK_MILLIS, "demo-watch", this::look);
    every(FRAME_MILLIS, "demo-screen", this::draw);
  }

  private void every(long millis, String name, LongConsumer duty) {
    Thread.ofVirtual()
        .name(name)
        .start(
            () -> {
              try {
                do {
                  duty.accept(ticker.nanos());
                } while (!over.await(millis, TimeUnit.MILLISECONDS));
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
  }

  private void look(long nowNanos) {
    size = Terminal.size();
    watch.look(nowNanos);
  }

  private void draw(long nowNanos) {
    if (nowNanos - secondNanos >= SECOND_NANOS) {
      secondNanos += SECOND_NANOS;
      watch.second();
    }
    terminal.show(Screen.lines(watch.view(nowNanos), size.columns(), size.rows(), look));
  }

  /** Draws no more, and gives the terminal back. */
  @Override
  public void close() {
    over.countDown();
    terminal.close();
  }
}

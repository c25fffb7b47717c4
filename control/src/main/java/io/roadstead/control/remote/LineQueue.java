package io.roadstead.control.remote;

import java.io.IOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The lines of a body as they arrive, for one thread that waits for them with a limit. Only so many
 * are asked for as there is room for.
 */
final class LineQueue implements Flow.Subscriber<String> {
  private static final int ROOM = 256;

  private sealed interface Item {
    record Line(String text) implements Item {}

    record End(@Nullable Throwable cause) implements Item {}
  }

  private final BlockingQueue<Item> items = new ArrayBlockingQueue<>(ROOM + 2);
  private final AtomicReference<Flow.@Nullable Subscription> subscription = new AtomicReference<>();

  @Override
  public void onSubscribe(Flow.Subscription begun) {
    subscription.set(begun);
    begun.request(ROOM);
  }

  @Override
  public void onNext(String line) {
    items.add(new Item.Line(line));
  }

  @Override
  public void onError(Throwable cause) {
    items.add(new Item.End(cause));
  }

  @Override
  public void onComplete() {
    items.add(new Item.End(null));
  }

  /**
   * The next line.
   *
   * @throws IOException when the body has ended, or nothing came within {@code limitMillis}
   */
  String next(long limitMillis) throws IOException, InterruptedException {
    Item item = items.poll(limitMillis, TimeUnit.MILLISECONDS);
    return switch (item) {
      case null -> throw new IOException("nothing was heard for " + limitMillis + " ms");
      case Item.End(var cause) -> throw new IOException("the stream ended", cause);
      case Item.Line(var text) -> {
        Flow.Subscription source = subscription.get();
        if (source != null) {
          source.request(1);
        }
        yield text;
      }
    };
  }
}

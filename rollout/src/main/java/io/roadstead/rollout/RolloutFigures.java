package io.roadstead.rollout;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;

/**
 * Counts for the metrics, since the platform started. Safe from any thread; reading is not one
 * atomic moment over all of them.
 */
public final class RolloutFigures {
  /** A service and a word: a state, a reason. */
  public record Key(String service, String word) implements Comparable<Key> {
    @Override
    public int compareTo(Key other) {
      int byService = service.compareTo(other.service);
      return byService != 0 ? byService : word.compareTo(other.word);
    }
  }

  private final Map<Key, LongAdder> rollouts = new ConcurrentHashMap<>();
  private final Map<Key, LongAdder> restarts = new ConcurrentHashMap<>();
  private volatile BiConsumer<Rollout, Duration> onRollout = (rollout, took) -> {};
  private volatile BiConsumer<Boolean, Duration> onDrain = (proven, took) -> {};

  RolloutFigures() {}

  /** Ended roll-outs by service and the state they ended in, in lower case with hyphens. */
  public Map<Key, Long> rollouts() {
    return read(rollouts);
  }

  /** Instances that were replaced unasked, by service and reason: {@code crashed}, … */
  public Map<Key, Long> restarts() {
    return read(restarts);
  }

  /** Calls {@code observer} with each roll-out that ends and how long it took. Must not block. */
  public void onRollout(BiConsumer<Rollout, Duration> observer) {
    onRollout = observer;
  }

  /**
   * Calls {@code observer} with each drain that ends: whether it was proven that nobody picks the
   * instance any more, and the time from the mark to no request in flight. Must not block.
   */
  public void onDrain(BiConsumer<Boolean, Duration> observer) {
    onDrain = observer;
  }

  void ended(Rollout rollout, Duration took) {
    count(rollouts, rollout.service(), word(rollout.state()));
    onRollout.accept(rollout, took);
  }

  void drained(boolean proven, Duration took) {
    onDrain.accept(proven, took);
  }

  void restarted(String service, String reason) {
    count(restarts, service, reason);
  }

  static String word(Rollout.State state) {
    return state.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
  }

  private static void count(Map<Key, LongAdder> map, String service, String word) {
    map.computeIfAbsent(new Key(service, word), key -> new LongAdder()).increment();
  }

  private static Map<Key, Long> read(Map<Key, LongAdder> map) {
    Map<Key, Long> counts = new TreeMap<>();
    map.forEach((key, count) -> counts.put(key, count.sum()));
    return counts;
  }
}

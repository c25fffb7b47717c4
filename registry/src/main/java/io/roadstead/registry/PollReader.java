package io.roadstead.registry;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;

/**
 * A poller of the Eureka interface.
 *
 * <p>One that the platform started, known by its token, fetches one after the other: that it begins
 * the next shows that it has applied the answer before, once its balancer's cache of a second has
 * run out. Of any other nothing is proven; it is only known how often it comes.
 */
final class PollReader implements Reader {
  static final long CACHE_NANOS = Duration.ofSeconds(1).toNanos();
  static final long LAG_NANOS = Duration.ofSeconds(8).toNanos();
  static final long FORGOTTEN_NANOS = Duration.ofSeconds(90).toNanos();
  private static final long USUAL_NANOS = Duration.ofSeconds(30).toNanos();
  private static final long MARGIN_NANOS = Duration.ofSeconds(35).toNanos();
  private static final int MOST_PENDING = 64;

  private record Proof(long n, long atNanos) {}

  private final String name;
  private Set<String> services = Set.of();
  private boolean identified;
  private boolean restored;
  private long restoredAt;
  private Instant lastSeen;
  private long firstBegan;
  private long lastBegan;
  private long interval;
  private long previousInterval;
  private int fetches;
  private long answered = -1;
  private long applied = -1;
  private final Deque<Proof> pending = new ArrayDeque<>();

  PollReader(String name, boolean identified, Instant now) {
    this.name = name;
    this.identified = identified;
    this.lastSeen = now;
  }

  /** It was known before a restart of the platform, and may come back. */
  void restore(Set<String> known, long now) {
    services = known;
    restored = true;
    restoredAt = now;
  }

  /** Returns whether it is now remembered and was not before. */
  boolean began(boolean isIdentified, long now, Instant at) {
    if (fetches == 0) {
      firstBegan = now;
    } else {
      long last = now - lastBegan;
      // The longer of the last two, so that one early fetch does not make it seem quicker.
      interval = fetches == 1 ? last : Math.max(last, previousInterval);
      previousInterval = last;
    }
    boolean newlyRemembered = isIdentified && (!identified || fetches == 0) && !restored;
    fetches = Math.min(fetches + 1, Integer.MAX_VALUE - 1);
    lastBegan = now;
    lastSeen = at;
    identified = isIdentified;
    restored = false;
    if (answered >= 0 && pending.size() < MOST_PENDING) {
      pending.add(new Proof(answered, now + CACHE_NANOS));
      answered = -1;
    }
    return newlyRemembered;
  }

  void answered(long n) {
    answered = Math.max(answered, n);
  }

  @Override
  public long applied(long now) {
    while (!pending.isEmpty() && now - pending.peekFirst().atNanos() >= 0) {
      applied = Math.max(applied, pending.removeFirst().n());
    }
    return applied;
  }

  @Override
  public Standing standing(long now) {
    if (restored) {
      return now - restoredAt < RESTORED_NANOS ? Standing.LIVE : Standing.GONE;
    }
    long silence = now - lastBegan;
    if (silence >= FORGOTTEN_NANOS) {
      return Standing.GONE;
    }
    return silence >= LAG_NANOS && identified ? Standing.LAGGING : Standing.LIVE;
  }

  /** Whether it comes again and again, so that it must be reckoned with. */
  boolean returns() {
    return fetches >= 2;
  }

  /** How long after {@code start} it may still route by what it fetched before then. */
  long boundNanos() {
    return Math.max(USUAL_NANOS, interval) + MARGIN_NANOS;
  }

  /** Whether it had fetched before {@code start}. */
  boolean readBefore(long start) {
    return firstBegan - start <= 0;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public SubscriberKind kind() {
    return SubscriberKind.EUREKA;
  }

  @Override
  public Set<String> services() {
    return services;
  }

  @Override
  public boolean identified() {
    return identified;
  }

  @Override
  public boolean remembered() {
    return identified;
  }

  @Override
  public boolean awaited() {
    return restored;
  }

  @Override
  public boolean overdue(long now) {
    return restored && now - restoredAt >= BARRIER_NANOS;
  }

  @Override
  public Instant lastSeen() {
    return lastSeen;
  }
}

package io.roadstead.registry;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A confirmed subscriber: it reads a stream and acknowledges what it has applied.
 *
 * <p>Its lease of three seconds begins with a stream and is renewed by acknowledgements alone. When
 * it runs out the subscriber is gone, or lags as long as its stream is still open. It lags too when
 * it renews, yet has not applied within five seconds what was asked for; that lasts until it has
 * caught up, over new streams too.
 */
final class StreamReader implements Reader {
  static final long LEASE_NANOS = Duration.ofSeconds(3).toNanos();
  static final long PATIENCE_NANOS = Duration.ofSeconds(5).toNanos();
  private static final int MAX_BUSY = 10_000;

  private final String name;
  private final SubscriberKind kind;
  private final boolean remembered;
  private Set<String> services;
  private Instant lastSeen;
  private @Nullable Runnable onReplaced;
  private String stream = "";
  private boolean restored;
  private long restoredAt;
  private boolean connected;
  private boolean behind;
  private long applied = -1;
  private long streamSince;
  private long leaseUntil;
  private Map<InstanceKey, Integer> busy = Map.of();

  StreamReader(
      String name, SubscriberKind kind, Set<String> services, boolean remembered, Instant now) {
    this.name = name;
    this.kind = kind;
    this.services = services;
    this.remembered = remembered;
    this.lastSeen = now;
  }

  /** It was known before a restart of the platform, and may come back. */
  void restore(long now) {
    restored = true;
    restoredAt = now;
    leaseUntil = now + RESTORED_NANOS;
  }

  /** Begins a stream; returns what ends the one before. */
  @Nullable Runnable connect(
      String newStream, Set<String> newServices, Runnable newOnReplaced, long now, Instant at) {
    Runnable before = replaced();
    stream = newStream;
    services = newServices;
    onReplaced = newOnReplaced;
    connected = true;
    restored = false;
    applied = -1;
    busy = Map.of();
    streamSince = now;
    leaseUntil = now + LEASE_NANOS;
    lastSeen = at;
    return before;
  }

  /** What ends its stream, if one is open. */
  @Nullable Runnable replaced() {
    return connected ? onReplaced : null;
  }

  /** Whether this is the stream that it has now, or had last. */
  boolean follows(String id) {
    return id.equals(stream);
  }

  void disconnect(String ended) {
    if (follows(ended)) {
      connected = false;
      onReplaced = null;
    }
  }

  /** Returns whether a wait may have been for it: it applied more, or its counts changed. */
  boolean acknowledge(
      String onStream, long n, Map<InstanceKey, Integer> nowBusy, long now, Instant at) {
    if (!onStream.equals(stream) || restored || nowBusy.size() > MAX_BUSY) {
      return false;
    }
    boolean matters = n > applied || (n == applied && !busy.equals(nowBusy));
    if (matters) {
      applied = n;
      busy = Map.copyOf(nowBusy);
    }
    leaseUntil = now + LEASE_NANOS;
    lastSeen = at;
    return matters;
  }

  /** Compares with what it should have applied by now. */
  void compare(long due, long now) {
    if (applied >= due) {
      behind = false;
    } else if (!restored && now - streamSince >= PATIENCE_NANOS) {
      behind = true;
    }
  }

  @Override
  public Standing standing(long now) {
    if (now - leaseUntil >= 0) {
      return connected ? Standing.LAGGING : Standing.GONE;
    }
    return behind ? Standing.LAGGING : Standing.LIVE;
  }

  /** Whether it may route, so that its counts matter. */
  boolean leased(long now) {
    return now - leaseUntil < 0;
  }

  /** Its requests on an instance, or -1 where it has not acknowledged {@code since} yet. */
  int busy(InstanceKey key, long since) {
    return applied < since ? -1 : Math.max(0, busy.getOrDefault(key, 0));
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public SubscriberKind kind() {
    return kind;
  }

  @Override
  public Set<String> services() {
    return services;
  }

  @Override
  public boolean identified() {
    return true;
  }

  @Override
  public boolean remembered() {
    return remembered;
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
  public long applied(long now) {
    return applied;
  }

  @Override
  public Instant lastSeen() {
    return lastSeen;
  }
}

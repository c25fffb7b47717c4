package io.roadstead.gateway.accesslog;

import io.roadstead.gateway.http.Head;
import java.time.InstantSource;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * One event loop's side of the access log: entries of requests under way, used again when they are
 * over, and the ring that they go to. Without a log it makes none. Confined to its loop.
 */
public final class LoopLog {
  private static final int MOST_SPARE = 1024;

  private final InstantSource clock;
  private final ArrayDeque<AccessEntry> spare = new ArrayDeque<>();
  private @Nullable AccessRing ring;

  public LoopLog(InstantSource clock) {
    this.clock = clock;
  }

  /**
   * Changes where records go; what is under way goes there too.
   *
   * @param log null for nowhere
   * @param loop which of the gateway's loops this is
   */
  public void to(@Nullable AccessLog log, int loop) {
    ring = log == null ? null : log.ring(loop);
    if (log == null) {
      spare.clear();
    }
  }

  /** The entry of a request that begins; null where none is wanted. */
  public @Nullable AccessEntry begin(byte[] clientAddress, Head head) {
    if (ring == null) {
      return null;
    }
    AccessEntry entry = take();
    entry.begin(clock.millis(), clientAddress, head);
    return entry;
  }

  private AccessEntry take() {
    AccessEntry known = spare.pollLast();
    return known == null ? new AccessEntry() : known;
  }

  /**
   * A request is over.
   *
   * @param tries how many instances it was sent to, or a connection to them tried
   * @param reason of the gateway's own answer, else empty
   */
  public void end(
      AccessEntry entry,
      int status,
      long tookNanos,
      int tries,
      String route,
      String service,
      String instance,
      String version,
      String reason) {
    entry.end(status, tookNanos, tries, route, service, instance, version, reason);
    AccessRing to = ring;
    if (to != null) {
      var _ = to.offer(entry.bytes, entry.length);
    }
    if (spare.size() < MOST_SPARE) {
      spare.addLast(entry);
    }
  }

  /** What came was no request that could be read. */
  public void unread(byte[] clientAddress, int status, long tookNanos, String reason) {
    if (ring != null) {
      AccessEntry entry = take();
      entry.beginUnread(clock.millis(), clientAddress);
      end(entry, status, tookNanos, 0, "", "", "", "", reason);
    }
  }
}

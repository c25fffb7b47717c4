package io.roadstead.gateway;

import io.netty.channel.ConnectTimeoutException;
import io.roadstead.registry.Instance;
import io.roadstead.registry.Status;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One loop's connections to one instance: the idle ones as a stack, the newest on top, and counts
 * of the rest. Confined to the loop.
 *
 * <p>A pool is <i>retired</i> once its instance takes no traffic any more: nothing is kept idle
 * from then on, so each connection is closed when its answer is complete, and event streams are
 * ended. One of a suspect that is avoided keeps nothing idle either, but ends no stream.
 */
final class UpstreamPool implements VersionDraw.Versioned {
  /** How often one loop tells that an instance refuses connections. */
  private static final long TELL_NANOS = 1_000_000_000L;

  private final Worker worker;
  private final InetSocketAddress address;
  private Instance instance;
  private boolean takesTraffic;
  private @Nullable Gate gate;
  private @Nullable UpstreamConnection[] idle = new UpstreamConnection[8];
  private int idleCount;

  /** Requests from the pick on until their answer is complete. */
  int outstanding;

  /** Of these, event streams and upgraded connections. */
  int streams;

  int connecting;
  int open;
  long requests;
  long errors;
  long clientErrors;
  private final Latencies latencies = new Latencies();
  private @Nullable Traffic lastTraffic;
  private @Nullable UpstreamConnection firstStream;
  private boolean retired;
  private boolean refused;
  private long refusedAt;

  UpstreamPool(Worker worker, Instance instance, InetSocketAddress address) {
    this.worker = worker;
    this.instance = instance;
    this.address = address;
  }

  Instance instance() {
    return instance;
  }

  @Override
  public String version() {
    return instance.version();
  }

  InetSocketAddress address() {
    return address;
  }

  boolean takesTraffic() {
    return takesTraffic;
  }

  boolean draining() {
    return instance.status() == Status.DRAINING;
  }

  int idleCount() {
    return idleCount;
  }

  /** What still concerns the instance on this loop. */
  int busy() {
    return outstanding + idleCount;
  }

  /** Sets how many requests it takes at once; null: as many as come. */
  void gate(@Nullable Gate newer) {
    gate = newer;
  }

  @Override
  public boolean hasRoom() {
    Gate at = gate;
    return at == null || at.hasRoom();
  }

  /** Takes a place at the instance; false where there is none. {@link #gate} has to get it back. */
  @Override
  public boolean enter() {
    Gate at = gate;
    return at == null || at.enter();
  }

  /** What limits it now; null where nothing does. */
  @Nullable Gate gate() {
    return gate;
  }

  Latencies latencies() {
    return latencies;
  }

  /** An exchange with the instance has ended, or its event stream has begun. */
  void count(int status, long nanos) {
    clientErrors += status / 100 == 4 ? 1 : 0;
    latencies.record(nanos);
  }

  void update(Instance newer, boolean traffic) {
    if (!newer.version().equals(instance.version())) {
      lastTraffic = null;
    }
    instance = newer;
    takesTraffic = traffic;
    retired = false;
    if (newer.status() == Status.SUSPECT) {
      // It may prove to be well in a moment: no stream is ended for that.
      if (!traffic) {
        closeIdle();
      }
    } else if (!traffic) {
      retire();
    }
  }

  /** Closes what is idle; what is busy closes after its answer. */
  void retire() {
    takesTraffic = false;
    retired = true;
    closeIdle();
    endStreamsIfAlone();
  }

  /**
   * A connection could not be made. That nobody listens is told at once; that an answer took too
   * long may be this gateway's own trouble.
   */
  void connectFailed(@Nullable Throwable cause) {
    boolean nobodyListens =
        cause instanceof NoRouteToHostException
            || (cause instanceof ConnectException && !(cause instanceof ConnectTimeoutException));
    long now = worker.now();
    if (nobodyListens && (!refused || now - refusedAt >= TELL_NANOS)) {
      refused = true;
      refusedAt = now;
      worker.refused(instance.key());
    }
  }

  void closeIdle() {
    while (idleCount > 0) {
      UpstreamConnection connection = take();
      if (connection != null) {
        connection.close();
      }
    }
  }

  /** The idle connection used last, or null. */
  @Nullable UpstreamConnection take() {
    while (idleCount > 0) {
      UpstreamConnection connection = idle[--idleCount];
      idle[idleCount] = null;
      if (connection != null && connection.usable()) {
        return connection;
      }
    }
    return null;
  }

  /** Takes a connection back, or refuses it when it is to be closed. */
  boolean offer(UpstreamConnection connection) {
    if (!takesTraffic || idleCount >= worker.limits().idlePerInstance()) {
      return false;
    }
    if (idleCount == idle.length) {
      idle = Arrays.copyOf(idle, idleCount * 2);
    }
    idle[idleCount++] = connection;
    return true;
  }

  /** An idle connection has been closed. */
  void forget(UpstreamConnection connection) {
    for (int i = idleCount - 1; i >= 0; i--) {
      if (idle[i] == connection) {
        System.arraycopy(idle, i + 1, idle, i, idleCount - i - 1);
        idle[--idleCount] = null;
        return;
      }
    }
  }

  void sweep(long nowNanos) {
    while (idleCount > 0) {
      UpstreamConnection oldest = idle[0];
      if (oldest == null || !oldest.idleTooLong(nowNanos)) {
        break;
      }
      oldest.close();
    }
    for (UpstreamConnection s = firstStream; s != null; ) {
      UpstreamConnection next = s.nextStream;
      s.sweepStream(nowNanos);
      s = next;
    }
  }

  Traffic traffic(String route) {
    Traffic last = lastTraffic;
    if (last == null || !last.key().route().equals(route)) {
      last = worker.traffic(new Traffic.Key(route, instance.service(), instance.version()));
      lastTraffic = last;
    }
    return last;
  }

  /** A request is over. */
  void released() {
    outstanding--;
    if (!takesTraffic) {
      endStreamsIfAlone();
      if (outstanding == 0 && draining()) {
        worker.drained();
      }
    }
  }

  void streamStarted(UpstreamConnection connection) {
    streams++;
    connection.nextStream = firstStream;
    firstStream = connection;
    if (worker.lastAnswers()) {
      connection.endStreamSoon();
    } else if (!takesTraffic) {
      endStreamsIfAlone();
    }
  }

  void streamEnded(UpstreamConnection connection) {
    streams--;
    UpstreamConnection before = null;
    for (UpstreamConnection s = firstStream; s != null; s = s.nextStream) {
      if (s == connection) {
        if (before == null) {
          firstStream = s.nextStream;
        } else {
          before.nextStream = s.nextStream;
        }
        break;
      }
      before = s;
    }
    connection.nextStream = null;
  }

  /** Streams are not waited for: once nothing else is under way they are ended in order. */
  private void endStreamsIfAlone() {
    if (retired && streams > 0 && outstanding <= streams) {
      endStreams();
    }
  }

  /** Ends them in order: each after a whole event or message. */
  void endStreams() {
    for (UpstreamConnection s = firstStream; s != null; ) {
      UpstreamConnection next = s.nextStream;
      s.endStreamSoon();
      s = next;
    }
  }
}

package io.roadstead.gateway;

import io.roadstead.registry.Instance;
import io.roadstead.registry.Status;
import java.net.InetSocketAddress;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One loop's connections to one instance: the idle ones as a stack, the newest on top, and counts
 * of the rest. Confined to the loop.
 *
 * <p>A pool is <i>retired</i> once its instance takes no traffic any more: nothing is kept idle
 * from then on, so each connection is closed when its answer is complete.
 */
final class UpstreamPool {
  private final Worker worker;
  private final InetSocketAddress address;
  private Instance instance;
  private boolean takesTraffic;
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
  private @Nullable Traffic lastTraffic;
  private @Nullable UpstreamConnection firstStream;

  UpstreamPool(Worker worker, Instance instance, InetSocketAddress address) {
    this.worker = worker;
    this.instance = instance;
    this.address = address;
  }

  Instance instance() {
    return instance;
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

  void update(Instance newer, boolean traffic) {
    if (!newer.version().equals(instance.version())) {
      lastTraffic = null;
    }
    instance = newer;
    takesTraffic = traffic;
    if (!traffic) {
      retire();
    }
  }

  /** Closes what is idle; what is busy closes after its answer. */
  void retire() {
    takesTraffic = false;
    closeIdle();
    endStreamsIfAlone();
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
    if (streams > 0 && outstanding <= streams) {
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

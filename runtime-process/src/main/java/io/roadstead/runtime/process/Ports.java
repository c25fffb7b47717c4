package io.roadstead.runtime.process;

import io.roadstead.rollout.LaunchFailed;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/**
 * Hands out ports of a range that nobody listens on. It goes round the range, so that a port comes
 * back as late as possible, from an offset that differs per data directory, so that two platforms
 * on one machine seldom meet. Guarded by its own lock.
 */
final class Ports {
  private final int first;
  private final int count;
  private final Set<Integer> held = new HashSet<>();
  private int next;

  Ports(int first, int last, Path dataDirectory) {
    this.first = first;
    this.count = last - first + 1;
    this.next = Math.floorMod(dataDirectory.toString().hashCode() * 0x9E3779B1, count);
  }

  /** A free port, held until it is released. */
  synchronized int take() throws LaunchFailed {
    int taken = 0;
    for (int i = 0; i < count; i++) {
      int port = first + next;
      next = (next + 1) % count;
      if (held.contains(port)) {
        continue;
      }
      if (free(port)) {
        held.add(port);
        return port;
      }
      taken++;
    }
    throw new LaunchFailed(
        "no free port in "
            + first
            + "–"
            + (first + count - 1)
            + ": "
            + held.size()
            + " held by instances of this platform, "
            + taken
            + " taken by other processes; scale services in, or end what listens there");
  }

  /** An instance that was taken over holds this port. */
  synchronized void hold(int port) {
    held.add(port);
  }

  synchronized void release(int port) {
    held.remove(port);
  }

  /**
   * Asks by binding. Without the reuse of addresses, so that a port with connections in TIME_WAIT,
   * on which a service may fail to listen, is passed over too.
   */
  private static boolean free(int port) {
    return binds(new InetSocketAddress(port))
        && binds(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
  }

  private static boolean binds(InetSocketAddress address) {
    try (var socket = new ServerSocket()) {
      socket.setReuseAddress(false);
      socket.bind(address, 1);
      return true;
    } catch (IOException _) {
      return false;
    }
  }
}

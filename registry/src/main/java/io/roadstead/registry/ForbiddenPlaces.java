package io.roadstead.registry;

import java.net.InetAddress;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Where nothing is ever sent, whatever an instance registers: not a request, not a probe. Else
 * anybody who may register could make the platform call itself, or the metadata service of a cloud.
 * Safe from any thread.
 */
public final class ForbiddenPlaces {
  private final IntPredicate ownPort;
  private final OwnAddresses here;

  /**
   * @param ownPort whether a port is one of the platform's own
   */
  public ForbiddenPlaces(IntPredicate ownPort, Ticker ticker) {
    this.ownPort = ownPort;
    this.here = new OwnAddresses(ticker);
  }

  /** Why nothing is sent there, for a sentence; null where nothing speaks against it. */
  public @Nullable String obstacle(InetAddress address, int port) {
    if (address.isLinkLocalAddress() || address.isMulticastAddress()) {
      return "at a link-local or multicast address, which is never routed to";
    }
    return ownPort.test(port) && isHere(address)
        ? "at one of the platform's own ports, which is never routed to"
        : null;
  }

  private boolean isHere(InetAddress address) {
    if (address.isLoopbackAddress() || address.isAnyLocalAddress()) {
      return true;
    }
    synchronized (here) {
      return here.contains(address.getHostAddress());
    }
  }
}

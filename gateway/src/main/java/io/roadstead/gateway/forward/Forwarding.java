package io.roadstead.gateway.forward;

import java.net.InetAddress;
import java.util.List;

/**
 * What a gateway says of a request's way.
 *
 * @param trusted proxies whose word on who sent a request is passed on, with them appended; of
 *     everybody else's nothing is
 * @param traces whether each request gets a traceparent (W3C Trace Context), its own or a new one
 * @param sampled the share of new traces that are marked as sampled, 0 to 1
 */
public record Forwarding(List<Cidr> trusted, boolean traces, double sampled) {
  /** As many as Spring's services sample when nobody says anything. */
  public static final double USUALLY_SAMPLED = 0.1;

  public static final Forwarding DEFAULT = new Forwarding(List.of(), true, USUALLY_SAMPLED);

  public Forwarding {
    trusted = List.copyOf(trusted);
  }

  public boolean trusts(InetAddress address) {
    for (Cidr range : trusted) {
      if (range.contains(address)) {
        return true;
      }
    }
    return false;
  }
}

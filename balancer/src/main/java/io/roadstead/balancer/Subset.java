package io.roadstead.balancer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Deterministic subsetting: which of many endpoints one of many clients keeps connections to, so
 * that n × m connections become n × a few, and every endpoint still gets as much.
 *
 * <p>Finagle's deterministic aperture: endpoints and clients are spread evenly over a ring, and a
 * client takes the endpoints that its slice covers. A slice is a whole number of clients' distances
 * wide; so all slices together cover the ring equally often. An endpoint at an edge counts by the
 * part that is covered. A list in, a list out: it composes with everything else.
 */
public final class Subset {
  private Subset() {}

  /**
   * The endpoints of one client.
   *
   * @param endpoints all, in any order; those of one key are one
   * @param client which client this is, 0 to clients − 1
   * @param least how many endpoints a client should have at least, of weight 1
   */
  public static <T> List<Endpoint<T>> of(
      List<Endpoint<T>> endpoints, int client, int clients, int least) {
    if (client < 0 || client >= clients) {
      throw new IllegalArgumentException(
          "client %d of %d: must be from 0 to one below".formatted(client, clients));
    }
    int n = endpoints.size();
    if (n <= least) {
      return List.copyOf(endpoints);
    }
    double steps = Math.min(clients, Math.ceil((double) least * clients / n));
    if (steps == clients) {
      return List.copyOf(endpoints);
    }
    List<Endpoint<T>> ring = new ArrayList<>(endpoints);
    ring.sort(
        Comparator.<Endpoint<T>>comparingLong(endpoint -> Maglev.hash(endpoint.key()))
            .thenComparing(Endpoint::key));
    double from = (double) client / clients * n;
    double to = from + steps / clients * n;
    List<Endpoint<T>> subset = new ArrayList<>();
    for (int i = (int) from; i < Math.ceil(to - 1e-9); i++) {
      double covered = Math.min(i + 1, to) - Math.max(i, from);
      Endpoint<T> endpoint = ring.get(i % n);
      int weight = (int) Math.round(endpoint.weight() * covered);
      if (weight > 0 || endpoint.weight() == 0) {
        subset.add(new Endpoint<>(endpoint.key(), endpoint.target(), weight, endpoint.zone()));
      }
    }
    return List.copyOf(subset);
  }
}

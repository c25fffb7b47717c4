package io.roadstead.gateway;

import io.roadstead.balancer.Balancer;
import io.roadstead.balancer.Endpoint;
import io.roadstead.balancer.Member;
import io.roadstead.balancer.Tried;
import io.roadstead.registry.Split;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A service's split as one loop follows it: the version is drawn by its share, and then the
 * balancer picks within it.
 *
 * <p>There is one balancer for all versions, so what it knows of an instance outlives each change
 * of the split. Its members stand in the order of their versions: a version is a range of them,
 * those without a share stand last. A version none of whose instances can serve now leaves its
 * share to the others; those without a share serve where no other can. Nothing is allocated by a
 * pick. Confined to the loop.
 */
final class VersionDraw<T extends VersionDraw.Versioned> {
  /** What it has to know of whom it draws. */
  interface Versioned {
    String version();

    /** Whether it takes one more request. */
    boolean hasRoom();

    /** Takes a place; false where there is none. */
    boolean enter();
  }

  /** Makes of random bits others, which do not tell of what the first were used for. */
  private static final long FURTHER = 0x9e3779b97f4a7c15L;

  private final RandomGenerator random;
  private final String[] versions;
  private final int[] shares;
  private final int[] ends;
  private final int sum;
  private final int named;
  private final int size;

  private VersionDraw(
      RandomGenerator random, List<String> versions, int[] shares, int[] ends, int size) {
    this.random = random;
    this.versions = versions.toArray(String[]::new);
    this.shares = shares;
    this.ends = ends;
    this.named = ends.length == 0 ? 0 : ends[ends.length - 1];
    this.size = size;
    int all = 0;
    for (int share : shares) {
      all += share;
    }
    this.sum = all;
  }

  /**
   * The draw for these endpoints, which it puts in the order that it needs; null where none of them
   * is of a version with a share, so that all are alike.
   */
  static <T extends Versioned> @Nullable VersionDraw<T> order(
      Split split, List<Endpoint<T>> endpoints, RandomGenerator random) {
    List<Endpoint<T>> ordered = new ArrayList<>(endpoints.size());
    List<Endpoint<T>> rest = new ArrayList<>(endpoints);
    List<String> versions = new ArrayList<>();
    int[] shares = new int[split.shares().size()];
    int[] ends = new int[shares.length];
    for (Map.Entry<String, Integer> each : split.shares().entrySet()) {
      int before = ordered.size();
      if (each.getValue() > 0) {
        rest.removeIf(
            endpoint -> endpoint.target().version().equals(each.getKey()) && ordered.add(endpoint));
      }
      if (ordered.size() > before) {
        shares[versions.size()] = each.getValue();
        ends[versions.size()] = ordered.size();
        versions.add(each.getKey());
      }
    }
    if (versions.isEmpty()) {
      return null;
    }
    ordered.addAll(rest);
    endpoints.clear();
    endpoints.addAll(ordered);
    int n = versions.size();
    return new VersionDraw<>(
        random, versions, Arrays.copyOf(shares, n), Arrays.copyOf(ends, n), ordered.size());
  }

  /** As {@link LoopService#pick}. */
  @Nullable Member<T> pick(Balancer<T> balancer, @Nullable Tried tried, long nowNanos) {
    return pick(balancer, tried, nowNanos, false, random.nextLong());
  }

  /**
   * As above, for a request that belongs with others.
   *
   * @param hash of what they have in common, well mixed: it draws the version too
   */
  @Nullable Member<T> pick(Balancer<T> balancer, @Nullable Tried tried, long nowNanos, long hash) {
    return pick(balancer, tried, nowNanos, true, hash);
  }

  private @Nullable Member<T> pick(
      Balancer<T> balancer, @Nullable Tried tried, long nowNanos, boolean keyed, long bits) {
    int version = version(balancer, tried, nowNanos, bits);
    int from = version > 0 ? ends[version - 1] : 0;
    int to = version >= 0 ? ends[version] : size;
    if (version < 0 && balancer.anyReady(named, size, tried, nowNanos)) {
      from = named;
    }
    Member<T> picked =
        keyed
            ? balancer.pickAmong(from, to, nowNanos, tried, bits)
            : balancer.pickAmong(from, to, nowNanos, tried);
    if (picked == null || picked.target().enter()) {
      return picked;
    }
    balancer.withdrawn(picked);
    Member<T> other = withRoom(balancer, from, to, tried, nowNanos);
    if (other == null && to <= named) {
      other = withRoom(balancer, 0, named, tried, nowNanos);
    }
    return other;
  }

  /** Which version the request goes to; below 0 where none with a share can serve. */
  private int version(Balancer<T> balancer, @Nullable Tried tried, long nowNanos, long bits) {
    int drawn = tried == null || tried.size() == 0 ? drawn(bits) : before(tried);
    if (drawn >= 0 && ready(balancer, drawn, tried, nowNanos)) {
      return drawn;
    }
    int left = 0;
    for (int i = 0; i < shares.length; i++) {
      left += ready(balancer, i, tried, nowNanos) ? shares[i] : 0;
    }
    if (left == 0) {
      return -1;
    }
    int at = below(left, bits * FURTHER);
    for (int i = 0; i < shares.length; i++) {
      if (ready(balancer, i, tried, nowNanos)) {
        at -= shares[i];
        if (at < 0) {
          return i;
        }
      }
    }
    return -1;
  }

  private int drawn(long bits) {
    int at = below(sum, bits);
    int i = 0;
    while (at >= shares[i]) {
      at -= shares[i++];
    }
    return i;
  }

  private static int below(int bound, long bits) {
    return (int) (((bits >>> 32) * bound) >>> 32);
  }

  /** Whether requests are sent to a version as long as it can serve. */
  boolean gives(String version) {
    for (String each : versions) {
      if (each.equals(version)) {
        return true;
      }
    }
    return false;
  }

  /** A further attempt stays with the version that was drawn. */
  private int before(Tried tried) {
    Member<?> last = tried.last();
    if (last != null && last.target() instanceof Versioned known) {
      String version = known.version();
      for (int i = 0; i < versions.length; i++) {
        if (versions[i].equals(version)) {
          return i;
        }
      }
    }
    return -1;
  }

  private boolean ready(Balancer<T> balancer, int version, @Nullable Tried tried, long nowNanos) {
    return balancer.anyReady(version == 0 ? 0 : ends[version - 1], ends[version], tried, nowNanos);
  }

  private static <T extends Versioned> @Nullable Member<T> withRoom(
      Balancer<T> balancer, int from, int to, @Nullable Tried tried, long nowNanos) {
    Member<T> other = balancer.pickWithRoomAmong(from, to, nowNanos, tried, Versioned::hasRoom);
    if (other != null && !other.target().enter()) {
      // Another loop was quicker.
      balancer.withdrawn(other);
      return null;
    }
    return other;
  }
}

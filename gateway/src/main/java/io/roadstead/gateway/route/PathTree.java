package io.roadstead.gateway.route;

import io.roadstead.gateway.http.Ascii;
import io.roadstead.gateway.http.Head;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The routes of one host by path: a compressed radix tree over bytes. Immutable.
 *
 * <p>A node stands for the bytes on the way to it; what its routes have in common is compared once.
 * A look-up goes down as far as the path leads, one step for each point where routes part, and
 * takes the deepest route that takes the request on its way back up: the longest path whose
 * conditions hold. It makes no object.
 *
 * <p>Prefixes are kept without a slash at their end, and end where the path ends or goes on with a
 * slash; so {@code /} is kept at the root.
 */
final class PathTree {
  /** From so many children on the next one is found by its byte, in a table. */
  private static final int MANY = 6;

  private final byte[] label;
  private final RouteEntry[] exact;
  private final RouteEntry[] prefix;
  private final byte[] firsts;
  private final PathTree[] children;
  private final byte @Nullable [] places;

  private PathTree(
      byte[] label, RouteEntry[] exact, RouteEntry[] prefix, byte[] firsts, PathTree[] children) {
    this.label = label;
    this.exact = exact;
    this.prefix = prefix;
    this.firsts = firsts;
    this.children = children;
    this.places = firsts.length < MANY ? null : places(firsts);
  }

  private static byte[] places(byte[] firsts) {
    byte[] places = new byte[256];
    Arrays.fill(places, (byte) -1);
    for (int i = 0; i < firsts.length; i++) {
      places[firsts[i] & 0xff] = (byte) i;
    }
    return places;
  }

  /** The route that takes the request, whose path starts at {@code at}; null where none does. */
  @Nullable RouteEntry match(byte[] path, int at, int to, Head request) {
    if (at == to) {
      RouteEntry found = first(exact, request);
      return found != null ? found : first(prefix, request);
    }
    PathTree next = child(path[at]);
    if (next != null && next.follows(path, at, to)) {
      RouteEntry found = next.match(path, at + next.label.length, to, request);
      if (found != null) {
        return found;
      }
    }
    return path[at] == '/' ? first(prefix, request) : null;
  }

  private static @Nullable RouteEntry first(RouteEntry[] candidates, Head request) {
    for (RouteEntry candidate : candidates) {
      if (candidate.takes(request)) {
        return candidate;
      }
    }
    return null;
  }

  private @Nullable PathTree child(byte first) {
    byte[] table = places;
    if (table != null) {
      int place = table[first & 0xff];
      return place < 0 ? null : children[place];
    }
    for (int i = 0; i < firsts.length; i++) {
      if (firsts[i] == first) {
        return children[i];
      }
    }
    return null;
  }

  private boolean follows(byte[] path, int at, int to) {
    int length = label.length;
    return to - at >= length && Arrays.equals(path, at, at + length, label, 0, length);
  }

  /** Gathers routes, then freezes them. */
  static final class Builder {
    private static final class Stop {
      final List<RouteEntry> exact = new ArrayList<>(1);
      final List<RouteEntry> prefix = new ArrayList<>(1);
    }

    private final TreeMap<byte[], Stop> stops = new TreeMap<>(Arrays::compareUnsigned);

    /** Adds a route. Of two that ask for the same the first one is used. */
    void add(RouteEntry entry) {
      Stop stop = stops.computeIfAbsent(Ascii.bytes(entry.route().claimedPath()), _ -> new Stop());
      (entry.route().match().exact() ? stop.exact : stop.prefix).add(entry);
    }

    PathTree build() {
      List<byte[]> paths = List.copyOf(stops.keySet());
      return node(paths, 0, paths.size(), 0, 0);
    }

    /** The node of the paths in the range, which have their first {@code depth} bytes in common. */
    private PathTree node(List<byte[]> paths, int low, int high, int start, int depth) {
      byte[] label = low < high ? Arrays.copyOfRange(paths.get(low), start, depth) : new byte[0];
      int at = low;
      Stop own = null;
      if (at < high && paths.get(at).length == depth) {
        own = stops.get(paths.get(at));
        at++;
      }
      List<PathTree> children = new ArrayList<>();
      byte[] firsts = new byte[256];
      while (at < high) {
        byte first = paths.get(at)[depth];
        int end = at + 1;
        while (end < high && paths.get(end)[depth] == first) {
          end++;
        }
        // Sorted, so that what the outer two share, all do.
        int common = Arrays.mismatch(paths.get(at), paths.get(end - 1));
        firsts[children.size()] = first;
        children.add(node(paths, at, end, depth, common < 0 ? paths.get(at).length : common));
        at = end;
      }
      return new PathTree(
          label,
          own == null ? new RouteEntry[0] : ranked(own.exact),
          own == null ? new RouteEntry[0] : ranked(own.prefix),
          Arrays.copyOf(firsts, children.size()),
          children.toArray(PathTree[]::new));
    }

    private static RouteEntry[] ranked(List<RouteEntry> entries) {
      entries.sort(
          Comparator.comparingInt((RouteEntry entry) -> entry.route().match().conditions())
              .reversed());
      return entries.toArray(RouteEntry[]::new);
    }
  }
}

package io.roadstead.gateway.route;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Routes by path prefix, one level for each segment; the longest prefix wins. Immutable. */
final class PathTree {
  private final @Nullable RouteEntry route;
  private final ByteMap<PathTree> children;

  private PathTree(@Nullable RouteEntry route, ByteMap<PathTree> children) {
    this.route = route;
    this.children = children;
  }

  /** The route of the longest prefix of the path in the range, which starts with a slash. */
  @Nullable RouteEntry match(byte[] path, int from, int to) {
    PathTree node = this;
    RouteEntry best = route;
    int at = from;
    while (at < to) {
      int start = at + 1;
      int end = start;
      while (end < to && path[end] != '/') {
        end++;
      }
      PathTree next = node.children.get(path, start, end);
      if (next == null) {
        break;
      }
      if (next.route != null) {
        best = next.route;
      }
      node = next;
      at = end;
    }
    return best;
  }

  /** Gathers routes, then freezes them. */
  static final class Builder {
    private @Nullable RouteEntry route;
    private final Map<String, Builder> children = new HashMap<>();

    /** Adds a route; the first of two with the same path stays. */
    void add(String path, RouteEntry entry) {
      Builder node = this;
      for (String segment : RouteEntry.segments(path)) {
        node = node.children.computeIfAbsent(segment, _ -> new Builder());
      }
      if (node.route == null) {
        node.route = entry;
      }
    }

    PathTree build() {
      Map<String, PathTree> built = new HashMap<>();
      children.forEach((segment, child) -> built.put(segment, child.build()));
      return new PathTree(route, new ByteMap<>(built, false));
    }
  }
}

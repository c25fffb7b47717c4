package io.roadstead.control.mount;

import java.util.List;

/**
 * Paths that an adapter answers beside the API. They are dispatched before any other path.
 *
 * <p>Slashes before a prefix may be doubled: clients join a base that ends with a slash to a path
 * that begins with one. The adapter gets the path as it came.
 *
 * @param prefixes one segment each, matched whole: {@code /eureka} takes {@code /eureka}, {@code
 *     /eureka/apps} and {@code //eureka//apps}
 */
public record Mount(List<String> prefixes, MountedHandler handler) {
  public Mount {
    prefixes = List.copyOf(prefixes);
    for (String prefix : prefixes) {
      if (prefix.length() < 2 || prefix.lastIndexOf('/') != 0) {
        throw new IllegalArgumentException(
            "prefix '" + prefix + "' must be a slash and one segment, as '/eureka'");
      }
    }
  }

  public boolean takes(String rawPath) {
    int start = lastOfLeadingSlashes(rawPath);
    for (String prefix : prefixes) {
      int end = start + prefix.length();
      if (rawPath.startsWith(prefix, start)
          && (rawPath.length() == end || rawPath.charAt(end) == '/')) {
        return true;
      }
    }
    return false;
  }

  private static int lastOfLeadingSlashes(String path) {
    int at = 0;
    while (path.startsWith("//", at)) {
      at++;
    }
    return at;
  }
}

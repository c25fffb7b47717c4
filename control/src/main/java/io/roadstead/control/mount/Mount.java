package io.roadstead.control.mount;

import java.util.List;

/**
 * Paths that an adapter answers beside the API. They are dispatched before any other path.
 *
 * @param prefixes each matches at a segment boundary: {@code /eureka} takes {@code /eureka} and
 *     {@code /eureka/apps}
 */
public record Mount(List<String> prefixes, MountedHandler handler) {
  public Mount {
    prefixes = List.copyOf(prefixes);
    for (String prefix : prefixes) {
      if (!prefix.startsWith("/") || prefix.endsWith("/")) {
        throw new IllegalArgumentException(
            "prefix '" + prefix + "' must start with a slash and not end with one");
      }
    }
  }

  public boolean takes(String rawPath) {
    for (String prefix : prefixes) {
      if (rawPath.startsWith(prefix)
          && (rawPath.length() == prefix.length() || rawPath.charAt(prefix.length()) == '/')) {
        return true;
      }
    }
    return false;
  }
}

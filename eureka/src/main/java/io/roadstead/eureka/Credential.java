package io.roadstead.eureka;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * What a client put before the host of its service URL ({@code http://user:password@host/eureka/}),
 * as it arrives: Basic authentication.
 */
record Credential(String user, String password) {
  private static final String SCHEME = "Basic ";
  private static final int MAX_HEADER = 1024;

  /** The credential of a request, or null where there is none that can be read. */
  static @Nullable Credential of(EurekaRequest request) {
    String header = request.headers().get("Authorization");
    if (header == null
        || header.length() > MAX_HEADER
        || !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return null;
    }
    try {
      String pair =
          new String(
              Base64.getDecoder().decode(header.substring(SCHEME.length()).strip()),
              StandardCharsets.UTF_8);
      int colon = pair.indexOf(':');
      return colon < 0 ? null : new Credential(pair.substring(0, colon), pair.substring(colon + 1));
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  @Override
  public String toString() {
    return user + ":…";
  }
}

package io.roadstead.rollout;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The credentials of running instances. They are looked up by their SHA-256, so that the time a
 * look-up takes says nothing about a token. Safe from any thread.
 */
final class Tokens {
  private record Holder(String service, String token, String id) {}

  /** Whose token it is. */
  record Owner(String service, String id) {}

  private final Map<String, Holder> byDigest = new ConcurrentHashMap<>();

  void put(String token, String service, String id) {
    byDigest.put(digest(token), new Holder(service, token, id));
  }

  void remove(String token) {
    byDigest.remove(digest(token));
  }

  Optional<Owner> find(String token) {
    Holder holder = byDigest.get(digest(token));
    return holder != null && MessageDigest.isEqual(bytes(holder.token()), bytes(token))
        ? Optional.of(new Owner(holder.service(), holder.id()))
        : Optional.empty();
  }

  private static byte[] bytes(String token) {
    return token.getBytes(StandardCharsets.UTF_8);
  }

  private static String digest(String token) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes(token)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }
}

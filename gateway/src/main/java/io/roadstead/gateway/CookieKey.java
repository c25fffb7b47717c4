package io.roadstead.gateway;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.random.RandomGenerator;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What affinity cookies are signed with. Gateways that stand beside each other need the same one.
 * It is shown nowhere. Immutable, safe from any thread.
 */
public final class CookieKey {
  private static final String ALGORITHM = "HmacSHA256";
  private static final int LEAST_BYTES = 16;

  private final SecretKeySpec key;

  private CookieKey(byte[] bytes) {
    key = new SecretKeySpec(bytes, ALGORITHM);
  }

  public static CookieKey of(byte[] bytes) {
    if (bytes.length < LEAST_BYTES) {
      throw new IllegalArgumentException(
          "a key of %d bytes for cookies: at least %d".formatted(bytes.length, LEAST_BYTES));
    }
    return new CookieKey(bytes.clone());
  }

  /** One that no other gateway has. */
  public static CookieKey random(RandomGenerator random) {
    byte[] bytes = new byte[32];
    random.nextBytes(bytes);
    return new CookieKey(bytes);
  }

  byte[] sign(String text) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has " + ALGORITHM, e);
    }
  }

  @Override
  public String toString() {
    return "CookieKey[not shown]";
  }
}

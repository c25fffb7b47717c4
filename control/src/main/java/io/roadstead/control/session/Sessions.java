package io.roadstead.control.session;

import io.roadstead.registry.Ticker;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Who has logged in. A session is known by two secrets of 256 random bits: the id, which the
 * browser keeps in a cookie, and the one that a change must bring as a header. Browsers send a
 * cookie to every port of a host, so a service behind the gateway may get to see the id; the other
 * secret it does not see.
 *
 * <p>In memory only, as SHA-256. Confined to the control plane's event loop.
 */
public final class Sessions {
  /** After its last use. */
  public static final Duration IDLE = Duration.ofHours(12);

  /** After the login. */
  public static final Duration LONGEST = Duration.ofDays(7);

  private static final int MOST = 1_000;
  private static final int SECRET_BYTES = 32;

  /** A new session's secrets. */
  public record Opened(String id, String csrf) {
    /** Without the secrets. */
    @Override
    public String toString() {
      return "Opened[…]";
    }
  }

  /** A live session. */
  public static final class Session {
    private final String user;
    private final byte[] csrf;
    private final long openedNanos;
    private long usedNanos;

    private Session(String user, byte[] csrf, long nowNanos) {
      this.user = user;
      this.csrf = csrf;
      this.openedNanos = nowNanos;
      this.usedNanos = nowNanos;
    }

    /** Who it is, for histories and events. */
    public String user() {
      return user;
    }

    /** Whether this is the secret that a change must bring; compared in constant time. */
    public boolean isCsrf(String secret) {
      return MessageDigest.isEqual(csrf, sha256(secret));
    }
  }

  private final SecureRandom random;
  private final Ticker ticker;

  /** By the digest of the id, least recently used first. */
  private final Map<String, Session> sessions = new LinkedHashMap<>(16, 0.75f, true);

  public Sessions(SecureRandom random, Ticker ticker) {
    this.random = random;
    this.ticker = ticker;
  }

  /** Opens one; where there are too many, the one that was used longest ago ends. */
  public Opened open(String user) {
    long now = ticker.nanos();
    sessions.values().removeIf(session -> over(session, now));
    if (sessions.size() >= MOST) {
      sessions.remove(sessions.keySet().iterator().next());
    }
    Opened opened = new Opened(secret(), secret());
    sessions.put(key(opened.id()), new Session(user, sha256(opened.csrf()), now));
    return opened;
  }

  /** The live session of this id, which is thereby used. */
  public Optional<Session> use(String id) {
    String key = key(id);
    Session session = sessions.get(key);
    if (session == null) {
      return Optional.empty();
    }
    long now = ticker.nanos();
    if (over(session, now)) {
      sessions.remove(key);
      return Optional.empty();
    }
    session.usedNanos = now;
    return Optional.of(session);
  }

  /** Ends it, where there is one. */
  public void end(String id) {
    sessions.remove(key(id));
  }

  private static boolean over(Session session, long now) {
    return now - session.usedNanos >= IDLE.toNanos()
        || now - session.openedNanos >= LONGEST.toNanos();
  }

  private String secret() {
    byte[] bytes = new byte[SECRET_BYTES];
    random.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static String key(String id) {
    return HexFormat.of().formatHex(sha256(id));
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}

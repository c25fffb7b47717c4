package io.roadstead.control.http;

import io.roadstead.rollout.Deployer.InstanceStatus;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Tells by a credential who calls, and what each may do. Secrets are kept and compared as SHA-256,
 * in constant time. Immutable, safe from any thread.
 */
public final class Access {
  /** What an endpoint asks of its caller. */
  public enum Needs {
    /** Anybody may call it. */
    NOTHING,
    /** Anybody, where there are no users; else any credential. */
    READING,
    /** Any credential; the endpoint then looks at whose it is. */
    CREDENTIAL,
    /** The token or a user's secret. */
    CHANGING
  }

  private static final String HASHED = "sha256:";
  private static final int MAX_CREDENTIAL = 1024;

  private final byte[] token;
  private final Map<String, byte[]> users = new LinkedHashMap<>();
  private final Function<String, Optional<InstanceStatus>> instances;

  /**
   * @param users name to secret, or to {@code sha256:} and 64 hex digits
   * @param instances finds the instance whose token it is, in constant time
   */
  public Access(
      String token,
      Map<String, String> users,
      Function<String, Optional<InstanceStatus>> instances) {
    this.token = sha256(token);
    this.instances = instances;
    users.forEach(
        (name, secret) ->
            this.users.put(
                name,
                secret.startsWith(HASHED)
                    ? HexFormat.of().parseHex(secret.substring(HASHED.length()))
                    : sha256(secret)));
  }

  /** Whether reading needs no credential. */
  public boolean open() {
    return users.isEmpty();
  }

  public Caller identify(@Nullable String authorization) {
    if (authorization == null) {
      return new Caller.Nobody();
    }
    if (authorization.length() > MAX_CREDENTIAL) {
      return new Caller.Stranger();
    }
    int space = authorization.indexOf(' ');
    String scheme = space < 0 ? "" : authorization.substring(0, space).toLowerCase(Locale.ROOT);
    String value = authorization.substring(space + 1).strip();
    return switch (scheme) {
      case "bearer" -> bySecret("token", value, true);
      case "basic" -> byBasic(value);
      default -> new Caller.Stranger();
    };
  }

  /**
   * @throws Refusal 401 or 403 where the caller may not
   */
  public void require(Needs needs, Caller caller) {
    boolean known = caller instanceof Caller.Operator || caller instanceof Caller.OwnInstance;
    boolean allowed =
        switch (needs) {
          case NOTHING -> true;
          case READING -> open() || known;
          case CREDENTIAL -> known;
          case CHANGING -> caller instanceof Caller.Operator;
        };
    if (allowed) {
      return;
    }
    if (known) {
      throw new Refusal(
          403,
          "not-allowed",
          "an instance's own token may register, renew and acknowledge as that instance, nothing"
              + " else; use the platform's token");
    }
    throw new Refusal(
            401,
            caller instanceof Caller.Stranger ? "credential-unknown" : "credential-needed",
            (caller instanceof Caller.Stranger
                    ? "the credential of this request is not known here"
                    : "this request needs a credential")
                + "; send 'Authorization: Bearer <token>' with the token from the file 'token' in"
                + " the platform's data directory")
        .header("WWW-Authenticate", "Basic realm=\"roadstead\", charset=\"UTF-8\"");
  }

  private Caller byBasic(String encoded) {
    String decoded;
    try {
      decoded = new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return new Caller.Stranger();
    }
    int colon = decoded.indexOf(':');
    if (colon < 0) {
      return new Caller.Stranger();
    }
    return byName(decoded.substring(0, colon), decoded.substring(colon + 1));
  }

  /**
   * Who logs in.
   *
   * @param user "" where the secret alone says it
   */
  public Caller byLogin(String user, String secret) {
    if (user.length() + secret.length() > MAX_CREDENTIAL) {
      return new Caller.Stranger();
    }
    return user.isEmpty() ? bySecret("token", secret, true) : byName(user, secret);
  }

  private Caller byName(String name, String secret) {
    byte[] expected = users.get(name);
    if (expected != null && MessageDigest.isEqual(expected, sha256(secret))) {
      return new Caller.Operator(name);
    }
    return bySecret(printable(name), secret, false);
  }

  private Caller bySecret(String name, String secret, boolean userSecretsToo) {
    byte[] digest = sha256(secret);
    if (MessageDigest.isEqual(token, digest)) {
      return new Caller.Operator(name);
    }
    if (userSecretsToo) {
      for (Map.Entry<String, byte[]> user : users.entrySet()) {
        if (MessageDigest.isEqual(user.getValue(), digest)) {
          return new Caller.Operator(user.getKey());
        }
      }
    }
    return instances
        .apply(secret)
        .<Caller>map(i -> new Caller.OwnInstance(i.service(), i.id(), i.port()))
        .orElseGet(Caller.Stranger::new);
  }

  private static String printable(String name) {
    String shown = name.replaceAll("[^\\x21-\\x7e]", "");
    return shown.isEmpty() ? "token" : shown.substring(0, Math.min(64, shown.length()));
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}

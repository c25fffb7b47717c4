package io.roadstead.control.api;

import io.roadstead.control.http.Access.Needs;
import io.roadstead.control.http.Answer;
import io.roadstead.control.http.Call;
import io.roadstead.control.http.Endpoint;
import io.roadstead.control.wire.Json;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Tells gateways in processes of their own what affinity cookies are signed with, so that all
 * gateways of a platform know each other's. The key is made of the platform's token: it is the same
 * after a restart, and tells nothing of the token. An instance's own token does not get it.
 */
public final class GatewayKeyApi {
  private static final String PURPOSE = "roadstead gateway affinity cookies";

  private final byte[] key;

  public GatewayKeyApi(String token) {
    this.key = derived(token);
  }

  /** The key of the platform with this token. */
  public static byte[] derived(String token) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(token.getBytes(StandardCharsets.UTF_8), mac.getAlgorithm()));
      return mac.doFinal(PURPOSE.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has HMAC-SHA-256", e);
    }
  }

  public List<Endpoint> endpoints() {
    return List.of(Endpoint.quick("GET", "/api/v1/gateways/key", Needs.CHANGING, this::answer));
  }

  private Answer answer(Call call) {
    return Answer.json(200, Json.object().put("cookieKey", Base64.getEncoder().encodeToString(key)))
        .header("Cache-Control", "no-store");
  }
}

package io.roadstead.example.filter;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.roadstead.gateway.filter.Filter;
import io.roadstead.gateway.filter.FilterRequest;
import io.roadstead.gateway.filter.Verdict;
import java.security.MessageDigest;
import java.util.Map;

/**
 * Lets in who shows the key that the environment variable {@code API_KEY} holds. The instance does
 * not see the key, only who came.
 */
public final class ApiKeyFilter implements Filter {
  private static final String FIELD = "X-Api-Key";

  private final byte[] key;

  /** For the ServiceLoader. */
  public ApiKeyFilter() {
    this(System.getenv().getOrDefault("API_KEY", ""));
  }

  ApiKeyFilter(String key) {
    this.key = key.getBytes(UTF_8);
  }

  @Override
  public String name() {
    return "api-key";
  }

  @Override
  public Verdict request(FilterRequest request) {
    String shown = request.fields().first(FIELD).orElse("");
    // Without a key nobody comes in; and how long the comparison takes tells nothing of the key.
    if (key.length == 0 || !MessageDigest.isEqual(key, shown.getBytes(UTF_8))) {
      return Verdict.answer(
          401,
          Map.of("Content-Type", "text/plain", "WWW-Authenticate", "ApiKey"),
          "show your key in " + FIELD + "\n");
    }
    request.fields().remove(FIELD);
    request.fields().set("X-Caller", "key-holder at " + request.client());
    return Verdict.next();
  }
}

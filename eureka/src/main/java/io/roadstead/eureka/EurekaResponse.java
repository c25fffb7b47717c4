package io.roadstead.eureka;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An answer of the Eureka interface. Several answers may share one body: it must not be changed.
 *
 * @param contentType null exactly where the body is empty; clients decode whatever carries a type
 * @param headers beside the content type and the length
 * @param written to be called once the whole answer has been handed to the network, and not where
 *     that failed; never blocks
 */
@SuppressWarnings("ArrayRecordComponent") // one body serves every poller of a version, uncopied
public record EurekaResponse(
    int status,
    @Nullable String contentType,
    Map<String, String> headers,
    byte[] body,
    Runnable written) {

  private static final byte[] NOTHING = {};

  static final EurekaResponse OK = empty(200);
  static final EurekaResponse NO_CONTENT = empty(204);
  static final EurekaResponse NOT_FOUND = empty(404);

  private EurekaResponse(
      int status, @Nullable String contentType, Map<String, String> headers, byte[] body) {
    this(status, contentType, headers, body, () -> {});
  }

  static EurekaResponse empty(int status) {
    return new EurekaResponse(status, null, Map.of(), NOTHING);
  }

  static EurekaResponse of(String contentType, byte[] body) {
    return new EurekaResponse(200, contentType, Map.of(), body);
  }

  static EurekaResponse gzipped(String contentType, byte[] body) {
    return new EurekaResponse(200, contentType, Map.of("Content-Encoding", "gzip"), body);
  }

  /** A refusal with one plain sentence for a person. */
  static EurekaResponse refusal(int status, String reason) {
    return new EurekaResponse(
        status,
        "text/plain; charset=utf-8",
        Map.of(),
        (reason + "\n").getBytes(StandardCharsets.UTF_8));
  }

  static EurekaResponse notAllowed(String allowedMethods) {
    return new EurekaResponse(405, null, Map.of("Allow", allowedMethods), NOTHING);
  }

  EurekaResponse whenWritten(Runnable action) {
    return new EurekaResponse(status, contentType, headers, body, action);
  }

  EurekaResponse withoutBody() {
    return new EurekaResponse(status, null, headers, NOTHING);
  }
}

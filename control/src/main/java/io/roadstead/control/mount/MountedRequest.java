package io.roadstead.control.mount;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One request as it came, whole. The arrays and the lookup are valid until the handler returns.
 *
 * @param method upper case
 * @param rawPath as sent, still percent-encoded
 * @param rawQuery as sent, without the question mark, or ""
 * @param headers the first value of a header by its name in any case, or null
 * @param remoteAddress the peer's numeric address, without the port
 * @param body at most 1 MiB, empty where there was none
 */
@SuppressWarnings("ArrayRecordComponent") // bytes are passed on, never compared
public record MountedRequest(
    String method,
    String rawPath,
    String rawQuery,
    Function<String, @Nullable String> headers,
    String remoteAddress,
    byte[] body) {
  public @Nullable String header(String name) {
    return headers.apply(name);
  }
}

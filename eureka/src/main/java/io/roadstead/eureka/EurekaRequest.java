package io.roadstead.eureka;

import org.jspecify.annotations.Nullable;

/**
 * A request to the Eureka interface, as whatever hosts it has read it.
 *
 * @param method in upper case
 * @param path raw, still percent-encoded, with the base it was called under
 * @param query raw, without its question mark; "" where there is none
 * @param remoteAddress the client's numeric address, without its port
 * @param body whole; never changed afterwards, so it is not copied
 */
@SuppressWarnings("ArrayRecordComponent") // bytes pass through uncopied; nobody compares requests
public record EurekaRequest(
    String method, String path, String query, Headers headers, String remoteAddress, byte[] body) {

  /** Looks a header up. */
  @FunctionalInterface
  public interface Headers {
    /** The first value of {@code name}, in any case, or null. */
    @Nullable String get(String name);
  }
}

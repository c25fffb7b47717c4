package io.roadstead.control.mount;

import java.util.Map;

/**
 * What to answer.
 *
 * @param headers without the length, which is set from {@code body}
 * @param body not changed afterwards; may be shared between answers
 * @param written called on the event loop once the whole answer has been handed to the network, not
 *     where that failed
 */
@SuppressWarnings("ArrayRecordComponent") // bytes are passed on, never compared
public record MountedAnswer(
    int status, Map<String, String> headers, byte[] body, Runnable written) {
  public MountedAnswer {
    headers = Map.copyOf(headers);
  }

  public MountedAnswer(int status, Map<String, String> headers, byte[] body) {
    this(status, headers, body, () -> {});
  }
}

package io.roadstead.control.mount;

import java.util.Map;

/**
 * What to answer.
 *
 * @param headers without the length, which is set from {@code body}
 * @param body not changed afterwards; may be shared between answers
 */
@SuppressWarnings("ArrayRecordComponent") // bytes are passed on, never compared
public record MountedAnswer(int status, Map<String, String> headers, byte[] body) {
  public MountedAnswer {
    headers = Map.copyOf(headers);
  }
}

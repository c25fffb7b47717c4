package io.roadstead.platform.load;

/**
 * Why a request failed.
 *
 * @param status of the answer, 0 where there was none
 * @param gatewayReason the gateway's, where it has answered itself, or ""
 * @param body how the answer's begins, or ""
 */
public record Cause(String what, int status, String gatewayReason, String body) {
  /** One without an answer. */
  public static Cause of(String what) {
    return new Cause(what, 0, "", "");
  }
}

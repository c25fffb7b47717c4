package io.roadstead.gateway;

/**
 * Why the gateway answers in an instance's place: the values of {@code X-Roadstead-Reason} and of
 * {@code code} in a problem's body. docs/gateway.md says what each means.
 */
public enum Reason {
  BAD_REQUEST("bad-request"),
  NO_ROUTE("no-route"),
  REQUEST_TIMEOUT("request-timeout"),
  TARGET_TOO_LONG("target-too-long"),
  HEAD_TOO_LARGE("head-too-large"),
  EXPECTATION_FAILED("expectation-failed"),
  NOT_IMPLEMENTED("not-implemented"),
  VERSION_NOT_SUPPORTED("version-not-supported"),
  CONNECT_FAILED("connect-failed"),
  UPSTREAM_CLOSED("upstream-closed"),
  UPSTREAM_TIMEOUT("upstream-timeout"),
  TOTAL_TIMEOUT("total-timeout"),
  BAD_RESPONSE("bad-response"),
  NO_INSTANCE("no-instance"),
  QUEUE_FULL("queue-full"),
  QUEUE_TIMEOUT("queue-timeout"),
  FILTER_FAILED("filter-failed"),
  FILTER_MISSING("filter-missing"),
  FILTER_TIMEOUT("filter-timeout"),
  FILTER_BUSY("filter-busy"),
  /** An event stream that had to be cut: never said, for the answer has begun; counted. */
  STREAM_CUT("stream-cut");

  private final String code;

  Reason(String code) {
    this.code = code;
  }

  /** How answers and metrics name it. */
  public String code() {
    return code;
  }
}

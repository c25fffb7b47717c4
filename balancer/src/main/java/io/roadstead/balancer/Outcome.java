package io.roadstead.balancer;

/** How a pick ended, as far as it says something about the endpoint. */
public enum Outcome {
  /** An answer that does not speak against the endpoint; a 404 is one. */
  SUCCESS,
  /** An answer that does (a 5xx), or a connection that broke under the request. */
  ERROR,
  /** No connection came about: refused, unreachable or timed out. */
  CONNECT_FAILED,
  /** Whoever asked went away first: it says that the answer took at least this long. */
  CANCELLED
}

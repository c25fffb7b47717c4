package io.roadstead.rollout;

/** What a probe found. */
public sealed interface ProbeResult {
  record Healthy() implements ProbeResult {}

  /**
   * @param reason for a sentence: {@code GET /health answered 503}, {@code connection refused on
   *     port 20117}
   */
  record Unhealthy(String reason) implements ProbeResult {}
}

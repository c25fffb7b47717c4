package io.roadstead.platform.demo;

import java.time.Duration;

/**
 * Has a new gateway process take the port over from the one that runs, under the load: whoever is
 * connected or waits to be is answered by the one or by the other.
 */
final class GatewayTakeover {
  private static final Duration QUIET = Duration.ofMillis(500);

  /**
   * What came of it.
   *
   * @param millis from the start of the new gateway until the old one had ended
   * @param failedRequests from the start of the new gateway until half a second after the end
   */
  record Outcome(long millis, long failedRequests) {}

  private final Scene scene;

  GatewayTakeover(Scene scene) {
    this.scene = scene;
  }

  Outcome play() throws InterruptedException {
    long failedBefore = scene.tally().total().failed();
    scene
        .narrator()
        .act("Under all of that, a new gateway process takes the port over from the old one.");
    long begun = scene.ticker().nanos();
    scene.stage().replaceGateway();
    long millis = scene.millisSince(begun);
    // What goes wrong is noticed with some delay.
    scene.pause(QUIET);
    Outcome outcome = new Outcome(millis, scene.tally().total().failed() - failedBefore);
    scene
        .narrator()
        .say(
            "The old gateway has left %d ms after the new one was started: %d requests failed.",
            outcome.millis(), outcome.failedRequests());
    return outcome;
  }
}

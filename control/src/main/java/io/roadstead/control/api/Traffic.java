package io.roadstead.control.api;

import io.roadstead.registry.InstanceKey;

/** What the gateway of this process knows of the traffic. Safe from any thread, never blocks. */
public interface Traffic {
  /** Where there is no gateway. */
  Traffic NONE = _ -> Figures.NONE;

  /**
   * What went to one instance since this process began.
   *
   * @param requests answered
   * @param failed of those, by a transport error or a 5xx
   * @param inFlight picked and not answered yet
   */
  record Figures(long requests, long failed, long inFlight) {
    public static final Figures NONE = new Figures(0, 0, 0);

    public Figures plus(Figures other) {
      return new Figures(
          requests + other.requests, failed + other.failed, inFlight + other.inFlight);
    }
  }

  /** Zeros for an instance that it does not know. */
  Figures of(InstanceKey key);
}

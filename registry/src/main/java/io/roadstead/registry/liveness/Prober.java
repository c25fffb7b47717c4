package io.roadstead.registry.liveness;

import io.roadstead.registry.Instance;
import java.time.Duration;

/** Asks an instance whether it is there. Blocks; safe from any thread; throws nothing. */
public interface Prober {
  /** What was seen. */
  sealed interface Seen {
    /** It accepts connections, or answers. */
    record Alive() implements Seen {}

    /**
     * Nobody listens there, or the host cannot be reached.
     *
     * @param what for a sentence, as in "connection refused on port 8080"
     */
    record Refused(String what) implements Seen {}

    /** It did not answer in time, or said that it cannot serve. */
    record Failing(String what) implements Seen {}

    /** It may not be asked, or not be found: nothing is known. */
    record Unasked(String why) implements Seen {}

    Seen ALIVE = new Alive();
  }

  /** Connects to its address, and no more. */
  Seen connect(Instance instance, Duration limit);

  /** Asks at its health URL where it has named one that may be asked; else connects. */
  Seen ask(Instance instance, Duration limit);
}

package io.roadstead.registry.liveness;

import io.roadstead.registry.liveness.Prober.Seen;
import java.util.function.Supplier;

/** Looks at an instance elsewhere, and brings back what was seen. */
interface Looking {
  /** What is done with what was seen, under the lock. */
  interface Result {
    void seen(Seen what, long nowNanos);
  }

  /**
   * @param look may block
   */
  void look(Supplier<Seen> look, Result result);
}

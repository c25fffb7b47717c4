package io.roadstead.rollout;

import io.roadstead.registry.BarrierOutcome;
import io.roadstead.registry.Cursor;
import io.roadstead.registry.InstanceKey;
import java.time.Duration;
import java.util.OptionalInt;

/** Those whose word a drain waits for: the registry's subscribers. The waits block. */
interface Witnesses {
  /** Waits until all of a service's subscribers have applied a version, at most {@code limit}. */
  BarrierOutcome await(String service, Cursor version, Duration limit) throws InterruptedException;

  /** Waits until no gateway has a request on the instance; the count at the end, if known. */
  OptionalInt awaitIdle(InstanceKey instance, Cursor drainedAt, Duration limit)
      throws InterruptedException;

  /** Whether some of the service's readers call its instances without a gateway. */
  boolean directCallers(String service);

  /** The instance has ended: if it was a reader itself, it is not waited for any more. */
  void ended(InstanceKey instance);
}

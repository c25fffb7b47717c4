package io.roadstead.registry;

import java.util.Map;
import java.util.function.Consumer;

/**
 * What a gateway reads: the registry in its own process, or another's over the watch; it does not
 * know which.
 *
 * <p>When the registry cannot be reached the last snapshot stays.
 */
public interface RegistryView extends AutoCloseable {
  /** The newest snapshot that has arrived here. */
  Snapshot snapshot();

  /**
   * Starts the view. {@code onSnapshot} is called with the first snapshot, after each change, and
   * about every second with the newest one, changed or not: each call asks for an acknowledgement,
   * which keeps the subscriber's lease. The calls come one at a time, in order of version, and must
   * not block.
   */
  void start(Consumer<Snapshot> onSnapshot);

  /**
   * Says that everything that routes here has applied {@code version} and has closed the idle
   * pooled connections of draining instances.
   *
   * @param busy every draining instance that still has picks, requests or connections here, with
   *     the count
   */
  void acknowledge(Cursor version, Map<InstanceKey, Integer> busy);

  /**
   * Says that the instance's address refused a connection. Does not block; may be called by any
   * thread, for one instance not more than about once a second by each.
   */
  void refused(InstanceKey instance);

  /** Ends the view, and says that nothing here routes any more. */
  @Override
  void close();
}

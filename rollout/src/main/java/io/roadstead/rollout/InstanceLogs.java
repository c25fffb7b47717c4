package io.roadstead.rollout;

import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** What instances wrote, of now and of before. */
public interface InstanceLogs {
  /** Whether there is a log of this instance of the service, which may have ended. Blocks. */
  boolean has(String service, String instance);

  /**
   * Passes the last {@code tail} lines of a service's instances to {@code line}, each with the
   * instance's id before it where there are several, and then, if {@code follow}, each new line
   * until {@code open} is false. Blocks.
   *
   * @param instance the id of the one instance wanted, or "" for all
   */
  void read(
      String service,
      String instance,
      int tail,
      boolean follow,
      BooleanSupplier open,
      Consumer<String> line)
      throws InterruptedException;
}

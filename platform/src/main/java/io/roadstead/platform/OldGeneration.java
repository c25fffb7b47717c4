package io.roadstead.platform;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryUsage;
import java.util.Optional;

/**
 * Keeps the process small. The serial collector lets its old generation grow to the limit of the
 * heap before it looks what in it is still in use; each instance that registers anew leaves some
 * hundred bytes there, and each connection that has come and gone some 2 kB. So it is collected as
 * soon as what has come since the last look is as much as was in use then, and {@value
 * #SPARE_MEBIBYTES} MiB at least: with 10,000 instances after some 90,000 registrations, while
 * heartbeats leave nothing there.
 *
 * <p>Under another collector it does nothing. For one thread.
 */
final class OldGeneration {
  private static final String SERIAL = "Tenured Gen";
  private static final long SPARE_MEBIBYTES = 32;
  private static final long SPARE_BYTES = SPARE_MEBIBYTES << 20;

  private final Runnable collection;
  private Optional<MemoryPoolMXBean> pool = Optional.empty();
  private boolean looked;

  OldGeneration() {
    this(System::gc);
  }

  OldGeneration(Runnable collection) {
    this.collection = collection;
  }

  /** Called each second. */
  void look() {
    if (!looked) {
      looked = true; // not in the constructor: the start does not wait for the beans
      pool =
          ManagementFactory.getMemoryPoolMXBeans().stream()
              .filter(one -> one.getName().equals(SERIAL))
              .findFirst();
    }
    pool.ifPresent(old -> judge(old.getUsage(), old.getCollectionUsage()));
  }

  /**
   * @param after as it was after the last collection
   */
  void judge(MemoryUsage now, MemoryUsage after) {
    long since = now.getUsed() - after.getUsed();
    if (since > Math.max(SPARE_BYTES, after.getUsed())) {
      collection.run();
    }
  }
}

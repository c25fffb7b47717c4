package io.roadstead.gateway;

/** How often one loop did less than it would have, because the {@link BufferBudget} was spent. */
final class Limited {
  private static final String NAME = "memory_limited";
  private static final String LABEL = "effect";

  /** Connections that got small buffers. */
  long connections;

  /** Bodies that were not kept to be sent again. */
  long bodies;

  void addTo(StatsSum sum) {
    sum.count(NAME, LABEL, "small_buffers", connections);
    sum.count(NAME, LABEL, "body_not_kept", bodies);
  }
}

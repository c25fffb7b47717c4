package io.roadstead.registry;

/** How a subscriber reads the registry, which decides what its word is worth in a barrier. */
public enum SubscriberKind {
  /** Acknowledges what every one of its event loops has applied. */
  GATEWAY,
  /** A named watch stream; acknowledges what it has applied. */
  WATCH,
  /** Polls the Eureka interface; proves what it has applied by its next fetch. */
  EUREKA
}

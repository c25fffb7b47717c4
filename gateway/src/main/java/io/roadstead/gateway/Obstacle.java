package io.roadstead.gateway;

/** Why a request cannot go to an instance yet. */
enum Obstacle {
  /** The service has no instance that takes traffic. */
  NO_INSTANCE,
  /** Every instance has as many requests as it may. */
  INSTANCES_FULL,
  /** The route has as many requests as it may. */
  ROUTE_FULL
}

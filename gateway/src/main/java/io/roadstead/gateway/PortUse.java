package io.roadstead.gateway;

/** What a gateway does where another of the same platform has the port that it is to have. */
public enum PortUse {
  /** Refuses to start. */
  ALONE,
  /** Listens beside it. */
  SHARE,
  /** Takes its sockets over, so that it leaves; listens beside it where that cannot be. */
  TAKE_OVER
}

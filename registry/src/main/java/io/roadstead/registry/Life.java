package io.roadstead.registry;

/**
 * What the platform's own looks at an instance say, whatever its heartbeats say: a gateway that was
 * refused, the probe that followed, an active check.
 */
public enum Life {
  /** Nothing speaks against it. */
  ALIVE,
  /** Refused a connection or failed checks, and is being looked at: gateways avoid it. */
  DOUBTED,
  /** The looks confirmed it: nobody is sent there until one succeeds. */
  EJECTED
}

package io.roadstead.control.remote;

import io.roadstead.registry.SubscriberKind;
import java.net.URI;

/**
 * Which control plane to read, and as whom.
 *
 * @param address such as {@code http://127.0.0.1:8761}
 * @param token a secret; without it the control plane would take this for an observer
 * @param name the subscriber's, random per process
 */
public record ControlPlane(URI address, String token, String name, SubscriberKind kind) {
  /** Without the secret. */
  @Override
  public String toString() {
    return name + " at " + address;
  }
}

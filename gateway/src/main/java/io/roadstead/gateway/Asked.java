package io.roadstead.gateway;

import io.roadstead.gateway.http.Head;
import org.jspecify.annotations.Nullable;

/**
 * What the rest of an exchange has to know of its request once the head's bytes are gone. Used
 * again for each request of a connection. Confined to its loop.
 */
final class Asked {
  boolean bodiless;
  boolean idempotent;
  boolean hasBody;
  boolean http10;
  boolean keepAlive;
  boolean expectContinue;

  /** What the service's requests belong together by; null where they do not. */
  @Nullable Affinity affinity;

  /** Whether it belongs with others, and the hash of what they have in common. */
  boolean keyed;

  long key;

  /** The instance that its cookie means; null where it means none. */
  Affinity.@Nullable Pin pin;

  /** That instance is well and has no room for one more. */
  boolean pinnedIsFull;

  /** The protocol that the client asks for beside HTTP, in lower case. */
  @Nullable String upgrade;

  void read(Head request) {
    affinity = null;
    keyed = false;
    pin = null;
    pinnedIsFull = false;
    bodiless = request.methodIs("HEAD");
    idempotent = request.idempotent();
    hasBody = request.chunked() || request.contentLength() > 0;
    http10 = request.http10();
    keepAlive = request.persistent();
    expectContinue = request.expectContinue();
    upgrade = request.upgrades() && passes(request.upgrade()) ? request.upgrade() : null;
  }

  /**
   * HTTP in another version is not passed on blindly: requests in it would be seen by nobody. The
   * same holds for TLS.
   */
  private static boolean passes(String protocol) {
    return !protocol.startsWith("h2")
        && !protocol.startsWith("http")
        && !protocol.startsWith("tls");
  }
}

package io.roadstead.eureka;

import io.roadstead.registry.Registration;
import io.roadstead.registry.Status;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of an incoming registration, given the one that is there: the original's order of
 * rules for registries outside Amazon's cloud.
 *
 * <ol>
 *   <li>What is neither UP nor OUT_OF_SERVICE is believed, even through an override.
 *   <li>An operator's override wins.
 *   <li>A lease that is UP or OUT_OF_SERVICE keeps that: nobody moves between the two by
 *       registering.
 *   <li>Else the incoming status.
 * </ol>
 */
final class StatusRules {
  private StatusRules() {}

  /** The registration to keep. */
  static Registration next(@Nullable Registration existing, Registration incoming) {
    if (existing == null) {
      return decided(null, incoming, infoOf(incoming));
    }
    if (existing.attachment() instanceof EurekaInfo old) {
      if (outranks(existing, old, incoming)) {
        return old.action().equals(EurekaInfo.ADDED)
            ? existing
            : existing.withAttachment(old.withAction(EurekaInfo.ADDED));
      }
      EurekaInfo fresh = infoOf(incoming);
      return decided(
          existing.status(),
          incoming,
          old.overridden() ? fresh.withOverride(old.overriddenStatus()) : fresh);
    }
    return decided(existing.status(), incoming, infoOf(incoming));
  }

  /**
   * Newer data that is there already keeps its place. Not while it is UNKNOWN: an override that was
   * removed leaves an instance so, sometimes with a raised timestamp, and only its client's next
   * registration can bring it back (Netflix/eureka#955).
   */
  private static boolean outranks(Registration existing, EurekaInfo old, Registration incoming) {
    return old.lastDirtyMillis() > infoOf(incoming).lastDirtyMillis()
        && existing.key().equals(incoming.key())
        && existing.status() != Status.UNKNOWN;
  }

  private static Registration decided(
      @Nullable Status leased, Registration incoming, EurekaInfo info) {
    return incoming.withStatus(status(leased, incoming.status(), info)).withAttachment(info);
  }

  private static Status status(@Nullable Status leased, Status incoming, EurekaInfo info) {
    if (incoming != Status.UP && incoming != Status.OUT_OF_SERVICE) {
      return incoming;
    }
    if (info.overridden()) {
      return info.overriddenStatus().own();
    }
    return leased == Status.UP || leased == Status.OUT_OF_SERVICE ? leased : incoming;
  }

  private static EurekaInfo infoOf(Registration registration) {
    if (registration.attachment() instanceof EurekaInfo info) {
      return info;
    }
    throw new IllegalStateException(registration.key() + " was not read by this adapter");
  }
}

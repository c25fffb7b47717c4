package io.roadstead.registry;

/**
 * What the platform has decided about an instance, apart from the instance's own word, so that no
 * heartbeat and no re-registration clears it.
 *
 * @param draining being taken out of service; durable
 * @param gateOpen whether the platform's gate (probe, warm-up) lets traffic through; always true
 *     for instances that the platform did not start
 * @param suspect a started instance that failed its readiness probes
 * @param held held out for a while because its own status flaps
 * @param aside shown as out of service to readers that cannot follow the service's split: an
 *     instance of a version that is on trial, or that is kept warm
 * @param life what refused connections and checks say of it
 */
public record Marks(
    boolean draining, boolean gateOpen, boolean suspect, boolean held, boolean aside, Life life) {
  public static final Marks NONE = new Marks(false, true, false, false, false, Life.ALIVE);
  public static final Marks GATED = new Marks(false, false, false, false, false, Life.ALIVE);

  /** The status that readers see for an instance that says {@code own} of itself. */
  public Status effective(Status own) {
    if (draining) {
      return Status.DRAINING;
    }
    if (own != Status.UP) {
      return own;
    }
    if (life == Life.EJECTED) {
      return Status.DOWN;
    }
    if (!gateOpen) {
      return Status.STARTING;
    }
    if (held) {
      return Status.STANDBY;
    }
    return suspect || life == Life.DOUBTED ? Status.SUSPECT : Status.UP;
  }

  public Marks withDraining(boolean value) {
    return new Marks(value, gateOpen, suspect, held, aside, life);
  }

  public Marks withGateOpen(boolean value) {
    return new Marks(draining, value, suspect, held, aside, life);
  }

  public Marks withSuspect(boolean value) {
    return new Marks(draining, gateOpen, value, held, aside, life);
  }

  public Marks withHeld(boolean value) {
    return new Marks(draining, gateOpen, suspect, value, aside, life);
  }

  public Marks withAside(boolean value) {
    return new Marks(draining, gateOpen, suspect, held, value, life);
  }

  public Marks withLife(Life value) {
    return new Marks(draining, gateOpen, suspect, held, aside, value);
  }
}

package io.roadstead.eureka;

import io.roadstead.registry.Instance;
import io.roadstead.registry.Status;
import java.util.Locale;

/** The five status words of the wire. No other may ever be sent: strict clients lose the fetch. */
public enum EurekaStatus {
  UP,
  DOWN,
  STARTING,
  OUT_OF_SERVICE,
  UNKNOWN;

  private static final EurekaStatus[] ALL = values();

  /**
   * The word for an instance as all see it. Who reads it here cannot follow a split, and sees no
   * instance that takes only a share.
   */
  static EurekaStatus of(Instance instance) {
    EurekaStatus status = of(instance.status());
    return status == UP && instance.aside() ? OUT_OF_SERVICE : status;
  }

  /** The word for a status of the registry. */
  static EurekaStatus of(Status status) {
    return switch (status) {
      case UP, SUSPECT -> UP;
      case STARTING -> STARTING;
      case STANDBY, DRAINING, OUT_OF_SERVICE -> OUT_OF_SERVICE;
      case DOWN -> DOWN;
      case UNKNOWN -> UNKNOWN;
    };
  }

  /**
   * The word in {@code text}, in any case.
   *
   * @param field for the message
   */
  static EurekaStatus parse(String field, String text) {
    String upper = text.toUpperCase(Locale.ROOT);
    for (EurekaStatus status : ALL) {
      if (status.name().equals(upper)) {
        return status;
      }
    }
    throw new BadRequest(
        field
            + " '"
            + Texts.abbreviate(text)
            + "' is none of UP, DOWN, STARTING, OUT_OF_SERVICE, UNKNOWN");
  }

  /** What an instance says of itself with this word. */
  Status own() {
    return switch (this) {
      case UP -> Status.UP;
      case DOWN -> Status.DOWN;
      case STARTING -> Status.STARTING;
      case OUT_OF_SERVICE -> Status.OUT_OF_SERVICE;
      case UNKNOWN -> Status.UNKNOWN;
    };
  }
}

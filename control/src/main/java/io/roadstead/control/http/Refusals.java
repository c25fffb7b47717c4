package io.roadstead.control.http;

import io.roadstead.registry.InvalidRegistration;
import io.roadstead.rollout.DeployRefused;
import io.roadstead.rollout.StateNotKept;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a failure of any part is to the client. */
final class Refusals {
  private static final Logger log = LoggerFactory.getLogger(Refusals.class);

  private Refusals() {}

  /** What nobody foresaw is logged, and answered as 500. */
  static Refusal of(Exception e) {
    return switch (e) {
      case Refusal refusal -> refusal;
      case DeployRefused refused ->
          new Refusal(
              switch (refused.kind()) {
                case NOT_FOUND -> 404;
                case CONFLICT -> 409;
                case INVALID -> 400;
              },
              refused.code(),
              said(refused));
      case InvalidRegistration invalid -> Refusal.invalid(invalid.code(), said(invalid));
      case StateNotKept failed -> {
        log.warn("a request failed: {}", said(failed));
        yield new Refusal(507, "state-not-kept", said(failed));
      }
      case InterruptedException _ -> {
        Thread.currentThread().interrupt();
        yield stopping();
      }
      default -> {
        log.warn("a request failed", e);
        yield new Refusal(
            500, "internal", "this failed unexpectedly (" + said(e) + "); the log has more");
      }
    };
  }

  /** Where it will not be answered in this life of the platform. */
  static Refusal stopping() {
    return new Refusal(
            503, "stopping", "the control plane is stopping; try again once it is there again")
        .header("Connection", "close")
        .header("Retry-After", "1");
  }

  static String said(Exception e) {
    String message = e.getMessage();
    return message == null ? e.getClass().getSimpleName() : message;
  }
}

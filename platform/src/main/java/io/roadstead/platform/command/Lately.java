package io.roadstead.platform.command;

import java.util.Locale;
import tools.jackson.databind.JsonNode;

/**
 * The last ten seconds of a service or an instance, as a person reads them: {@code recent} of the
 * API. A figure that nobody knows is a dash.
 */
final class Lately {
  private static final String UNKNOWN = "-";

  private Lately() {}

  /** {@code 0}, {@code 3.4}, {@code 260}. */
  static String perSecond(JsonNode said) {
    JsonNode rate = said.path("recent").path("requestsPerSecond");
    if (!rate.isNumber()) {
      return UNKNOWN;
    }
    double value = rate.asDouble();
    return text(value == 0 || value >= 9.95 ? "%.0f" : "%.1f", value);
  }

  /** {@code 0%}, {@code <0.1%}, {@code 0.4%}, {@code 12%}; a dash where there were no requests. */
  static String errorShare(JsonNode said) {
    JsonNode recent = said.path("recent");
    if (!(recent.path("requestsPerSecond").asDouble(0) > 0)) {
      return UNKNOWN;
    }
    double percent = recent.path("errorShare").asDouble(0) * 100;
    if (percent > 0 && percent < 0.1) {
      return "<0.1%";
    }
    return text(percent == 0 || percent >= 9.95 ? "%.0f%%" : "%.1f%%", percent);
  }

  /** What 99 of 100 requests were not longer than: {@code 0.8ms}, {@code 12ms}, {@code 1.2s}. */
  static String p99(JsonNode said) {
    JsonNode node = said.path("recent").path("p99Millis");
    if (!node.isNumber()) {
      return UNKNOWN;
    }
    double millis = node.asDouble();
    return millis < 9.95 ? text("%.1fms", millis) : Ages.took(Math.round(millis));
  }

  /** Under way now. */
  static String inFlight(JsonNode said) {
    return said.has("recent") ? said.path("inFlight").asString("0") : UNKNOWN;
  }

  @SuppressWarnings("AnnotateFormatMethod") // the annotation would be a dependency for this alone
  private static String text(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }
}

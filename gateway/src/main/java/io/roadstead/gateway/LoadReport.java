package io.roadstead.gateway;

/**
 * What an instance says of itself in the header {@code X-Roadstead-Load} of an answer, such as
 * {@code inflight=12, latency=8.4}: how many requests it is busy with, and how many milliseconds
 * requests take it now. Both have to be there, once each, in any order; what else there is beside
 * them is for others. Reading makes no objects; a report that is not of this form is none.
 */
final class LoadReport {
  static final long NONE = -1;
  static final int MOST_IN_FLIGHT = 1_000_000;
  static final long MOST_MICROS = 3_600_000_000L;

  private static final int LONGEST = 128;
  private static final int MICROS_BITS = 32;
  private static final String IN_FLIGHT = "inflight=";
  private static final String LATENCY = "latency=";

  private LoadReport() {}

  static int inFlight(long report) {
    return (int) (report >>> MICROS_BITS);
  }

  static long nanos(long report) {
    return (report & 0xffff_ffffL) * 1_000;
  }

  /** The report in a range, for {@link #inFlight} and {@link #nanos}; {@link #NONE} if none is. */
  static long read(byte[] bytes, int from, int length) {
    if (length > LONGEST) {
      return NONE;
    }
    long inFlight = NONE;
    long micros = NONE;
    int to = from + length;
    int at = from;
    while (at < to) {
      while (at < to && (bytes[at] == ' ' || bytes[at] == '\t')) {
        at++;
      }
      int end = at;
      while (end < to && bytes[end] != ',') {
        end++;
      }
      int last = end;
      while (last > at && (bytes[last - 1] == ' ' || bytes[last - 1] == '\t')) {
        last--;
      }
      if (starts(bytes, at, last, IN_FLIGHT)) {
        long value = thousandths(bytes, at + IN_FLIGHT.length(), last);
        if (inFlight >= 0 || value < 0 || value % 1000 != 0 || value / 1000 > MOST_IN_FLIGHT) {
          return NONE;
        }
        inFlight = value / 1000;
      } else if (starts(bytes, at, last, LATENCY)) {
        long value = thousandths(bytes, at + LATENCY.length(), last);
        if (micros >= 0 || value < 0 || value > MOST_MICROS) {
          return NONE;
        }
        micros = value;
      }
      at = end + 1;
    }
    return inFlight < 0 || micros < 0 ? NONE : inFlight << MICROS_BITS | micros;
  }

  private static boolean starts(byte[] bytes, int from, int to, String text) {
    if (to - from < text.length()) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      if (bytes[from + i] != text.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** A decimal number of at most ten digits before the point, in thousandths; else negative. */
  private static long thousandths(byte[] bytes, int from, int to) {
    long value = 0;
    int digits = 0;
    int decimals = -1;
    for (int i = from; i < to; i++) {
      byte b = bytes[i];
      if (b == '.' && decimals < 0 && digits > 0) {
        decimals = 0;
      } else if (b < '0' || b > '9') {
        return NONE;
      } else if (decimals < 0) {
        if (++digits > 10) {
          return NONE;
        }
        value = value * 10 + b - '0';
      } else if (decimals < 3) {
        decimals++;
        value = value * 10 + b - '0';
      }
    }
    for (int i = Math.max(0, decimals); i < 3; i++) {
      value *= 10;
    }
    return digits == 0 ? NONE : value;
  }
}

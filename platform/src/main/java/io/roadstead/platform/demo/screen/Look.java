package io.roadstead.platform.demo.screen;

/**
 * What a terminal can show.
 *
 * @param colour whether lines have any
 * @param unicode whether its encoding has more than ASCII
 */
public record Look(boolean colour, boolean unicode) {
  private static final String BARS = "▁▂▃▄▅▆▇█";
  private static final String ASCII_BARS = "_.-=+*%#";

  String ellipsis() {
    return unicode ? "…" : ".";
  }

  String dot() {
    return unicode ? " · " : " - ";
  }

  String arrow() {
    return unicode ? "→" : ">";
  }

  /** A part of eight eighths as one character. */
  char bar(double share) {
    String bars = unicode ? BARS : ASCII_BARS;
    return bars.charAt((int) Math.clamp(share * bars.length(), 0, bars.length() - 1));
  }

  String full() {
    return unicode ? "━" : "=";
  }

  String empty() {
    return unicode ? "─" : "-";
  }
}

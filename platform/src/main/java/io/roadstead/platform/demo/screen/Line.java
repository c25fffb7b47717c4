package io.roadstead.platform.demo.screen;

import java.util.ArrayList;
import java.util.List;

/**
 * A line that never gets wider than it may: what does not fit ends in an ellipsis. Colour does not
 * count; control characters, which may come from outside, are shown as blanks. For one thread.
 */
final class Line {
  /** How a part looks: the numbers of the terminal's SGR sequence. */
  enum Paint {
    PLAIN(""),
    BOLD("1"),
    DIM("2"),
    GOOD("32"),
    BAD("1;31"),
    BUSY("33"),
    TITLE("1;36");

    private final String code;

    Paint(String code) {
      this.code = code;
    }
  }

  private record Part(String text, Paint paint) {}

  private final List<Part> parts = new ArrayList<>();
  private final Look look;
  private final int columns;
  private int width;

  Line(Look look, int columns) {
    this.look = look;
    this.columns = columns;
  }

  Line add(String text, Paint paint) {
    String clean = clean(text);
    int room = columns - width;
    String fitting = cut(clean, room);
    if (!fitting.isEmpty()) {
      parts.add(new Part(fitting, paint));
      width += fitting.length();
    }
    return this;
  }

  Line add(String text) {
    return add(text, Paint.PLAIN);
  }

  /** A cell of a table: exactly so wide, and one blank after it. */
  Line cell(String text, int cellWidth, Paint paint) {
    String fitting = cut(clean(text), cellWidth);
    return add(fitting, paint).add(" ".repeat(cellWidth - fitting.length() + 1));
  }

  /** As {@link #cell}, flush right. */
  Line number(String text, int cellWidth) {
    String fitting = cut(clean(text), cellWidth);
    return add(" ".repeat(cellWidth - fitting.length()) + fitting + " ");
  }

  /** At the right end, where it fits there with a blank before it. */
  Line right(String text, Paint paint) {
    int gap = columns - width - text.length();
    return gap < 1 ? this : add(" ".repeat(gap)).add(text, paint);
  }

  int left() {
    return columns - width;
  }

  private String cut(String text, int room) {
    if (text.length() <= room) {
      return text;
    }
    return room <= 0 ? "" : text.substring(0, room - 1) + look.ellipsis();
  }

  private String clean(String text) {
    StringBuilder clean = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean shown = look.unicode() ? !Character.isISOControl(c) : c >= ' ' && c < 127;
      clean.append(shown ? c : c < ' ' || Character.isISOControl(c) ? ' ' : '?');
    }
    return clean.toString();
  }

  String text() {
    StringBuilder text = new StringBuilder();
    for (Part part : parts) {
      if (look.colour() && part.paint() != Paint.PLAIN) {
        text.append("\u001b[").append(part.paint().code).append('m').append(part.text());
        text.append("\u001b[0m");
      } else {
        text.append(part.text());
      }
    }
    return text.toString();
  }
}

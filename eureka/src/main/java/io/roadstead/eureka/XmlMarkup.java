package io.roadstead.eureka;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An instance as an XML element, in the original's two layouts: indented by two spaces a level,
 * each line ended, or all in one line.
 */
final class XmlMarkup implements Markup {
  private static final String INDENT = "  ";

  private final StringBuilder out = new StringBuilder(1600);
  private final Deque<String> open = new ArrayDeque<>();
  private final int depth;
  private final boolean inOneLine;

  /**
   * @param root the name of the instance's own element
   * @param depth how many elements stand around it
   */
  XmlMarkup(String root, int depth, boolean inOneLine) {
    this.depth = depth;
    this.inOneLine = inOneLine;
    begin(root, null);
  }

  @Override
  public void text(String name, @Nullable String value) {
    if (value != null) {
      element(name, "", value);
    }
  }

  @Override
  public void number(String name, long value) {
    element(name, "", Long.toString(value));
  }

  @Override
  public void port(String name, int port, boolean enabled) {
    element(name, " enabled=\"" + enabled + "\"", Integer.toString(port));
  }

  @Override
  public void begin(String name, @Nullable String className) {
    indent().append('<').append(name);
    className(className);
    out.append('>');
    endLine();
    open.push(name);
  }

  @Override
  public void end() {
    String name = open.pop();
    indent().append("</").append(name).append('>');
    endLine();
  }

  @Override
  public void entries(String name, Map<String, String> entries, @Nullable String emptyClass) {
    if (entries.isEmpty()) {
      indent().append('<').append(name);
      className(emptyClass);
      out.append("/>");
      endLine();
      return;
    }
    begin(name, null);
    entries.forEach((key, value) -> text(XmlText.elementName(key), value));
    end();
  }

  @Override
  public byte[] finish() {
    end();
    if (depth == 0 && !inOneLine) {
      out.setLength(out.length() - 1);
    }
    return out.toString().getBytes(StandardCharsets.UTF_8);
  }

  private void element(String name, String attribute, String value) {
    indent().append('<').append(name).append(attribute).append('>');
    XmlText.escape(Texts.wellFormed(value), out);
    out.append("</").append(name).append('>');
    endLine();
  }

  private void className(@Nullable String className) {
    if (className != null) {
      out.append(" class=\"").append(className).append('"');
    }
  }

  private StringBuilder indent() {
    if (!inOneLine) {
      out.repeat(INDENT, depth + open.size());
    }
    return out;
  }

  private void endLine() {
    if (!inOneLine) {
      out.append('\n');
    }
  }
}

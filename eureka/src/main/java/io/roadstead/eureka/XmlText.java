package io.roadstead.eureka;

/**
 * Text and names as XML has them, in the manner of XStream, with which the original writes and its
 * clients read.
 *
 * <p>Two things differ, so that whatever was registered can be read by every parser of XML 1.0: a
 * character that XML cannot hold becomes U+FFFD, and a colon in a metadata key is written as its
 * code, for it would be taken for a namespace.
 */
final class XmlText {
  private static final char REPLACEMENT = '\uFFFD';
  private static final char[] HEX = "0123456789abcdef".toCharArray();

  private XmlText() {}

  /** Appends the text of an element. */
  static void escape(String text, StringBuilder to) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '&' -> to.append("&amp;");
        case '<' -> to.append("&lt;");
        case '>' -> to.append("&gt;");
        case '"' -> to.append("&quot;");
        case '\'' -> to.append("&apos;");
        case '\r' -> to.append("&#xd;");
        case '\t', '\n' -> to.append(c);
        default -> to.append(c < ' ' || c >= 0xFFFE ? REPLACEMENT : c);
      }
    }
  }

  /**
   * The name of the element for a metadata key: {@code _} doubled, {@code $} as {@code _-}, and
   * whatever a name cannot hold as {@code _.} and four hexadecimal digits.
   */
  static String elementName(String key) {
    StringBuilder name = new StringBuilder(key.length() + 8);
    for (int i = 0; i < key.length(); i++) {
      char c = key.charAt(i);
      if (c == '_') {
        name.append("__");
      } else if (c == '$') {
        name.append("_-");
      } else if (i == 0 ? startsName(c) : continuesName(c)) {
        name.append(c);
      } else {
        name.append("_.").append(HEX[c >> 12]).append(HEX[c >> 8 & 15]);
        name.append(HEX[c >> 4 & 15]).append(HEX[c & 15]);
      }
    }
    return name.toString();
  }

  /** The metadata key that an element's name stands for; what is no code stands for itself. */
  static String key(String elementName) {
    if (elementName.indexOf('_') < 0) {
      return elementName;
    }
    StringBuilder key = new StringBuilder(elementName.length());
    int i = 0;
    while (i < elementName.length()) {
      if (elementName.startsWith("__", i)) {
        key.append('_');
        i += 2;
      } else if (elementName.startsWith("_-", i)) {
        key.append('$');
        i += 2;
      } else if (isCode(elementName, i)) {
        key.append((char) Integer.parseInt(elementName, i + 2, i + 6, 16));
        i += 6;
      } else {
        key.append(elementName.charAt(i++));
      }
    }
    return key.toString();
  }

  private static boolean isCode(String name, int at) {
    if (!name.startsWith("_.", at) || name.length() < at + 6) {
      return false;
    }
    for (int i = at + 2; i < at + 6; i++) {
      if (Character.digit(name.charAt(i), 16) < 0) {
        return false;
      }
    }
    return true;
  }

  /**
   * What the fourth and the fifth edition of XML 1.0 both let a name start with, and not beyond
   * Latin-1: parsers in use follow the one or the other.
   */
  private static boolean startsName(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= 0xC0 && c <= 0xFF && c != 0xD7 && c != 0xF7);
  }

  /** Likewise for what follows. */
  private static boolean continuesName(char c) {
    return startsName(c) || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == 0xB7;
  }
}

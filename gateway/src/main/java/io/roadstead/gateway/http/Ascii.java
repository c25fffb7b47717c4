package io.roadstead.gateway.http;

import java.nio.charset.StandardCharsets;

/** The byte classes of RFC 9110 and 9112, and comparisons that make no objects. */
public final class Ascii {
  private static final byte TOKEN = 1;
  private static final byte VALUE = 2;
  private static final byte TARGET = 4;
  private static final byte HOST = 8;
  private static final byte[] CLASS = classes();

  private Ascii() {}

  private static byte[] classes() {
    byte[] table = new byte[256];
    for (int c = 0; c < 256; c++) {
      boolean alphanumeric =
          (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      if (alphanumeric || "!#$%&'*+-.^_`|~".indexOf(c) >= 0) {
        table[c] |= TOKEN;
      }
      if (c == '\t' || (c >= ' ' && c != 0x7f)) {
        table[c] |= VALUE;
      }
      if (c > ' ' && c < 0x7f && c != '#') {
        table[c] |= TARGET;
      }
      if (alphanumeric || "-._~!$&'()*+,;=:[]".indexOf(c) >= 0) {
        table[c] |= HOST;
      }
    }
    return table;
  }

  /** RFC 9110 section 5.6.2. */
  public static boolean isToken(byte b) {
    return (CLASS[b & 0xff] & TOKEN) != 0;
  }

  /** What a field value may hold: RFC 9110 section 5.5, no control byte but the tab. */
  public static boolean isValue(byte b) {
    return (CLASS[b & 0xff] & VALUE) != 0;
  }

  /** What a request target may hold: visible ASCII without a fragment. */
  static boolean isTarget(byte b) {
    return (CLASS[b & 0xff] & TARGET) != 0;
  }

  /** What a host may hold: no encoded byte, which another reader may decode or not. */
  static boolean isHost(byte b) {
    return (CLASS[b & 0xff] & HOST) != 0;
  }

  static boolean isDigit(byte b) {
    return b >= '0' && b <= '9';
  }

  /** The value of a hexadecimal digit, or -1. */
  public static int hex(byte b) {
    if (b >= '0' && b <= '9') {
      return b - '0';
    }
    int lower = b | 0x20;
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
  }

  public static byte lower(byte b) {
    return b >= 'A' && b <= 'Z' ? (byte) (b + 32) : b;
  }

  /** Whether the range spells {@code lower}, whatever its case. */
  public static boolean is(byte[] bytes, int offset, int length, String lower) {
    if (length != lower.length()) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (lower(bytes[offset + i]) != lower.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** Whether two ranges of one array are the same name, whatever their case. */
  static boolean same(byte[] bytes, int a, int b, int length) {
    for (int i = 0; i < length; i++) {
      if (lower(bytes[a + i]) != lower(bytes[b + i])) {
        return false;
      }
    }
    return true;
  }

  public static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** One byte for a message: the character, or its hexadecimal number where it cannot be seen. */
  static String show(byte b) {
    return b > ' ' && b < 0x7f ? "'" + (char) b + "'" : String.format("0x%02x", b & 0xff);
  }
}

package io.roadstead.gateway.http;

import org.jspecify.annotations.Nullable;

/** The rules on framing and on the connection that requests and answers share. */
final class SharedRules {
  private SharedRules() {}

  /** Takes in one header; null where it is in order. */
  static @Nullable BadMessage header(Head head, int i) {
    return switch (head.field(i)) {
      case Field.CONTENT_LENGTH -> contentLength(head, i);
      case Field.TRANSFER_ENCODING -> transferEncoding(head, i);
      case Field.CONNECTION -> {
        connection(head, i);
        yield null;
      }
      case Field.UPGRADE -> {
        head.upgradeHeader = head.upgradeHeader == Head.NO_UPGRADE ? i : Head.MANY_UPGRADES;
        yield null;
      }
      default -> null;
    };
  }

  /** What can be judged only when all headers are known. */
  static @Nullable BadMessage framing(Head head) {
    // RFC 9112 section 6.1: both together is a smuggling attempt or a broken sender.
    if (head.chunked && head.contentLength >= 0) {
      return BadMessage.malformed("both Content-Length and Transfer-Encoding");
    }
    return head.chunked && head.http10()
        ? BadMessage.malformed("Transfer-Encoding in an HTTP/1.0 message")
        : null;
  }

  private static @Nullable BadMessage contentLength(Head head, int i) {
    if (head.contentLength >= 0) {
      return BadMessage.malformed("more than one Content-Length");
    }
    int start = head.valueStart(i);
    int length = head.valueLength(i);
    if (length == 0 || length > 18) {
      return BadMessage.malformed("a Content-Length of " + length + " digits, 1 to 18 are allowed");
    }
    if (length > 1 && head.bytes[start] == '0') {
      return BadMessage.malformed("a Content-Length with a leading zero, which may mean octal");
    }
    long value = 0;
    for (int p = start; p < start + length; p++) {
      if (!Ascii.isDigit(head.bytes[p])) {
        return BadMessage.malformed("a Content-Length that is not one plain number");
      }
      value = value * 10 + head.bytes[p] - '0';
    }
    head.contentLength = value;
    return null;
  }

  private static @Nullable BadMessage transferEncoding(Head head, int i) {
    if (head.chunked) {
      return BadMessage.malformed("more than one Transfer-Encoding");
    }
    if (!Ascii.is(head.bytes, head.valueStart(i), head.valueLength(i), "chunked")) {
      return BadMessage.malformed("a Transfer-Encoding other than 'chunked'");
    }
    head.chunked = true;
    return null;
  }

  /** Reads the options of a Connection header and marks the headers that it nominates. */
  private static void connection(Head head, int i) {
    byte[] b = head.bytes;
    int end = head.valueStart(i) + head.valueLength(i);
    int p = head.valueStart(i);
    while (p < end) {
      while (p < end && (b[p] == ',' || b[p] == ' ' || b[p] == '\t')) {
        p++;
      }
      int start = p;
      while (p < end && b[p] != ',' && b[p] != ' ' && b[p] != '\t') {
        p++;
      }
      int length = p - start;
      if (length == 0) {
        continue;
      }
      if (Ascii.is(b, start, length, "close")) {
        head.close = true;
      } else if (Ascii.is(b, start, length, "keep-alive")) {
        head.keepAlive = true;
      } else if (Ascii.is(b, start, length, "upgrade")) {
        head.upgradeNamed = true;
      } else if (Ascii.is(b, start, length, "te")) {
        head.teNamed = true;
      } else {
        nominate(head, start, length);
      }
    }
  }

  /** RFC 9110 section 7.6.1; framing and routing cannot be nominated away. */
  private static void nominate(Head head, int start, int length) {
    for (int j = 0; j < head.count; j++) {
      int field = head.field(j);
      if (field == Field.OTHER
          || field == Field.CONTENT_TYPE
          || field == Field.TRAILER
          || field == Field.TRACEPARENT
          || field == Field.TRACESTATE) {
        if (head.nameLength(j) == length
            && Ascii.same(head.bytes, head.nameStart(j), start, length)) {
          head.mark(j, Field.HOP);
        }
      }
    }
  }
}

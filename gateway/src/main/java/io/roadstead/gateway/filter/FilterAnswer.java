package io.roadstead.gateway.filter;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import org.jspecify.annotations.Nullable;

/**
 * The head of an instance's answer, for filters; its body has not been read. Confined to the thread
 * of the filters.
 */
public final class FilterAnswer {
  private final byte[] head;
  private final int sentStatus;
  private int status;
  private @Nullable Fields fields;

  /**
   * @param head whole, with its empty line, accepted by the gateway's parser
   */
  public FilterAnswer(byte[] head, int status) {
    this.head = head.clone();
    this.sentStatus = status;
    this.status = status;
  }

  public int status() {
    return status;
  }

  /** The fields of the head. */
  public Fields fields() {
    Fields known = fields;
    if (known == null) {
      known = Fields.of(new String(head, ISO_8859_1));
      fields = known;
    }
    return known;
  }

  /**
   * Gives the answer another status.
   *
   * @throws IllegalArgumentException where one of the two says whether there is a body: 204, 304
   */
  public void status(int value) {
    if (value < 200 || value > 599 || bodiless(value) || bodiless(sentStatus)) {
      throw new IllegalArgumentException(
          "status "
              + sentStatus
              + " cannot become "
              + value
              + ": 200 to 599 can, without 204 and 304, which have no body");
    }
    status = value;
  }

  private static boolean bodiless(int status) {
    return status == 204 || status == 304;
  }

  /** The head as it is now. */
  public byte[] bytes() {
    Fields known = fields;
    if (status == sentStatus && (known == null || !known.changed())) {
      return head.clone();
    }
    String all = new String(head, ISO_8859_1);
    StringBuilder out = new StringBuilder(all.length() + 256);
    if (status == sentStatus) {
      out.append(all, 0, all.indexOf("\r\n"));
    } else {
      out.append(all, 0, all.indexOf(' ') + 1).append(status).append(' ');
    }
    out.append("\r\n");
    fields().write(out);
    return out.append("\r\n").toString().getBytes(ISO_8859_1);
  }
}

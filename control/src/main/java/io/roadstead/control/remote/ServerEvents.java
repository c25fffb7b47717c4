package io.roadstead.control.remote;

import java.io.IOException;

/** Server-sent events out of lines (WHATWG HTML, section 9.2). Confined to the reading thread. */
final class ServerEvents {
  /** One event; {@code name} is "" for an unnamed one. */
  record ServerEvent(String name, String data) {}

  private final LineQueue lines;

  ServerEvents(LineQueue lines) {
    this.lines = lines;
  }

  /**
   * The next event.
   *
   * @param limitMillis how long each line may take
   */
  ServerEvent next(long limitMillis) throws IOException, InterruptedException {
    String name = "";
    StringBuilder data = new StringBuilder();
    while (true) {
      String line = lines.next(limitMillis);
      if (line.isEmpty()) {
        if (!data.isEmpty()) {
          return new ServerEvent(name, data.toString());
        }
        name = "";
        continue;
      }
      int colon = line.indexOf(':');
      String field = colon < 0 ? line : line.substring(0, colon);
      String value = colon < 0 ? "" : line.substring(colon + 1);
      value = value.startsWith(" ") ? value.substring(1) : value;
      if (field.equals("event")) {
        name = value;
      } else if (field.equals("data")) {
        data.append(data.isEmpty() ? "" : "\n").append(value);
      }
    }
  }
}

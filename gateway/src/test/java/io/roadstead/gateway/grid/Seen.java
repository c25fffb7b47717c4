package io.roadstead.gateway.grid;

import io.roadstead.gateway.http.Strict;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What both ends saw of one case.
 *
 * @param early what the client got before it had sent all
 * @param got what it got in all
 * @param ended whether its connection was ended
 * @param origin what the origin saw, connection by connection
 */
public record Seen(String early, String got, boolean ended, List<String> origin) {
  private static final Pattern STATUS = Pattern.compile("(?m)^HTTP/1\\.[01] (\\d{3})");

  /**
   * @param waitMillis how long the client waits for an end that may never come
   */
  public static Seen of(
      GridCase given, InetSocketAddress gateway, GridOrigin origin, int waitMillis) {
    origin.begin(given);
    StringBuilder got = new StringBuilder();
    String early = "";
    boolean ended;
    try (Socket socket = new Socket(gateway.getAddress(), gateway.getPort())) {
      socket.setTcpNoDelay(true);
      List<String> sent = given.sent();
      for (int i = 0; i < sent.size(); i++) {
        send(socket, sent.get(i));
        if (given.want() == GridCase.Want.WAITS && i == 0) {
          socket.setSoTimeout(40);
          read(socket, got);
          early = got.toString();
        }
      }
      socket.setSoTimeout(waitMillis);
      ended = (given.want() != GridCase.Want.WAITS || sent.size() > 1) && read(socket, got);
    } catch (IOException e) {
      throw new UncheckedIOException(given.name(), e);
    }
    return new Seen(early, got.toString(), ended, origin.seen(waitMillis));
  }

  private static void send(Socket socket, String bytes) {
    try {
      OutputStream out = socket.getOutputStream();
      out.write(bytes.getBytes(StandardCharsets.ISO_8859_1));
      out.flush();
    } catch (IOException e) {
      // It was answered and closed already; what it answered is read all the same.
    }
  }

  /** Reads until the end, which it says, or until nothing comes in time. */
  private static boolean read(Socket socket, StringBuilder got) {
    byte[] buffer = new byte[16 * 1024];
    try {
      int n;
      while ((n = socket.getInputStream().read(buffer)) >= 0) {
        got.append(new String(buffer, 0, n, StandardCharsets.ISO_8859_1));
      }
      return true;
    } catch (SocketTimeoutException e) {
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  String originBytes() {
    return String.join("", origin);
  }

  /** Whether the origin was made to see nothing that a reader could take for a message. */
  boolean nothingWhole() {
    return origin.stream()
        .map(Strict::requests)
        .allMatch(seen -> seen.whole().isEmpty() && seen.problem().isEmpty());
  }

  /** Where a strict gateway would have done otherwise; empty where it would not. */
  public String faults(GridCase given) {
    Strict.Messages answers = answers(given);
    List<String> faults = new ArrayList<>();
    boolean half = given.want() == GridCase.Want.WAITS && given.sent().size() == 1;
    boolean cut = given.want() == GridCase.Want.CUT;
    if (!early.isEmpty()) {
      faults.add("it did not wait for the rest");
    }
    if (!half && !ended) {
      faults.add("it did not end the connection");
    }
    if (cut ? !isCut(answers) : !answers.statuses().equals(given.statuses())) {
      faults.add("it answered " + answers.statuses());
    }
    if (!answers.problem().isEmpty() || (!cut && !answers.rest().isEmpty())) {
      faults.add("what the client got is no answer: " + answers.problem());
    }
    if (given.got() != null && !given.got().equals(got)) {
      faults.add("the client got other bytes");
    }
    if (given.seen() != null && !given.seen().equals(originBytes())) {
      faults.add("the origin saw other bytes");
    }
    boolean nothing =
        switch (given.want()) {
          case REFUSED -> given.seen() == null;
          case ANSWERED -> true;
          case WAITS -> half;
          case PASSED, BAD_GATEWAY, CUT -> false;
        };
    if (nothing && !nothingWhole()) {
      faults.add("the origin was made to see something");
    }
    return faults.isEmpty()
        ? ""
        : String.join("; ", faults) + "\n" + this + (given.seen() == null ? "" : given.seen());
  }

  private static boolean isCut(Strict.Messages answers) {
    return answers.statuses().isEmpty() || answers.statuses().equals(List.of(502));
  }

  /** The last status that the client got, as text; empty where that cannot be told. */
  public String status() {
    Matcher line = STATUS.matcher(got);
    String last = "";
    while (line.find()) {
      last = line.group(1);
    }
    return last;
  }

  Strict.Messages answers(GridCase given) {
    boolean bodiless = given.sent().stream().allMatch(sent -> sent.startsWith("HEAD "));
    return Strict.answers(got, bodiless, ended);
  }
}

package io.roadstead.gateway.grid;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One message, or a few on one connection, and what a strict gateway makes of it.
 *
 * <p>Cases are text. {@code ==} starts one and says what it is; {@code rule}, {@code from} and
 * {@code want} follow; {@code --} starts a part: what the {@code client} sends (each part in one
 * write), what the {@code origin sees}, what the {@code origin answers} (to each request; it ends
 * the connection then, unless it {@code stays}), what the {@code client gets}. Every line of a part
 * ends in CR LF, except where a backslash ends it; {@code \r}, {@code \n}, {@code \t} and {@code
 * \xNN} are bytes, {@code {a*100}} is repeated, and {@code {forwarded}} stands for the lines that
 * the gateway adds.
 *
 * @param group the file that it is in
 * @param rule the section that decides
 * @param from lists that have a case like it
 */
public record GridCase(
    String group,
    String name,
    String rule,
    List<String> from,
    Want want,
    List<Integer> statuses,
    List<String> sent,
    @Nullable String seen,
    List<Reply> replies,
    @Nullable String got) {

  /** What a strict gateway does. */
  public enum Want {
    /** The message is not in order: nothing whole of it reaches the origin, the connection ends. */
    REFUSED,
    /** It is in order, and the gateway answers it by itself. */
    ANSWERED,
    /** The origin sees exactly what the case says. */
    PASSED,
    /** It waits for the rest. */
    WAITS,
    /** The client gets 502 in place of the origin's answer. */
    BAD_GATEWAY,
    /** The client can see that the answer is not whole. */
    CUT
  }

  /** What the origin answers, and whether its connection stays. */
  public record Reply(String bytes, boolean stays) {}

  private static final Pattern REPEATED = Pattern.compile("\\{(.+?)\\*(\\d+)}");
  private static final Pattern BYTE = Pattern.compile("\\\\x([0-9a-f]{2})");

  @SuppressWarnings("StringConcatToTextBlock") // Line breaks are CR LF.
  private static final String FORWARDED =
      "X-Forwarded-For: 127.0.0.1\r\n"
          + "X-Forwarded-Proto: http\r\n"
          + "X-Forwarded-Host: h\r\n"
          + "Forwarded: for=127.0.0.1;proto=http;host=\"h\"\r\n";

  /** Whether it is the origin that is put to the test. */
  public boolean ofAnswers() {
    return group.equals("answers");
  }

  @Override
  public String toString() {
    return group + ", " + rule + ": " + name;
  }

  /** The cases of a file beside this class. */
  public static List<GridCase> load(String file) {
    try (InputStream in = Objects.requireNonNull(GridCase.class.getResourceAsStream(file), file)) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      String group = file.replace(".txt", "");
      List<GridCase> cases = new ArrayList<>();
      for (String block : text.split("(?m)^== ", -1)) {
        if (!block.startsWith("#")) {
          cases.add(parse(group, block));
        }
      }
      return cases;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static GridCase parse(String group, String block) {
    List<String> parts = List.of(block.split("(?m)^-- ", -1));
    String name = "";
    String rule = "";
    List<String> from = List.of();
    List<String> want = List.of();
    for (String line : parts.getFirst().split("\n", -1)) {
      if (name.isEmpty()) {
        name = line;
      } else if (line.startsWith("rule: ")) {
        rule = line.substring(6);
      } else if (line.startsWith("from: ")) {
        from = List.of(line.substring(6).split(", ", -1));
      } else if (line.startsWith("want: ")) {
        want = List.of(line.substring(6).split(" ", -1));
      } else if (!line.isEmpty()) {
        throw new IllegalArgumentException("case '" + name + "': what is '" + line + "'?");
      }
    }
    if (rule.isEmpty() || want.isEmpty()) {
      throw new IllegalArgumentException("case '" + name + "' has no rule or no want");
    }
    List<String> sent = new ArrayList<>();
    List<Reply> replies = new ArrayList<>();
    String seen = null;
    String got = null;
    for (String part : parts.subList(1, parts.size())) {
      int first = part.indexOf('\n');
      String bytes = bytes(part.substring(first + 1));
      switch (part.substring(0, first)) {
        case "client" -> sent.add(bytes);
        case "origin sees" -> seen = bytes;
        case "origin answers" -> replies.add(new Reply(bytes, false));
        case "origin answers, stays" -> replies.add(new Reply(bytes, true));
        case "client gets" -> got = bytes;
        default -> throw new IllegalArgumentException("case '" + name + "': what is " + part);
      }
    }
    return new GridCase(
        group,
        name,
        rule,
        from,
        Want.valueOf(want.getFirst().toUpperCase(Locale.ROOT).replace('-', '_')),
        want.stream().skip(1).map(Integer::valueOf).toList(),
        sent,
        seen,
        replies,
        got);
  }

  private static String bytes(String lines) {
    String text = lines.replace("\n", "\r\n").replace("\\\r\n", "");
    text = text.replace("{forwarded}\r\n", FORWARDED);
    text =
        REPEATED
            .matcher(text)
            .replaceAll(
                m ->
                    Matcher.quoteReplacement(
                        unescape(m.group(1)).repeat(Integer.parseInt(m.group(2)))));
    return unescape(text);
  }

  private static String unescape(String text) {
    return BYTE.matcher(text.replace("\\r", "\r").replace("\\n", "\n").replace("\\t", "\t"))
        .replaceAll(
            m -> Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(m.group(1), 16))));
  }
}

package io.roadstead.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.roadstead.gateway.http.Ascii;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Why the gateway answers by itself: in the code, in its answers and in its documentation. */
class ReasonTest {
  /** A refusal: its status, then its reason. */
  private static final Pattern REFUSAL =
      Pattern.compile(
          "(?:refuse|Failed|fail|protocolError|BadMessage)\\([^;\"]*?[45]\\d\\d,\\s*\"([a-z-]+)\"");

  private static final Set<String> CODES =
      Arrays.stream(Reason.values()).map(Reason::code).collect(Collectors.toSet());

  @ParameterizedTest
  @EnumSource
  void eachIsAProblemDocumentWithTheReasonInAHeader(Reason reason) {
    ByteBuf answer =
        Problem.answer(
            UnpooledByteBufAllocator.DEFAULT,
            503,
            reason.code(),
            "what \"exactly\"\n",
            false,
            true,
            Ascii.bytes("now"));
    String text = answer.toString(StandardCharsets.UTF_8);
    answer.release();
    String body = text.substring(text.indexOf("\r\n\r\n") + 4);
    assertThat(text)
        .startsWith("HTTP/1.1 503 ")
        .contains("\r\nX-Roadstead-Reason: " + reason.code() + "\r\n")
        .contains("\r\nContent-Type: application/problem+json\r\n")
        .contains("\r\nContent-Length: " + body.length() + "\r\n");
    assertThat(body)
        .contains("\"code\":\"" + reason.code() + "\"", "\"status\":503", "\"detail\":\"what \\\"");
  }

  @ParameterizedTest
  @EnumSource
  void eachIsInTheDocumentationsTable(Reason reason) throws IOException {
    assertThat(Files.readString(Path.of("../docs/gateway.md")))
        .containsPattern("(?m)^\\|[^|]*\\|[^|]*`" + reason.code() + "`[^|]*\\|");
  }

  @Test
  void theCodeRefusesForNoOther() throws IOException {
    Set<String> used = new TreeSet<>();
    try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
      for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
        Matcher refusal = REFUSAL.matcher(Files.readString(file));
        while (refusal.find()) {
          used.add(refusal.group(1));
        }
      }
    }
    assertThat(used).hasSizeGreaterThan(12).isSubsetOf(CODES);
  }
}

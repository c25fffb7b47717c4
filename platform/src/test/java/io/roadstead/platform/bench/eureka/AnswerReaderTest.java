package io.roadstead.platform.bench.eureka;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AnswerReaderTest {
  private final AnswerReader reader = new AnswerReader();

  /** Hands the answer over in pieces; whether it was whole exactly at its end. */
  private boolean take(String answer, int piece) {
    byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
    reader.reset(true);
    for (int from = 0; from < bytes.length; from += piece) {
      int length = Math.min(piece, bytes.length - from);
      boolean whole = reader.take(ByteBuffer.wrap(bytes.clone(), from, length).slice());
      if (whole) {
        return from + length == bytes.length;
      }
    }
    return false;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 1000})
  void everyFramingIsReadInAnyPieces(int piece) {
    assertThat(take("HTTP/1.1 204 No Content\r\nX: y\r\n\r\n", piece)).isTrue();
    assertThat(reader.status()).isEqualTo(204);
    assertThat(reader.closes()).isFalse();

    assertThat(take("HTTP/1.1 200 \r\ncontent-LENGTH: 5\r\nConnection: close\r\n\r\nhello", piece))
        .isTrue();
    assertThat(reader.body()).asString(StandardCharsets.UTF_8).isEqualTo("hello");
    assertThat(reader.closes()).isTrue();

    assertThat(
            take(
                """
                HTTP/1.1 200\s
                Transfer-Encoding: chunked

                5;x
                hello
                6
                 world
                0

                """
                    .replace("\n", "\r\n"),
                piece))
        .isTrue();
    assertThat(reader.body()).asString(StandardCharsets.UTF_8).isEqualTo("hello world");
    assertThat(reader.bodyBytes()).isEqualTo(11);
  }

  @Test
  void anAnswerThatIsCutOffIsNotWhole() {
    assertThat(take("HTTP/1.1 200 \r\nContent-Length: 6\r\n\r\nhello", 4)).isFalse();
  }
}

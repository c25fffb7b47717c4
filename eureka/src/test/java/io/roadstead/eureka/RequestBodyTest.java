package io.roadstead.eureka;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** From bytes to a tree: what is read by its bytes alone, and what has to be decoded first. */
final class RequestBodyTest {
  private static final String LATIN = "application/json;charset=ISO-8859-1";

  private final Wire wire = new Wire();

  @AfterEach
  void close() {
    wire.close();
  }

  private EurekaResponse post(byte[] body, String type) {
    return wire.send("POST", "/eureka/apps/WEB", body, "Content-Type", type);
  }

  /** ASCII is looked for eight bytes at a time, and what is left one by one. */
  @Test
  void oneByteThatIsNoAsciiIsDecodedWhereverItStands() {
    String good =
        Golden.text("register-js.json").replace("\"w1\"", "\"w1\",\"secureVipAddress\":\"x\"");
    for (int spaces = 0; spaces < 16; spaces++) {
      String end = ",\"asgName\":\"\u00fc\"" + " ".repeat(spaces) + "}}";
      String body = good.substring(0, good.lastIndexOf("}}")) + end;
      for (Charset charset : List.of(StandardCharsets.ISO_8859_1, StandardCharsets.UTF_8)) {
        String type = "application/json;charset=" + charset;
        assertThat(post(body.getBytes(charset), type).status())
            .as("%s %d", type, spaces)
            .isEqualTo(204);
        assertThat(wire.field("WEB", "w1", "asgName"))
            .as("%s %d", type, spaces)
            .isEqualTo("\u00fc");
      }
      EurekaResponse wrong = post(body.getBytes(StandardCharsets.ISO_8859_1), "application/json");
      assertThat(wrong.status()).as("%d", spaces).isEqualTo(400);
      assertThat(Wire.text(wrong)).contains("not UTF-8");
    }
  }

  /** Parsers of bytes would guess them. */
  @ParameterizedTest
  @ValueSource(strings = {"UTF-16LE", "UTF-16BE", "UTF-16", "UTF-32LE", "UTF-32BE"})
  void aCharacterSetThatIsNotSaidIsNotGuessed(String charset) {
    byte[] body = Golden.text("register-js.json").getBytes(Charset.forName(charset));
    for (String type : List.of("application/json", "application/xml", LATIN)) {
      assertThat(post(body, type).status()).as(type).isEqualTo(400);
    }
    assertThat(wire.get("/eureka/apps/WEB").status()).isEqualTo(404);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "]", "1", "\"\"", "null", "{\"instance\":{}}"})
  void nothingMayComeAfterTheInstance(String more) {
    String good = Golden.text("register-js.json");
    EurekaResponse answer = wire.post("/eureka/apps/WEB", good + more);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(Wire.text(answer)).contains("not JSON");
    assertThat(wire.get("/eureka/apps/WEB").status()).isEqualTo(404);
    assertThat(wire.post("/eureka/apps/WEB", good + " \r\n\t").status()).isEqualTo(204);
  }

  /** At the limit it is taken, and not cut to it one byte beyond. */
  @Test
  void aBodyMayInflateToTheLimitAndNoFurther() {
    byte[] good = Golden.bytes("register-js.json");
    for (int more = 0; more < 2; more++) {
      byte[] padded = new byte[RequestBody.MAX_BYTES + more];
      Arrays.fill(padded, (byte) ' ');
      System.arraycopy(good, 0, padded, 0, good.length);
      EurekaResponse answer =
          wire.send("POST", "/eureka/apps/WEB", Golden.gzipped(padded), "Content-Encoding", "gzip");
      assertThat(answer.status()).isEqualTo(more == 0 ? 204 : 400);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"deflate", "br", "zstd", "x-gzip", "gzip, gzip", "gzip;q=1"})
  void anEncodingThatIsNotReadIsRefusedByItsName(String encoding) {
    byte[] body = Golden.gzipped(Golden.bytes("register-js.json"));
    EurekaResponse answer =
        wire.send("POST", "/eureka/apps/WEB", body, "Content-Encoding", encoding);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(Wire.text(answer)).contains("'" + encoding + "'");
  }
}

package io.roadstead.eureka;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.GZIPInputStream;
import java.util.zip.Inflater;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Answers joined of pieces that were compressed at different times. */
final class JoinedGzipTest {
  private static final long SEED = 4_711;
  private static final int HEADER = 10;
  private static final int TRAILER = 8;

  private final Wire wire = new Wire();
  private final Random random = new Random(SEED);

  @AfterEach
  void close() {
    wire.close();
  }

  private EurekaResponse get(String target, Form form, boolean gzip) {
    EurekaResponse response =
        wire.get(
            target,
            "Accept",
            form.xml() ? "application/xml" : "application/json",
            "X-Eureka-Accept",
            form.compact() ? "compact" : "",
            "Accept-Encoding",
            gzip ? "gzip" : "");
    assertThat(response.status()).isEqualTo(200);
    assertThat(response.headers().containsKey("Content-Encoding")).isEqualTo(gzip);
    return response;
  }

  private static String inflated(byte[] gzip) throws IOException {
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(gzip))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private void changeSome() {
    for (int i = 0; i < 40; i++) {
      String app = "APP-" + random.nextInt(4);
      String id = "i" + random.nextInt(120);
      if (random.nextInt(5) == 0) {
        wire.delete("/eureka/apps/" + app + "/" + id);
      } else {
        wire.register(app, id, random.nextBoolean() ? "UP" : "DOWN", random.nextInt(1_000_000));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatIsCompressedIsWhatIsPlainAfterEveryChange(Form form) throws IOException {
    for (int round = 0; round < 12; round++) {
      changeSome();
      for (String target : new String[] {"/eureka/apps", "/eureka/apps/delta"}) {
        boolean plainFirst = random.nextBoolean();
        String plain = plainFirst ? Wire.text(get(target, form, false)) : "";
        String compressed = inflated(get(target, form, true).body());
        plain = plainFirst ? plain : Wire.text(get(target, form, false));
        assertThat(compressed).as("%s, round %s, seed %s", target, round, SEED).isEqualTo(plain);
      }
    }
  }

  /** Many clients stop at the end of the first member: there must be no second. */
  @ParameterizedTest
  @EnumSource
  void aJoinedAnswerIsOneMemberWithItsChecksum(Form form) throws DataFormatException {
    for (int round = 0; round < 5; round++) {
      changeSome();
      byte[] gzip = get("/eureka/apps", form, true).body();

      assertThat(Arrays.copyOf(gzip, 4)).containsExactly(0x1f, 0x8b, 8, 0);
      Inflater inflater = new Inflater(true);
      inflater.setInput(gzip, HEADER, gzip.length - HEADER);
      byte[] plain = new byte[1 << 20];
      int length = inflater.inflate(plain);
      assertThat(inflater.finished()).as("seed %s", SEED).isTrue();
      assertThat(inflater.getRemaining()).isEqualTo(TRAILER);
      inflater.end();
      CRC32 checksum = new CRC32();
      checksum.update(plain, 0, length);
      ByteBuffer trailer =
          ByteBuffer.wrap(gzip, gzip.length - TRAILER, TRAILER).order(ByteOrder.LITTLE_ENDIAN);
      assertThat(trailer.getInt()).isEqualTo((int) checksum.getValue());
      assertThat(trailer.getInt()).isEqualTo(length);
    }
  }

  @Test
  void aFetchAfterTheAnswerToARegistrationHasIt() throws IOException {
    for (int i = 0; i < 50; i++) {
      String id = "at-once-" + i;
      assertThat(wire.register("APP", id, "UP", i).status()).isEqualTo(204);
      for (Form form : Form.values()) {
        boolean gzip = random.nextBoolean();
        for (String target : new String[] {"/eureka/apps", "/eureka/apps/delta"}) {
          byte[] body = get(target, form, gzip).body();
          assertThat(gzip ? inflated(body) : new String(body, StandardCharsets.UTF_8))
              .as("%s as %s, seed %s", target, form, SEED)
              .contains(id);
        }
      }
      assertThat(wire.delete("/eureka/apps/APP/" + id).status()).isEqualTo(200);
      assertThat(inflated(get("/eureka/apps", Form.JSON, true).body())).doesNotContain(id);
    }
  }

  @Test
  void checksumsOfPartsJoinToThatOfTheWhole() {
    for (int round = 0; round < 200; round++) {
      byte[] whole = new byte[random.nextInt(70_000)];
      random.nextBytes(whole);
      int cut = whole.length == 0 ? 0 : random.nextInt(whole.length);
      int joined =
          Checksums.joined(
              checksum(whole, 0, cut),
              checksum(whole, cut, whole.length - cut),
              whole.length - cut);

      assertThat(joined)
          .as("%s bytes cut at %s, seed %s", whole.length, cut, SEED)
          .isEqualTo(checksum(whole, 0, whole.length));
    }
  }

  private static int checksum(byte[] bytes, int from, int length) {
    CRC32 checksum = new CRC32();
    checksum.update(bytes, from, length);
    return (int) checksum.getValue();
  }
}

package io.roadstead.eureka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.GZIPInputStream;
import java.util.zip.Inflater;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

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

  /** What operators have at hand; skipped where it is not, but not in CI. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "curl -sS --fail --compressed http://@/eureka/apps -H Accept:application/json",
        "python3 -c"
            + " import(gzip,sys);sys.stdout.buffer.write(gzip.decompress(sys.stdin.buffer.read()))",
        "python3 -c import(zlib,sys);d=zlib.decompressobj(31);"
            + "sys.stdout.buffer.write(d.decompress(sys.stdin.buffer.read())+d.flush());"
            + "assert(d.eof)and(not(d.unused_data))",
        "node -e process.stdout.write(require('zlib').gunzipSync(require('fs').readFileSync(0)))"
      })
  void othersDecodersReadJoinedAnswers(String command) throws Exception {
    List<String> words =
        List.of(command.replaceFirst("import\\(([^)]*)\\)", "import $1").split(" ", 3));
    assumeTrue(
        there(words.getFirst()) || System.getenv("CI") != null,
        words.getFirst() + " is not there: its decoder is not tried");
    for (int round = 0; round < 3; round++) {
      changeSome();
      String plain = Wire.text(get("/eureka/apps", Form.JSON, false));
      assertThat(said(words, get("/eureka/apps", Form.JSON, true).body()))
          .as("%s, round %s, seed %s", command, round, SEED)
          .isEqualTo(plain);
    }
  }

  private static boolean there(String program) {
    return Arrays.stream(System.getenv("PATH").split(File.pathSeparator, -1))
        .anyMatch(place -> Files.isExecutable(Path.of(place, program)));
  }

  private String said(List<String> words, byte[] input) throws IOException, InterruptedException {
    try (EurekaHost host = new EurekaHost(wire.eureka)) {
      List<String> line = new ArrayList<>();
      if (words.getFirst().equals("curl")) {
        line.addAll(List.of(String.join(" ", words).replace("@", host.authority()).split(" ", -1)));
      } else {
        line.addAll(words);
      }
      Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
      try (OutputStream in = process.getOutputStream()) {
        if (!words.getFirst().equals("curl")) {
          in.write(input);
        }
      }
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as(said).isZero();
      return said;
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

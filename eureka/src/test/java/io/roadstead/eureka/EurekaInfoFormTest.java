package io.roadstead.eureka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class EurekaInfoFormTest {
  private static final long SEED = Long.getLong("form.seed", 4);

  private final EurekaInfoForm form = new EurekaInfoForm();

  private static @Nullable String text(Random random) {
    return switch (random.nextInt(5)) {
      case 0 -> null;
      case 1 -> "";
      case 2 -> "ü→\ud800".repeat(random.nextInt(20_000));
      default -> "http://host:8080/" + random.nextInt();
    };
  }

  private static EurekaInfo info(Random random) {
    String value = text(random);
    return new EurekaInfo(
        random.nextBoolean() ? EurekaStatus.UNKNOWN : EurekaStatus.OUT_OF_SERVICE,
        random.nextInt(65_537) - 1,
        random.nextBoolean(),
        random.nextInt(65_536),
        random.nextBoolean(),
        random.nextInt(),
        text(random),
        random.nextBoolean()
            ? EurekaInfo.DataCenter.MY_OWN
            : new EurekaInfo.DataCenter("Amazon", Map.of("k", value == null ? "" : value)),
        random.nextInt(),
        random.nextInt(),
        text(random),
        text(random),
        text(random),
        text(random),
        text(random),
        text(random),
        text(random),
        random.nextBoolean(),
        random.nextLong(),
        random.nextBoolean() ? EurekaInfo.ADDED : EurekaInfo.MODIFIED,
        text(random));
  }

  private byte[] written(EurekaInfo info) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    form.write(info, new DataOutputStream(bytes));
    return bytes.toByteArray();
  }

  private EurekaInfo read(byte[] bytes) throws IOException {
    return form.read(new DataInputStream(new ByteArrayInputStream(bytes)));
  }

  @Test
  void whatIsReadIsWhatWasWritten() throws IOException {
    for (int round = 0; round < 200; round++) {
      EurekaInfo info = info(new Random(SEED + round));
      assertThat(read(written(info))).as("seed %d", SEED + round).isEqualTo(info);
    }
  }

  @Test
  void anotherFormIsRefused() throws IOException {
    byte[] bytes = written(info(new Random(SEED)));
    bytes[0] = 9;
    assertThatThrownBy(() -> read(bytes)).isInstanceOf(IOException.class).hasMessageContaining("9");
  }
}

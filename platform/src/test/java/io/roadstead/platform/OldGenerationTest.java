package io.roadstead.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.MemoryUsage;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class OldGenerationTest {
  private static final long MEBIBYTE = 1L << 20;

  private final AtomicInteger collections = new AtomicInteger();
  private final OldGeneration old = new OldGeneration(collections::incrementAndGet);

  private static MemoryUsage mebibytes(long used) {
    return new MemoryUsage(0, used * MEBIBYTE, 512 * MEBIBYTE, 512 * MEBIBYTE);
  }

  @Test
  void isCollectedOnceAsMuchHasComeAsWasInUse() {
    old.judge(mebibytes(199), mebibytes(100));
    assertThat(collections).hasValue(0);
    old.judge(mebibytes(201), mebibytes(100));
    assertThat(collections).hasValue(1);
  }

  @Test
  void isLeftAloneWhileItIsSmall() {
    old.judge(mebibytes(32), mebibytes(0));
    old.judge(mebibytes(50), mebibytes(20));
    assertThat(collections).hasValue(0);
    old.judge(mebibytes(53), mebibytes(20));
    assertThat(collections).hasValue(1);
  }

  @Test
  void anyCollectorMayBeInUse() {
    old.look();
    assertThat(collections).hasValue(0);
  }
}

package io.roadstead.gateway.accesslog;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class AccessRingTest {
  @Test
  void whatDoesNotFitIsDroppedAndCountedAndWhatWasInComesOutWhole() {
    AccessRing ring = new AccessRing(256);
    byte[] record = new byte[60];
    for (int i = 0; i < 10; i++) {
      record[0] = (byte) i;
      assertThat(ring.offer(record, record.length)).isEqualTo(i < 4);
    }
    assertThat(ring.dropped()).isEqualTo(6);
    byte[] into = new byte[60];
    for (int i = 0; i < 4; i++) {
      assertThat(ring.poll(into)).isEqualTo(60);
      assertThat(into[0]).isEqualTo((byte) i);
    }
    assertThat(ring.poll(into)).isEqualTo(-1);
  }

  @Test
  void twoThreadsLoseNothingThatWasNotCounted() throws InterruptedException {
    long seed = new Random().nextLong();
    int records = 300_000;
    AccessRing ring = new AccessRing(4096);
    AtomicLong accepted = new AtomicLong(-1);
    Thread loop =
        Thread.ofPlatform()
            .name("loop")
            .start(
                () -> {
                  Random random = new Random(seed);
                  byte[] record = new byte[200];
                  long taken = 0;
                  for (int i = 0; i < records; i++) {
                    int length = 8 + random.nextInt(190);
                    // Its number and its length say whether it arrived whole.
                    for (int b = 0; b < length; b++) {
                      record[b] = (byte) (length + b + (int) taken);
                    }
                    taken += ring.offer(record, length) ? 1 : 0;
                  }
                  accepted.set(taken);
                });
    byte[] into = new byte[200];
    long seen = 0;
    while (accepted.get() < 0 || seen < accepted.get()) {
      int length = ring.poll(into);
      for (int b = 0; b < length; b++) {
        assertThat(into[b]).as("seed %d", seed).isEqualTo((byte) (length + b + (int) seen));
      }
      seen += length >= 0 ? 1 : 0;
    }
    loop.join();
    assertThat(seen + ring.dropped()).as("seed %d", seed).isEqualTo(records);
  }
}

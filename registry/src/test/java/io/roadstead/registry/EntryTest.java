package io.roadstead.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class EntryTest {
  private final Entry entry = new Entry(new InstanceKey("orders", "a1"), Instant.EPOCH, Marks.NONE);

  @Test
  void aRenewalAfterTheLastLookSavesTheLease() {
    entry.lease(1);
    assertThat(entry.renew(2)).isTrue();
    assertThat(entry.expire(1)).isFalse();
    assertThat(entry.leased()).isTrue();
  }

  @Test
  void anExpiredLeaseIsNotRenewed() {
    entry.lease(1);
    assertThat(entry.expire(1)).isTrue();
    assertThat(entry.renew(2)).isFalse();
    assertThat(entry.leased()).isFalse();
  }

  @Test
  void everyReadingOfTheTickerIsATime() {
    entry.lease(Long.MIN_VALUE);
    assertThat(entry.leased()).isTrue();
    assertThat(entry.renew(Long.MIN_VALUE)).isTrue();
    assertThat(entry.leased()).isTrue();
  }
}

package io.roadstead.control.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Bodies that many readers get. */
final class LargeBodyTest {
  private final LargeBody large = new LargeBody();

  private static byte[] body(char letter) {
    return String.valueOf(letter).repeat(100_000).getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void theSameBodyIsCopiedOutOfTheHeapOnce() {
    byte[] body = body('a');
    ByteBuf first = large.of(body);
    ByteBuf second = large.of(body);

    assertThat(first.isDirect()).isTrue();
    assertThat(second.memoryAddress()).isEqualTo(first.memoryAddress());
    assertThat(first.readableBytes()).isEqualTo(body.length);
    assertThat(first.getByte(99_999)).isEqualTo((byte) 'a');
    first.release();
    second.release();
    large.close();
  }

  @Test
  void whoStillReadsAnOlderOneKeepsItAlive() {
    ByteBuf older = large.of(body('a'));
    ByteBuf newer = large.of(body('b'));

    assertThat(older.getByte(0)).isEqualTo((byte) 'a');
    older.release();
    assertThat(older.refCnt()).isZero();
    newer.release();
    assertThat(newer.refCnt()).as("kept for the next reader").isEqualTo(1);
    large.close();
    assertThat(newer.refCnt()).isZero();
  }

  @Test
  void aSmallBodyIsNotKept() {
    ByteBuf small = large.of(new byte[100]);
    assertThat(small.isDirect()).isFalse();
    small.release();
  }
}

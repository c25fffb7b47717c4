package io.roadstead.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WebSocketFramesTest {
  @Test
  void endsOfFramesAndMessagesAreSeenHoweverTheBytesAreSplit() {
    for (long seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      ByteBuf all = Unpooled.buffer();
      boolean[] frameEnds = new boolean[2_000_000];
      boolean[] messageEnds = new boolean[2_000_000];
      frameEnds[0] = true;
      messageEnds[0] = true;
      int close = write(random, all, frameEnds, messageEnds);
      WebSocketFrames frames = new WebSocketFrames();
      int at = 0;
      while (at < all.writerIndex()) {
        int to = Math.min(all.writerIndex(), at + 1 + random.nextInt(random.nextInt(400) + 1));
        frames.follow(all, at, to);
        int last = -1;
        for (int i = at; i <= to; i++) {
          last = messageEnds[i] ? i : last;
        }
        assertThat(frames.betweenFrames()).as("seed %d at %d", seed, to).isEqualTo(frameEnds[to]);
        assertThat(frames.betweenMessages())
            .as("seed %d at %d", seed, to)
            .isEqualTo(messageEnds[to]);
        assertThat(frames.boundary()).as("seed %d to %d", seed, to).isEqualTo(last);
        assertThat(frames.close())
            .as("seed %d to %d", seed, to)
            .isEqualTo(close >= at && close < to ? close : -1);
        at = to;
      }
    }
  }

  /** Messages of one frame or several, with control frames between them, and a Close in the end. */
  private static int write(Random random, ByteBuf out, boolean[] frames, boolean[] messages) {
    for (int message = 0; message < 20; message++) {
      int parts = 1 + random.nextInt(3);
      for (int part = 0; part < parts; part++) {
        boolean last = part == parts - 1;
        frame(random, out, (last ? 0x80 : 0) | (part == 0 ? 1 : 0));
        frames[out.writerIndex()] = true;
        messages[out.writerIndex()] = last;
        if (random.nextInt(3) == 0) {
          frame(random, out, 0x80 | (random.nextBoolean() ? 9 : 10));
          frames[out.writerIndex()] = true;
          messages[out.writerIndex()] = last;
        }
      }
    }
    int close = out.writerIndex();
    frame(random, out, 0x88);
    frames[out.writerIndex()] = true;
    messages[out.writerIndex()] = true;
    return close;
  }

  private static void frame(Random random, ByteBuf out, int first) {
    boolean control = (first & 0x8) != 0;
    int length =
        control
            ? random.nextInt(126)
            : random.nextInt(20) == 0 ? 65_536 + random.nextInt(9) : random.nextInt(300);
    boolean masked = random.nextBoolean();
    int mask = masked ? 0x80 : 0;
    out.writeByte(first);
    if (length < 126) {
      out.writeByte(mask | length);
    } else if (length < 65_536) {
      out.writeByte(mask | 126).writeShort(length);
    } else {
      out.writeByte(mask | 127).writeLong(length);
    }
    byte[] payload = new byte[length + (masked ? 4 : 0)];
    random.nextBytes(payload);
    out.writeBytes(payload);
  }
}

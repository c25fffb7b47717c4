package io.roadstead.control.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When answers leave. */
final class TogetherTest {
  private final List<Runnable> atTheEnd = new ArrayList<>();
  private final Together together = new Together((_, send) -> atTheEnd.add(send));
  private final EmbeddedChannel some = new EmbeddedChannel(together, new Echo());
  private final EmbeddedChannel other = new EmbeddedChannel(together, new Echo());

  /** Answers what comes, as HTTP does: written when read, and flushed when there is no more. */
  private static final class Echo extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      var _ = context.write(message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
      context.flush();
    }
  }

  @AfterEach
  void close() {
    var _ = some.close();
    var _ = other.close();
  }

  private void endOfTheTurn() {
    List<Runnable> due = List.copyOf(atTheEnd);
    atTheEnd.clear();
    due.forEach(Runnable::run);
  }

  @Test
  void answersOfOneTurnLeaveAtItsEnd() {
    some.writeInbound("a");
    other.writeInbound("b");
    some.writeInbound("c");
    assertThat(some.<String>readOutbound()).isNull();
    assertThat(other.<String>readOutbound()).isNull();
    assertThat(atTheEnd).hasSize(1);

    endOfTheTurn();

    assertThat(some.<String>readOutbound()).isEqualTo("a");
    assertThat(some.<String>readOutbound()).isEqualTo("c");
    assertThat(other.<String>readOutbound()).isEqualTo("b");

    other.writeInbound("d");
    endOfTheTurn();
    assertThat(other.<String>readOutbound()).as("in the next turn").isEqualTo("d");
  }

  @Test
  void whatAnswersNothingThatHasJustComeLeavesAtOnce() {
    some.writeInbound("a");
    endOfTheTurn();
    some.readOutbound();

    var _ = some.writeAndFlush("news");
    assertThat(some.<String>readOutbound()).isEqualTo("news");
    assertThat(atTheEnd).isEmpty();
  }

  @Test
  void whatWaitsIsSentBeforeAConnectionCloses() {
    some.writeInbound("a");
    var _ = some.close();

    assertThat(some.<String>readOutbound()).isEqualTo("a");
    endOfTheTurn();
  }
}

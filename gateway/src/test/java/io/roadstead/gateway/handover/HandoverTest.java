package io.roadstead.gateway.handover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is said when a port goes over, and what becomes of it when one of the two dies. */
@EnabledOnOs(OS.LINUX)
class HandoverTest {
  private static final Duration SOON = Duration.ofSeconds(5);
  private static final AtomicInteger PORTS = new AtomicInteger(40_000);

  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
  private final EventLoop loop = group.next();
  private final InetSocketAddress listen =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), PORTS.incrementAndGet());
  private final List<String> calls = new CopyOnWriteArrayList<>();
  private FileDescriptor[] pipe = {};
  private Giver giver = giver();

  @BeforeEach
  void start() throws IOException {
    pipe = FileDescriptor.pipe();
    assertThat(giver.start()).isTrue();
  }

  @AfterEach
  void stop() throws IOException {
    giver.close();
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    for (FileDescriptor end : pipe) {
      end.close();
    }
  }

  private Giver giver() {
    return new Giver(
        loop,
        "test",
        listen,
        new Giver.Port() {
          @Override
          public List<FileDescriptor> descriptors() {
            return List.of(pipe);
          }

          @Override
          public void pause() {
            calls.add("pause");
          }

          @Override
          public void resume() {
            calls.add("resume");
          }

          @Override
          public void release(String to) {
            calls.add("release");
          }

          @Override
          public void leave() {
            calls.add("leave");
          }
        });
  }

  private Taker taker(String platform) {
    return new Taker(loop, platform, listen);
  }

  /** One that is asked nothing itself. */
  private Giver nobody() {
    return new Giver(loop, "test", listen, port());
  }

  private static Giver.Port port() {
    return new Giver.Port() {
      @Override
      public List<FileDescriptor> descriptors() {
        return List.of();
      }

      @Override
      public void pause() {}

      @Override
      public void resume() {}

      @Override
      public void release(String to) {}

      @Override
      public void leave() {}
    };
  }

  private void untilCalls(String... expected) {
    Awaitility.await().untilAsserted(() -> assertThat(calls).containsExactly(expected));
  }

  @Test
  void theDescriptorsThatArriveAreTheSameOpenFiles() throws Exception {
    assertThat(taker("test").anybody()).isTrue();
    Taker.Offer offer = taker("test").ask(nobody()).orElseThrow();
    assertThat(offer.descriptors()).hasSize(2);
    ByteBuffer out = ByteBuffer.allocateDirect(1).put(0, (byte) 42);
    assertThat(pipe[1].write(out, 0, 1)).isEqualTo(1);
    ByteBuffer in = ByteBuffer.allocateDirect(1);
    assertThat(offer.descriptors().getFirst().read(in, 0, 1)).isEqualTo(1);
    assertThat(in.get(0)).isEqualTo((byte) 42);
    offer.descriptors().forEach(Conversation::close);

    offer.take(() -> calls.add("accept"));

    untilCalls("pause", "accept", "release", "leave");
    offer.close();
    assertThat(taker("test").ask(nobody())).isEmpty();
    assertThat(taker("test").anybody()).isFalse();
  }

  @Test
  void whoDoesNotKnowThePlatformFindsNobody() throws Exception {
    assertThat(taker("other").anybody()).isFalse();
    assertThat(taker("other").ask(nobody())).isEmpty();
  }

  /** Dies after so many of the things that it says. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void aTakerThatDiesLeavesThePortToTheGiver(int said) throws Exception {
    Conversation taker = connect();
    List<String> says = List.of("take 1 test", "send", "ready 1");
    for (int i = 0; i < said; i++) {
      if (i == 1) {
        assertThat(taker.hear(SOON)).startsWith("listeners 2 ");
        taker.expectDescriptors();
      } else if (i == 2) {
        taker.descriptors(2, SOON).forEach(Conversation::close);
      }
      taker.say(says.get(i));
    }
    if (said == 3) {
      taker.expect("yours", SOON);
    }
    taker.close();

    Taker.Offer next = taker("test").ask(nobody()).orElseThrow();
    if (said == 3) {
      untilCalls("pause", "resume");
    } else {
      assertThat(calls).isEmpty();
    }
    next.descriptors().forEach(Conversation::close);
    next.close();
  }

  private Conversation connect() {
    Conversation conversation = new Conversation();
    new Bootstrap()
        .group(loop)
        .channelFactory(EpollDomainSocketChannel::new)
        .handler(conversation)
        .connect(new Meeting("test", listen).place(0))
        .syncUninterruptibly();
    return conversation;
  }

  @Test
  void aTakerThatStandsStillLosesThePortAgainAndIsTold() throws Exception {
    Conversation taker = connect();
    taker.say("take 1 test");
    assertThat(taker.hear(SOON)).startsWith("listeners 2 ");
    taker.expectDescriptors();
    taker.say("send");
    taker.descriptors(2, SOON).forEach(Conversation::close);
    taker.say("ready 1");
    taker.expect("yours", SOON);
    assertThat(taker.hear(Giver.STEP.multipliedBy(2))).isEqualTo("resumed");
    assertThat(calls).containsExactly("pause", "resume");
  }

  @Test
  void aGiverThatTakesItsPortBackStopsTheTaker() throws Exception {
    Taker.Offer offer = scripted("listeners 0 7", "yours", "resumed");
    assertThatThrownBy(() -> offer.take(() -> calls.add("accept")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("took its port back");
    assertThat(calls).containsExactly("accept");
  }

  @Test
  void aGiverThatDiesAfterHandingOverLeavesTheTakerServing() throws Exception {
    Taker.Offer offer = scripted("listeners 0 7", "yours");
    offer.take(() -> calls.add("accept"));
    assertThat(calls).containsExactly("accept");
  }

  @Test
  void aGiverThatDiesBeforeLeavesNothingToTake() throws Exception {
    Taker.Offer offer = scripted("listeners 0 7");
    assertThatThrownBy(() -> offer.take(() -> calls.add("accept"))).isInstanceOf(IOException.class);
    assertThat(calls).isEmpty();
  }

  /** What a giver offers that answers line for line, and dies when it is asked for more. */
  private Taker.Offer scripted(String... answers) throws Exception {
    giver.close();
    BlockingQueue<String> script = new LinkedBlockingQueue<>(List.of(answers));
    new ServerBootstrap()
        .group(loop)
        .channelFactory(EpollServerDomainSocketChannel::new)
        .childHandler(
            new ChannelInitializer<EpollDomainSocketChannel>() {
              @Override
              protected void initChannel(EpollDomainSocketChannel channel) {
                Conversation conversation = new Conversation();
                channel.pipeline().addLast(conversation);
                Thread.startVirtualThread(() -> follow(script, conversation));
              }
            })
        .bind(new Meeting("test", listen).place(0))
        .syncUninterruptibly();
    Optional<Taker.Offer> offer = taker("test").ask(nobody());
    return offer.orElseThrow();
  }

  private static void follow(BlockingQueue<String> script, Conversation taker) {
    try (taker) {
      while (true) {
        String heard = taker.hear(SOON);
        String next = heard.equals("send") ? "" : script.poll();
        if (next == null) {
          return;
        }
        if (!next.isEmpty()) {
          taker.say(next);
        }
      }
    } catch (IOException | InterruptedException e) {
      // The taker has gone.
    }
  }
}

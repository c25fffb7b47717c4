package io.roadstead.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoRegistration;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.concurrent.ThreadAwareExecutor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SafeEpollTest {
  /** The reading end of a pipe, which counts its events. */
  @SuppressWarnings("try") // Its close declares what the interface of Netty does.
  private static final class End implements EpollIoHandle {
    final FileDescriptor[] pipe;
    final AtomicInteger events = new AtomicInteger();
    final AtomicInteger closed = new AtomicInteger();
    private final boolean fails;

    End(boolean fails) throws IOException {
      this.pipe = FileDescriptor.pipe();
      this.fails = fails;
    }

    void write() throws IOException {
      pipe[1].write(ByteBuffer.allocateDirect(1), 0, 1);
    }

    @Override
    public FileDescriptor fd() {
      return pipe[0];
    }

    @Override
    public void handle(IoRegistration registration, IoEvent event) {
      events.incrementAndGet();
      registration.submit(EpollIoOps.NONE);
      if (fails) {
        throw new IllegalStateException("on purpose");
      }
    }

    @Override
    public void close() throws IOException {
      closed.incrementAndGet();
      pipe[0].close();
      pipe[1].close();
    }
  }

  /** Waits for nothing, and then for bytes again; says how many events came. */
  private static int eventsAfterAPause(IoHandlerFactory loops, End end) throws IOException {
    assumeThat(Epoll.isAvailable()).isTrue();
    var group = new MultiThreadIoEventLoopGroup(1, loops);
    try {
      IoEventLoop loop = group.next();
      IoRegistration registration = loop.register(end).syncUninterruptibly().getNow();
      registration.submit(EpollIoOps.EPOLLIN);
      registration.submit(EpollIoOps.NONE);
      registration.submit(EpollIoOps.EPOLLIN);
      end.write();
      Harbour.await().until(() -> end.events.get() > 0);
      // The loop goes on, whatever the handle did.
      loop.submit(() -> {}).syncUninterruptibly();
      return end.events.get();
    } finally {
      group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }
  }

  @Test
  void whoWaitsForNothingForAMomentIsNotForgotten() throws IOException {
    End end = new End(false);
    assertThat(eventsAfterAPause(SafeEpoll.factory(), end)).isEqualTo(1);
  }

  @Test
  void nettyAloneForgetsIt() throws IOException {
    End end = new End(false);
    assertThatThrownBy(() -> eventsAfterAPause(EpollIoHandler.newFactory(), end))
        .as("Netty does it well by now: SafeEpoll may go")
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("No such file or directory");
  }

  @Test
  void whatFailsIsClosedAndTheLoopGoesOn() throws IOException {
    End end = new End(true);
    eventsAfterAPause(SafeEpoll.factory(), end);
    assertThat(end.closed.get()).isPositive();
  }

  @Test
  void aLoopThatEndsClosesWhatIsRegistered() throws Exception {
    assumeThat(Epoll.isAvailable()).isTrue();
    End end = new End(false);
    IoHandler handler = SafeEpoll.factory().newHandler(new ImmediateExecutor());
    handler.initialize();
    var _ = handler.register(end);
    handler.destroy();
    assertThat(end.closed).hasValue(1);
  }

  /** As if every thread were the loop's. */
  private static final class ImmediateExecutor implements ThreadAwareExecutor {
    @Override
    public boolean isExecutorThread(Thread thread) {
      return true;
    }

    @Override
    public void execute(Runnable command) {
      command.run();
    }
  }
}

package io.roadstead.gateway;

import io.netty.channel.IoEvent;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.concurrent.ThreadAwareExecutor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Netty's epoll loop, so that what goes wrong with one descriptor stays with it
 * (docs/decisions/0029-epoll-made-safe.md):
 *
 * <ul>
 *   <li>A connection that waits for nothing (its reading is off, and its peer has ended) stays
 *       registered. Netty takes it out and does not put it back: the next change fails with ENOENT,
 *       and the connection is cut with bytes unread.
 *   <li>An event of a descriptor that was closed in the same turn is not given to the connection
 *       that has its number by now.
 *   <li>A handle that throws is closed. Netty would end the turn, and the loop sleeps a second.
 *   <li>A loop that ends closes what is registered with it.
 * </ul>
 *
 * <p>Confined to its loop, but for {@link #wakeup}.
 */
final class SafeEpoll implements IoHandler {
  private static final Logger log = LoggerFactory.getLogger(SafeEpoll.class);

  private final IoHandler epoll;

  /** Whether events are being handed out, and in which turn. */
  private boolean inTurn;

  private long turn;

  private SafeEpoll(IoHandler epoll) {
    this.epoll = epoll;
  }

  static IoHandlerFactory factory() {
    IoHandlerFactory plain = EpollIoHandler.newFactory();
    return (ThreadAwareExecutor executor) -> new SafeEpoll(plain.newHandler(executor));
  }

  @Override
  public void initialize() {
    epoll.initialize();
  }

  @Override
  public int run(IoHandlerContext context) {
    turn++;
    inTurn = true;
    try {
      return epoll.run(context);
    } finally {
      inTurn = false;
    }
  }

  @Override
  public IoRegistration register(IoHandle handle) throws Exception {
    Guarded guarded = new Guarded((EpollIoHandle) handle, inTurn ? turn : 0);
    guarded.registration = epoll.register(guarded);
    return guarded;
  }

  @Override
  public void prepareToDestroy() {
    epoll.prepareToDestroy();
  }

  @Override
  public void destroy() {
    // The loop has done this already, unless it was told to end between its look whether it is to
    // end and its end. What is registered then would stay open, and be read by nobody.
    epoll.prepareToDestroy();
    epoll.destroy();
  }

  @Override
  public void wakeup() {
    epoll.wakeup();
  }

  @Override
  public boolean isCompatible(Class<? extends IoHandle> type) {
    return epoll.isCompatible(type);
  }

  /** A handle and its registration. */
  @SuppressWarnings({"try", "TypeParameterUnusedInFormals"}) // As the interfaces of Netty are.
  private final class Guarded implements EpollIoHandle, IoRegistration {
    private final EpollIoHandle handle;

    /** In which turn it came: what that turn still hands out is not for it. */
    private final long bornIn;

    private @Nullable IoRegistration registration;
    private boolean added;

    Guarded(EpollIoHandle handle, long bornIn) {
      this.handle = handle;
      this.bornIn = bornIn;
    }

    @Override
    public FileDescriptor fd() {
      return handle.fd();
    }

    @Override
    public void registered() {
      handle.registered();
    }

    @Override
    public void unregistered() {
      handle.unregistered();
    }

    @Override
    public void close() throws Exception {
      handle.close();
    }

    @Override
    public void handle(IoRegistration by, IoEvent event) {
      if (inTurn && bornIn == turn) {
        // What is true of this descriptor is told again in the next turn.
        return;
      }
      try {
        handle.handle(this, event);
      } catch (RuntimeException e) {
        log.error("descriptor {} is closed after an unexpected failure", fd().intValue(), e);
        closeQuietly();
      }
    }

    private void closeQuietly() {
      try {
        handle.close();
      } catch (Exception e) {
        log.error("descriptor {} could not be closed", fd().intValue(), e);
      }
    }

    @Override
    public <T> T attachment() {
      return registration().attachment();
    }

    @Override
    public long submit(IoOps ops) {
      boolean nothing = ops.equals(EpollIoOps.NONE);
      // Edge-triggered and with no event of its own it stays, and does not wake the loop for ever.
      long result = registration().submit(nothing && added ? EpollIoOps.EPOLLET : ops);
      added |= !nothing && result >= 0;
      return result;
    }

    @Override
    public boolean isValid() {
      return registration().isValid();
    }

    @Override
    public boolean cancel() {
      return registration().cancel();
    }

    private IoRegistration registration() {
      IoRegistration own = registration;
      if (own == null) {
        throw new IllegalStateException("descriptor " + fd().intValue() + " is not registered yet");
      }
      return own;
    }
  }
}

package io.roadstead.gateway.handover;

import static java.util.Objects.requireNonNull;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.unix.DomainSocketReadMode;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One side of a talk between two gateways: lines, and descriptors. An event loop moves the bytes;
 * one other thread speaks and listens, each time with a limit.
 *
 * <p>Whoever is to receive descriptors says so before the other sends the first: bytes and
 * descriptors are read in different ways, and what is read in the wrong way is lost.
 */
final class Conversation extends ChannelInboundHandlerAdapter implements AutoCloseable {
  private static final int MAX_LINE = 256;
  private static final int MAX_WAITING = 1024;
  private static final long SAY_MILLIS = 5_000;

  private sealed interface Item {
    record Line(String text) implements Item {}

    record Descriptor(FileDescriptor descriptor) implements Item {}

    record End() implements Item {}
  }

  private final BlockingQueue<Item> items = new LinkedBlockingQueue<>(MAX_WAITING);
  private final StringBuilder line = new StringBuilder();
  private volatile @Nullable EpollDomainSocketChannel channel;
  private volatile boolean closed;
  private volatile boolean ended;

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    channel = (EpollDomainSocketChannel) context.channel();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (message instanceof FileDescriptor descriptor) {
      offer(new Item.Descriptor(descriptor));
      return;
    }
    ByteBuf in = (ByteBuf) message;
    try {
      while (in.isReadable()) {
        char c = (char) (in.readByte() & 0x7f);
        if (c == '\n') {
          offer(new Item.Line(line.toString()));
          line.setLength(0);
        } else if (line.length() < MAX_LINE) {
          line.append(c);
        } else {
          var _ = context.close();
          return;
        }
      }
    } finally {
      in.release();
    }
  }

  private void offer(Item item) {
    if (closed || !items.offer(item)) {
      release(item);
      close();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    ended = true;
    boolean _ = items.offer(new Item.End());
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    var _ = context.close();
  }

  /** The user of the other side's process, as the kernel knows it. */
  int user() throws IOException {
    return open().peerCredentials().uid();
  }

  /** Whether the other side is not there any more. */
  boolean ended() {
    return ended;
  }

  void say(String text) throws IOException, InterruptedException {
    ByteBuf bytes = Unpooled.buffer(text.length() + 1);
    ByteBufUtil.writeAscii(bytes, text + "\n");
    done(open().writeAndFlush(bytes), text);
  }

  /**
   * The next line.
   *
   * @throws IOException where the other side has gone, or says nothing within {@code limit}
   */
  String hear(Duration limit) throws IOException, InterruptedException {
    if (next(limit) instanceof Item.Line(var text)) {
      return text;
    }
    throw new IOException("a descriptor came that nobody asked for");
  }

  void expect(String text, Duration limit) throws IOException, InterruptedException {
    String heard = hear(limit);
    if (!heard.equals(text)) {
      throw new IOException("heard '" + heard + "' instead of '" + text + "'");
    }
  }

  /** From here on descriptors are read, no bytes. */
  void expectDescriptors() throws IOException {
    open().config().setReadMode(DomainSocketReadMode.FILE_DESCRIPTORS);
  }

  /** So many descriptors, which are the caller's then; after them bytes are read again. */
  List<FileDescriptor> descriptors(int count, Duration limit)
      throws IOException, InterruptedException {
    List<FileDescriptor> all = new ArrayList<>();
    boolean whole = false;
    try {
      while (all.size() < count) {
        if (!(next(limit) instanceof Item.Descriptor(var descriptor))) {
          throw new IOException("a line came instead of a descriptor");
        }
        all.add(descriptor);
      }
      open().config().setReadMode(DomainSocketReadMode.BYTES);
      whole = true;
      return all;
    } finally {
      if (!whole) {
        all.forEach(Conversation::close);
      }
    }
  }

  /** Gives the other side a copy of each. */
  void send(List<FileDescriptor> descriptors) throws IOException, InterruptedException {
    for (FileDescriptor descriptor : descriptors) {
      done(open().writeAndFlush(descriptor), "a descriptor");
    }
  }

  private Item next(Duration limit) throws IOException, InterruptedException {
    Item item = items.poll(limit.toMillis(), TimeUnit.MILLISECONDS);
    return switch (item) {
      case null ->
          throw new IOException("the other gateway was silent for " + limit.toMillis() + " ms");
      case Item.End _ -> {
        boolean _ = items.offer(item);
        throw new IOException("the other gateway has ended the talk");
      }
      default -> item;
    };
  }

  private static void done(ChannelFuture future, String what)
      throws IOException, InterruptedException {
    if (!future.await(SAY_MILLIS, TimeUnit.MILLISECONDS) || !future.isSuccess()) {
      Throwable cause = future.cause();
      throw new IOException(
          "could not send '" + what + "': " + (cause == null ? "it is not taken" : cause), cause);
    }
  }

  private EpollDomainSocketChannel open() {
    return requireNonNull(channel, "not connected");
  }

  private static void release(Item item) {
    if (item instanceof Item.Descriptor(var descriptor)) {
      close(descriptor);
    }
  }

  static void close(FileDescriptor descriptor) {
    try {
      descriptor.close();
    } catch (IOException e) {
      // It was a copy, of which nothing is left to save.
    }
  }

  @Override
  public void close() {
    closed = true;
    EpollDomainSocketChannel open = channel;
    if (open != null) {
      var _ = open.close();
    }
    // Descriptors may have come that nobody asks for any more.
    for (Item item = items.poll(); item != null; item = items.poll()) {
      release(item);
    }
    boolean _ = items.offer(new Item.End());
  }
}

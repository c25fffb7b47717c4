package io.roadstead.gateway;

import static java.util.Objects.requireNonNull;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.UnixChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The sockets at which a gateway listens: one for each loop where the transport shares ports, so
 * that a connection is served by the loop that accepted it; more where it took them over from a
 * gateway with more loops, for a socket that another has opened is never closed while connections
 * may wait in it.
 *
 * <p>Called by one thread at a time.
 */
final class Listeners {
  private static final int BACKLOG = 1024;
  private static final long STEP_MILLIS = 5_000;

  private final GatewayConfig config;
  private final Transport transport;
  private final EventLoopGroup loops;
  private final List<Worker> workers;
  private final List<Channel> channels = new ArrayList<>();
  private volatile @Nullable InetSocketAddress address;

  Listeners(GatewayConfig config, Transport transport, EventLoopGroup loops, List<Worker> workers) {
    this.config = config;
    this.transport = transport;
    this.loops = loops;
    this.workers = workers;
  }

  /**
   * Opens what is missing to one socket for each loop.
   *
   * @throws BindFailed where the port cannot be had
   */
  void open() {
    int count = transport.sharesPorts() ? workers.size() : 1;
    while (channels.size() < count) {
      InetSocketAddress known = address;
      InetSocketAddress at = known == null ? config.listen() : known;
      ServerBootstrap bootstrap = bootstrap(channels.size(), transport.listeners());
      bootstrap.option(transport.reusePort(), true);
      ChannelFuture bound =
          bootstrap.option(ChannelOption.SO_REUSEADDR, true).bind(at).awaitUninterruptibly();
      if (!bound.isSuccess()) {
        throw PortProbe.taken(at, config.port(), requireNonNull(bound.cause()));
      }
      add(bound.channel());
    }
  }

  /**
   * Makes sockets of another gateway its own; no connection is accepted there yet.
   *
   * @throws IOException where they are of no use
   */
  List<Channel> adopt(List<FileDescriptor> descriptors) throws IOException {
    List<Channel> adopted = new ArrayList<>();
    @Nullable Throwable failure = null;
    for (FileDescriptor descriptor : descriptors) {
      ChannelFuture registered =
          bootstrap(
                  channels.size() + adopted.size(),
                  () -> new EpollServerSocketChannel(descriptor.intValue()))
              .option(ChannelOption.AUTO_READ, false)
              .register()
              .awaitUninterruptibly();
      if (registered.isSuccess()) {
        adopted.add(registered.channel());
      } else {
        failure = registered.cause();
      }
    }
    if (failure != null || adopted.isEmpty()) {
      closeAll(adopted);
      throw new IOException("its sockets cannot be used", failure);
    }
    return adopted;
  }

  /** Accepts at sockets that were adopted. */
  void accept(List<Channel> adopted) {
    adopted.forEach(this::add);
    reading(adopted, true);
  }

  private void add(Channel channel) {
    channels.add(channel);
    if (address == null) {
      address = (InetSocketAddress) channel.localAddress();
    }
  }

  /** Undoes {@link #adopt}, and {@link #accept} where that was called. */
  void disown(List<Channel> adopted) {
    channels.removeAll(adopted);
    closeAll(adopted);
  }

  private ServerBootstrap bootstrap(int index, ChannelFactory<? extends ServerChannel> factory) {
    EventLoop loop = workers.get(index % workers.size()).loop();
    return new ServerBootstrap()
        .group(loop, transport.sharesPorts() ? loop : loops)
        .channelFactory(factory)
        .option(ChannelOption.SO_BACKLOG, BACKLOG)
        .childOption(ChannelOption.TCP_NODELAY, true)
        .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, Worker.waterMark(config.limits()))
        .childOption(ChannelOption.RECVBUF_ALLOCATOR, new ReadSizes(workers.getFirst().budget()))
        .childHandler(new NewClient());
  }

  /** Gives each new connection the one handler that it has. */
  private final class NewClient extends ChannelInitializer<SocketChannel> {
    @Override
    @SuppressWarnings("ReferenceEquality") // Loops are what they are, not what they hold.
    protected void initChannel(SocketChannel channel) {
      for (Worker worker : workers) {
        if (worker.loop() == channel.eventLoop()) {
          channel.pipeline().addLast(new ClientConnection(worker));
          return;
        }
      }
    }
  }

  boolean none() {
    return channels.isEmpty();
  }

  /** Where it listens, with the port that it got. */
  InetSocketAddress address() {
    InetSocketAddress known = address;
    if (known == null) {
      throw new IllegalStateException("the gateway has not been started");
    }
    return known;
  }

  /** The port, or 0 before there is one. */
  int port() {
    InetSocketAddress known = address;
    return known == null ? 0 : known.getPort();
  }

  List<FileDescriptor> descriptors() {
    return channels.stream().map(channel -> ((UnixChannel) channel).fd()).toList();
  }

  /** When this returns no loop accepts a connection any more; what comes waits in the sockets. */
  void pause() {
    reading(channels, false);
  }

  void resume() {
    reading(channels, true);
  }

  private static void reading(List<Channel> channels, boolean wanted) {
    List<? extends io.netty.util.concurrent.Future<?>> done =
        channels.stream()
            .map(channel -> channel.eventLoop().submit(() -> channel.config().setAutoRead(wanted)))
            .toList();
    done.forEach(each -> each.awaitUninterruptibly(STEP_MILLIS, TimeUnit.MILLISECONDS));
  }

  void close() {
    closeAll(channels);
  }

  private static void closeAll(List<Channel> channels) {
    channels.forEach(channel -> channel.close().awaitUninterruptibly());
  }
}

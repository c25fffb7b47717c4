package io.roadstead.gateway;

import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.StandardSocketOptions;

/**
 * How bytes are moved: epoll where the machine has it, NIO elsewhere.
 *
 * @param sharesPorts whether each loop can have a listener of its own on one port, and a listener
 *     can be handed to another process
 * @param reusePort lets several sockets listen at one port
 */
record Transport(
    IoHandlerFactory loops,
    ChannelFactory<? extends ServerChannel> listeners,
    ChannelFactory<? extends SocketChannel> channels,
    boolean sharesPorts,
    ChannelOption<Boolean> reusePort) {
  static Transport best() {
    return Epoll.isAvailable()
        ? new Transport(
            SafeEpoll.factory(),
            EpollServerSocketChannel::new,
            EpollSocketChannel::new,
            true,
            EpollChannelOption.SO_REUSEPORT)
        : nio();
  }

  static Transport nio() {
    return new Transport(
        NioIoHandler.newFactory(),
        NioServerSocketChannel::new,
        NioSocketChannel::new,
        false,
        NioChannelOption.of(StandardSocketOptions.SO_REUSEPORT));
  }
}

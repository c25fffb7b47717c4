package io.roadstead.gateway;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at a port before it is taken. Listeners that share a port are not refused by the operating
 * system, so without this a gateway would quietly take half of another's connections.
 */
final class PortProbe {
  private static final Logger log = LoggerFactory.getLogger(PortProbe.class);
  private static final int TIMEOUT_MILLIS = 1000;

  private PortProbe() {}

  /**
   * @throws BindFailed where something listens on the port that this gateway may not join
   */
  static void check(GatewayConfig config) {
    InetSocketAddress listen = config.listen();
    if (listen.isUnresolved()) {
      throw new BindFailed(
          "the gateway cannot listen on " + name(listen) + ": the host is not known", null);
    }
    if (listen.getPort() == 0) {
      return;
    }
    try (ServerSocket probe = new ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(listen);
    } catch (IOException e) {
      if (config.port() == PortUse.ALONE || !samePlatform(listen, config.platform())) {
        throw taken(listen, config.port(), e);
      }
      if (config.port() == PortUse.TAKE_OVER) {
        log.warn(
            "the gateway at {} cannot hand its port over (that takes epoll, the same user and the"
                + " same machine on both sides): the port is shared with it",
            name(listen));
      }
    }
  }

  /** Never listens, so nobody can connect to what is gone in a moment. */
  static boolean isFree(InetSocketAddress address) {
    if (address.isUnresolved()) {
      return false;
    }
    try (Socket probe = new Socket()) {
      probe.setReuseAddress(true);
      probe.bind(address);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  static BindFailed taken(InetSocketAddress listen, PortUse use, Throwable cause) {
    return new BindFailed(
        "the gateway cannot listen on "
            + name(listen)
            + " ("
            + cause.getMessage()
            + "): "
            + (use != PortUse.ALONE ? "no gateway of this platform listens there; " : "")
            + "stop what uses the port, or choose another, such as "
            + listen.getHostString()
            + ":"
            + (listen.getPort() < 65535 ? listen.getPort() + 1 : 8080),
        cause);
  }

  private static String name(InetSocketAddress listen) {
    return listen.getHostString() + ":" + listen.getPort();
  }

  /** Whether a gateway of the platform answers there. */
  static boolean samePlatform(InetSocketAddress listen, String platform) {
    InetSocketAddress there =
        listen.getAddress().isAnyLocalAddress()
            ? new InetSocketAddress(InetAddress.getLoopbackAddress(), listen.getPort())
            : listen;
    try (Socket socket = new Socket()) {
      socket.connect(there, TIMEOUT_MILLIS);
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket
          .getOutputStream()
          .write(
              ("GET /.well-known/roadstead HTTP/1.1\r\nHost: "
                      + name(listen)
                      + "\r\nConnection: close\r\n\r\n")
                  .getBytes(StandardCharsets.ISO_8859_1));
      byte[] answer = socket.getInputStream().readNBytes(4096);
      return new String(answer, StandardCharsets.ISO_8859_1)
          .contains("\"platform\":\"" + platform + "\"");
    } catch (IOException e) {
      return false;
    }
  }
}

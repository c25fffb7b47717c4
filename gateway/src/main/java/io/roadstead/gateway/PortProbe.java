package io.roadstead.gateway;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * Looks at a port before it is taken. Listeners that share a port are not refused by the operating
 * system, so without this a gateway would quietly take half of another's connections.
 */
final class PortProbe {
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
      if (!config.shared() || !samePlatform(config)) {
        throw taken(listen, config.shared(), e);
      }
    }
  }

  static BindFailed taken(InetSocketAddress listen, boolean shared, Throwable cause) {
    return new BindFailed(
        "the gateway cannot listen on "
            + name(listen)
            + " ("
            + cause.getMessage()
            + "): "
            + (shared ? "no gateway of this platform listens there; " : "")
            + "stop what uses the port, or choose another, such as "
            + listen.getHostString()
            + ":"
            + (listen.getPort() < 65535 ? listen.getPort() + 1 : 8080),
        cause);
  }

  private static String name(InetSocketAddress listen) {
    return listen.getHostString() + ":" + listen.getPort();
  }

  private static boolean samePlatform(GatewayConfig config) {
    InetSocketAddress listen = config.listen();
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
          .contains("\"platform\":\"" + config.platform() + "\"");
    } catch (IOException e) {
      return false;
    }
  }
}

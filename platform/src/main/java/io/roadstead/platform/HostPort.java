package io.roadstead.platform;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/**
 * An address to listen at, or to be found at.
 *
 * @param host a name or an IP address, IPv6 without brackets
 * @param port 0 (any free one, where it is to listen) to 65535
 */
public record HostPort(String host, int port) {
  /** Reads {@code host:port}, {@code [v6]:port}, {@code :port} or {@code port}. */
  public static HostPort parse(String text) {
    int colon = text.lastIndexOf(':');
    String host = colon < 0 ? "" : text.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    } else if (host.indexOf(':') >= 0) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is not HOST:PORT: write an IPv6 address in brackets, as [::1]:8080");
    }
    try {
      int port = Integer.parseInt(text.substring(colon + 1));
      if (port >= 0 && port <= 65535) {
        return new HostPort(host.isEmpty() ? "127.0.0.1" : host, port);
      }
    } catch (NumberFormatException e) {
      // Falls through to the one message that covers both.
    }
    throw new IllegalArgumentException(
        "\"" + text + "\" is not HOST:PORT with a port of 0 to 65535: write it as 127.0.0.1:8080");
  }

  /** Whether only this machine can reach it. */
  public boolean loopback() {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }

  public InetSocketAddress socketAddress() {
    return new InetSocketAddress(host, port);
  }

  @Override
  public String toString() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}

package io.roadstead.gateway.handover;

import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Where gateways of one platform that listen at one address find each other: Unix sockets of
 * Linux's abstract namespace, whose names follow from platform and address. Such a socket belongs
 * to the same network namespace as the port, ends with its process, and is no file, so there is
 * nothing to agree on and nothing to clean up. Anybody on the machine can connect to one: each side
 * asks the kernel for the other's user.
 *
 * <p>Several gateways may stand at one address, so there are several places, taken in order.
 */
record Meeting(String platform, InetSocketAddress listen) {
  static final int PLACES = 16;

  private static final int DIGEST_CHARS = 24;

  DomainSocketAddress place(int number) {
    String about = platform + "|" + listen.getAddress().getHostAddress() + "|" + listen.getPort();
    return new DomainSocketAddress(
        "\0roadstead-gateway-" + listen.getPort() + "-" + digest(about) + "-" + number);
  }

  /** Whether this is a user whose gateways may be given what this process has. */
  static boolean trusts(int user) {
    return user == 0 || user == own();
  }

  private static int own() {
    try {
      return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    } catch (IOException e) {
      return -1;
    }
  }

  private static String digest(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest).substring(0, DIGEST_CHARS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}

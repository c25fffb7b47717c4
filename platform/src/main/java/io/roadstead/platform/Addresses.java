package io.roadstead.platform;

/** Where instances on this machine reach the platform; known once its ports are bound. */
final class Addresses {
  private volatile String controlUrl = "";
  private volatile String gatewayUrl = "";
  private volatile int controlPort;
  private volatile int gatewayPort;

  void control(HostPort listen, int port) {
    controlPort = port;
    controlUrl = url(listen, port);
  }

  void gateway(HostPort listen, int port) {
    gatewayPort = port;
    gatewayUrl = url(listen, port);
  }

  /** Whether the platform itself listens there. */
  boolean isOwnPort(int port) {
    return port != 0 && (port == controlPort || port == gatewayPort);
  }

  String controlUrl() {
    return controlUrl;
  }

  String gatewayUrl() {
    return gatewayUrl;
  }

  /** What listens on all addresses is reached by loopback. */
  private static String url(HostPort listen, int port) {
    boolean all = listen.socketAddress().getAddress().isAnyLocalAddress();
    return "http://" + new HostPort(all ? "127.0.0.1" : listen.host(), port);
  }
}

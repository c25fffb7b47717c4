package io.roadstead.it.outside;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;

/**
 * A service that knows nothing of ending in order: it takes 50 ms for a request, and at SIGTERM it
 * is gone with all that it had begun. Whoever stops it too early fails requests.
 */
final class CarelessService {
  private static final long WORK_NANOS = 50_000_000;

  private CarelessService() {}

  public static void main(String[] args) throws IOException {
    int port = Integer.parseInt(System.getenv("PORT"));
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            exchange.getRequestBody().readAllBytes();
            LockSupport.parkNanos(WORK_NANOS);
            exchange.sendResponseHeaders(200, -1);
          }
        });
    server.start();
  }
}

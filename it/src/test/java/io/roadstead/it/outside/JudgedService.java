package io.roadstead.it.outside;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * A service that takes some 50 ms for a request and answers with its version, as good or bad as its
 * environment says: {@code ERRORS} is a share of 500s, {@code SLOWER} a factor of the time, {@code
 * LEAK} what each request adds to that factor for all that follow.
 */
final class JudgedService {
  private static final double USUAL_NANOS = 40e6;
  private static final double SPREAD_NANOS = 10e6;

  private JudgedService() {}

  public static void main(String[] args) throws IOException {
    String version = System.getenv("ROADSTEAD_VERSION");
    double errors = number("ERRORS", 0);
    double slower = number("SLOWER", 1);
    double leak = number("LEAK", 0);
    Random random = new Random(version.hashCode());
    AtomicLong served = new AtomicLong();
    HttpServer server =
        HttpServer.create(
            new InetSocketAddress(
                InetAddress.getLoopbackAddress(), Integer.parseInt(System.getenv("PORT"))),
            256);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/health", exchange -> exchange.sendResponseHeaders(200, -1));
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            exchange.getRequestBody().readAllBytes();
            double factor = slower + leak * served.getAndIncrement();
            double nanos = USUAL_NANOS - SPREAD_NANOS * Math.log(1 - random.nextDouble());
            LockSupport.parkNanos((long) (factor * nanos));
            byte[] body = version.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(random.nextDouble() < errors ? 500 : 200, body.length);
            exchange.getResponseBody().write(body);
          }
        });
    server.start();
  }

  private static double number(String name, double otherwise) {
    String text = System.getenv(name);
    return text == null ? otherwise : Double.parseDouble(text);
  }
}

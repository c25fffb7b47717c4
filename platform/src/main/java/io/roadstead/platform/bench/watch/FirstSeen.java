package io.roadstead.platform.bench.watch;

import io.roadstead.platform.Refused;
import io.roadstead.platform.bench.watch.WatchFigures.Times;
import io.roadstead.platform.load.LoadConnection;
import io.roadstead.registry.Ticker;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * Registers services that are not there yet, and looks how soon the gateway sends them a request,
 * and whether the first Eureka fetch after the answer has them. For one thread.
 */
final class FirstSeen {
  private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long LONGEST_MICROS = 60_000_000;
  private static final int WARM_UP = 50;

  private final BenchedPlatform platform;
  private final Ticker ticker;

  /**
   * @param missed Eureka fetches in which an instance was not that had been registered before
   */
  record Figures(Times firstRouted, int missed) {}

  FirstSeen(BenchedPlatform platform, Ticker ticker) {
    this.platform = platform;
    this.ticker = ticker;
  }

  Figures measure(int trials) throws IOException {
    Histogram micros = new Histogram(LONGEST_MICROS, 3);
    int missed = 0;
    try (ServerSocket upstream = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        LoadConnection control = open(platform.control());
        LoadConnection gateway = open(platform.gateway())) {
      Thread.ofPlatform().daemon().name("bench-upstream").start(() -> serve(upstream));
      for (int i = -WARM_UP; i < trials; i++) {
        String service = "first-" + (i + WARM_UP);
        long taken = untilRouted(control, gateway, service, upstream.getLocalPort());
        boolean fetched = fetched(control, service);
        if (i >= 0) {
          micros.recordValue(Math.min(LONGEST_MICROS, taken / 1_000));
          missed += fetched ? 0 : 1;
        }
      }
    }
    return new Figures(Times.of(micros), missed);
  }

  private long untilRouted(LoadConnection control, LoadConnection gateway, String service, int port)
      throws IOException {
    String path = "/api/v1/registry/" + service + "/" + service + "-1";
    byte[] register =
        platform.request("PUT", path, "{\"host\":\"127.0.0.1\",\"port\":" + port + "}");
    byte[] get =
        ("GET /" + service + "/ HTTP/1.1\r\nHost: bench\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII);
    long began = ticker.nanos();
    expect(control, register, 201);
    while (gateway.exchange(get, began + LIMIT_NANOS).status() != 200) {
      // not routed yet
    }
    long taken = ticker.nanos() - began;
    expect(control, platform.request("DELETE", path, ""), 204);
    return taken;
  }

  private boolean fetched(LoadConnection control, String service) throws IOException {
    String app = service.replace("first", "FETCHED");
    String id = app + ":1";
    String instance =
        "{\"instance\":{\"instanceId\":\""
            + id
            + "\",\"app\":\""
            + app
            + "\",\"hostName\":\"127.0.0.1\",\"ipAddr\":\"127.0.0.1\",\"status\":\"UP\","
            + "\"port\":{\"$\":9,\"@enabled\":\"true\"},"
            + "\"securePort\":{\"$\":443,\"@enabled\":\"false\"},"
            + "\"dataCenterInfo\":{\"@class\":"
            + "\"com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo\",\"name\":\"MyOwn\"},"
            + "\"leaseInfo\":{\"durationInSecs\":90}}}";
    expect(control, platform.request("POST", "/eureka/apps/" + app, instance), 204);
    boolean there =
        get(control, "/eureka/apps").contains(id)
            && get(control, "/eureka/apps/delta").contains(id);
    expect(control, platform.request("DELETE", "/eureka/apps/" + app + "/" + id, ""), 200);
    return there;
  }

  private String get(LoadConnection control, String path) throws IOException {
    return control.exchange(platform.request("GET", path, ""), ticker.nanos() + LIMIT_NANOS).body();
  }

  private void expect(LoadConnection control, byte[] request, int status) throws IOException {
    LoadConnection.Reply reply = control.exchange(request, ticker.nanos() + LIMIT_NANOS);
    if (reply.status() != status) {
      throw Refused.because("a request was answered with " + reply.status() + ": " + reply.body());
    }
  }

  private LoadConnection open(InetSocketAddress address) throws IOException {
    return LoadConnection.open(ticker, address, ticker.nanos() + LIMIT_NANOS);
  }

  private static void serve(ServerSocket upstream) {
    while (!upstream.isClosed()) {
      try {
        Socket connection = upstream.accept();
        Thread.ofVirtual().name("bench-upstream-", 0).start(() -> answer(connection));
      } catch (IOException _) {
        return; // it is closed: the end
      }
    }
  }

  private static void answer(Socket connection) {
    byte[] answer =
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".getBytes(StandardCharsets.US_ASCII);
    try (connection;
        InputStream in = new BufferedInputStream(connection.getInputStream())) {
      connection.setTcpNoDelay(true);
      int newlines = 0;
      for (int next = in.read(); next >= 0; next = in.read()) {
        newlines = next == '\n' ? newlines + 1 : next == '\r' ? newlines : 0;
        if (newlines == 2) {
          connection.getOutputStream().write(answer);
          newlines = 0;
        }
      }
    } catch (IOException _) {
      // the gateway has closed it
    }
  }
}

package io.roadstead.runtime.process;

import io.roadstead.registry.Ticker;
import io.roadstead.registry.liveness.StatusRequest;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;

/** Asks one instance once: a connection and, where a path is given, one GET over it. */
final class Probe {
  private final Ticker ticker;
  private final StatusRequest get;

  Probe(Ticker ticker) {
    this.ticker = ticker;
    this.get = new StatusRequest(ticker, "roadstead-probe");
  }

  /**
   * What was seen.
   *
   * @param status of the HTTP answer; 0 where there was none
   * @param problem for a sentence, "" where it is healthy
   */
  record Seen(int status, String problem) {
    /** It is there: it accepted the connection, or what it answered does not matter. */
    static final Seen THERE = new Seen(0, "");

    boolean healthy() {
      return problem.isEmpty();
    }
  }

  /** Connects, and no more. */
  Seen connect(String host, int port, Duration timeout) {
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(host, port), millis(timeout));
      return Seen.THERE;
    } catch (ConnectException _) {
      return refused(port);
    } catch (SocketTimeoutException _) {
      return new Seen(0, "no connection to port " + port + " within " + millis(timeout) + " ms");
    } catch (IOException e) {
      return new Seen(0, "connecting to port " + port + " failed: " + e.getMessage());
    }
  }

  /** Sends a GET and reads the status of the answer. */
  Seen get(String host, int port, String path, Duration timeout) {
    long deadline = ticker.nanos() + timeout.toNanos();
    String request = "GET " + path;
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(host, port), millis(timeout));
      int code = get.ask(socket, host, port, path, deadline);
      if (code == 0) {
        return new Seen(0, request + " on port " + port + " was not answered in HTTP");
      }
      boolean good = code >= 200 && code < 400;
      return new Seen(code, good ? "" : request + " answered " + code);
    } catch (ConnectException _) {
      return refused(port);
    } catch (SocketTimeoutException _) {
      return new Seen(0, "no answer to " + request + " within " + timeout.toMillis() + " ms");
    } catch (IOException e) {
      return new Seen(0, request + " on port " + port + " failed: " + e.getMessage());
    }
  }

  private static Seen refused(int port) {
    return new Seen(0, "connection refused on port " + port);
  }

  private static int millis(Duration timeout) {
    return Math.clamp(timeout.toMillis(), 1, Integer.MAX_VALUE);
  }
}

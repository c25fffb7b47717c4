package io.roadstead.example.web;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A small HTTP/1.1 server: one thread per connection, kept alive, on loopback.
 *
 * <p>It ends in order. {@link #close} accepts no further connection, answers every request that has
 * come, each with {@code Connection: close}, and returns when none has been in progress for a
 * moment: a request that was under way when the port closed is then through too.
 *
 * <p>The threads are the platform's and not virtual, because those have a poller that waits in
 * native code, for which a JVM holds up its exit by 300 ms. A gateway opens few connections.
 *
 * <p>Safe for use by several threads; one lock guards the count of requests in progress.
 */
public final class WebServer implements AutoCloseable {
  /** Answers a request; what it throws is answered with 500. */
  public interface Handler {
    Answer answer(Request request) throws IOException;
  }

  private static final int MAX_HEAD_BYTES = 16 * 1024;
  private static final int MAX_BODY_BYTES = 1024 * 1024;
  private static final int BACKLOG = 512;
  private static final long QUIET_MILLIS = 50;
  private static final long LONGEST_STOP_MILLIS = 25_000;

  private final int requestedPort;
  private final Handler handler;
  private final Load load = new Load();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private int inProgress;
  private long begun;
  private volatile boolean stopping;
  private @Nullable ServerSocket listener;
  private final Set<Socket> connections = ConcurrentHashMap.newKeySet();

  /**
   * @param port 0 for any that is free
   */
  public WebServer(int port, Handler handler) {
    this.requestedPort = port;
    this.handler = handler;
  }

  public void start() throws IOException {
    ServerSocket socket = new ServerSocket();
    socket.setReuseAddress(true);
    socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), requestedPort), BACKLOG);
    listener = socket;
  }

  public int port() {
    return started().getLocalPort();
  }

  /** Accepts connections until it is closed. */
  public void serve() {
    ServerSocket socket = started();
    while (!stopping) {
      try {
        Socket connection = socket.accept();
        connections.add(connection);
        Thread.ofPlatform().daemon().name("connection").start(() -> converse(connection));
      } catch (IOException e) {
        if (!stopping) {
          System.err.println("cannot accept a connection: " + e.getMessage());
        }
      }
    }
  }

  @Override
  public void close() {
    stopping = true;
    try {
      started().close();
    } catch (IOException e) {
      System.err.println("cannot close the port: " + e.getMessage());
    }
    awaitQuiet();
    connections.forEach(WebServer::closeConnection);
  }

  private static void closeConnection(Socket connection) {
    try {
      connection.close();
    } catch (IOException _) {
      // It is being closed; how it ends is of no interest any more.
    }
  }

  private void awaitQuiet() {
    lock.lock();
    try {
      long leftNanos = TimeUnit.MILLISECONDS.toNanos(LONGEST_STOP_MILLIS);
      while (leftNanos > 0) {
        if (inProgress > 0) {
          leftNanos = changed.awaitNanos(leftNanos);
          continue;
        }
        long seen = begun;
        long quietNanos = TimeUnit.MILLISECONDS.toNanos(QUIET_MILLIS);
        while (quietNanos > 0 && begun == seen) {
          quietNanos = changed.awaitNanos(quietNanos);
        }
        if (begun == seen) {
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  private ServerSocket started() {
    ServerSocket socket = listener;
    if (socket == null) {
      throw new IllegalStateException("the server has not been started");
    }
    return socket;
  }

  private void converse(Socket connection) {
    try (connection) {
      connection.setTcpNoDelay(true);
      InputStream in = new BufferedInputStream(connection.getInputStream(), 4096);
      OutputStream out = connection.getOutputStream();
      boolean again = true;
      while (again) {
        in.mark(1);
        if (in.read() < 0) {
          return;
        }
        in.reset();
        count(1);
        try {
          again = exchange(in, out);
        } finally {
          count(-1);
        }
      }
    } catch (IOException _) {
      // The caller went away: there is nobody to tell.
    } finally {
      connections.remove(connection);
    }
  }

  private void count(int change) {
    lock.lock();
    try {
      inProgress += change;
      begun += change > 0 ? 1 : 0;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** One request and its answer; whether the connection can carry another. */
  private boolean exchange(InputStream in, OutputStream out) throws IOException {
    String[] parts = line(in).split(" ", -1);
    if (parts.length != 3) {
      write(out, new Answer(400, "{\"error\":\"not a request line\"}"), false, "");
      return false;
    }
    boolean keepAlive = parts[2].equals("HTTP/1.1");
    long bodyBytes = 0;
    boolean chunked = false;
    for (String header = line(in); !header.isEmpty(); header = line(in)) {
      int colon = header.indexOf(':');
      String name = colon < 0 ? header : header.substring(0, colon);
      String value = colon < 0 ? "" : header.substring(colon + 1).strip();
      if (name.equalsIgnoreCase("connection")) {
        keepAlive &= !value.equalsIgnoreCase("close");
      } else if (name.equalsIgnoreCase("content-length")) {
        bodyBytes = Long.parseLong(value);
      } else if (name.equalsIgnoreCase("transfer-encoding")) {
        chunked = true;
      }
    }
    if (chunked || bodyBytes > MAX_BODY_BYTES) {
      write(out, new Answer(413, "{\"error\":\"no bodies here\"}"), false, "");
      return false;
    }
    in.skipNBytes(bodyBytes);
    int at = load.begun();
    long begunNanos = System.nanoTime();
    Answer answer = answer(new Request(parts[0], parts[1]));
    String report = load.ended(at, System.nanoTime() - begunNanos);
    keepAlive &= !stopping;
    write(out, answer, keepAlive, "X-Roadstead-Load: " + report + "\r\n");
    return keepAlive;
  }

  private Answer answer(Request request) {
    try {
      return handler.answer(request);
    } catch (IOException | RuntimeException e) {
      System.err.println(request.path() + " failed: " + e);
      return new Answer(500, "{\"error\":" + Json.text(String.valueOf(e.getMessage())) + "}");
    }
  }

  private static void write(OutputStream out, Answer answer, boolean keepAlive, String headers)
      throws IOException {
    byte[] body = answer.json().getBytes(UTF_8);
    String head =
        "HTTP/1.1 %d .\r\nContent-Type: application/json\r\nContent-Length: %d\r\n%s%s\r\n"
            .formatted(
                answer.status(), body.length, headers, keepAlive ? "" : "Connection: close\r\n");
    ByteArrayOutputStream whole = new ByteArrayOutputStream(head.length() + body.length);
    whole.writeBytes(head.getBytes(ISO_8859_1));
    whole.writeBytes(body);
    out.write(whole.toByteArray());
    out.flush();
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder(64);
    while (true) {
      int c = in.read();
      if (c < 0) {
        throw new IOException("the connection ended within a request");
      }
      if (c == '\n') {
        return line.toString();
      }
      if (c != '\r') {
        line.append((char) c);
      }
      if (line.length() > MAX_HEAD_BYTES) {
        throw new IOException("a line of more than " + MAX_HEAD_BYTES + " bytes");
      }
    }
  }
}

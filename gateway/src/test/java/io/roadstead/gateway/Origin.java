package io.roadstead.gateway;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A server of raw bytes for one test: each connection is given to a script, on a thread of its own.
 */
final class Origin implements AutoCloseable {
  /** What is done with one connection. */
  interface Script {
    void run(Connection connection) throws IOException;
  }

  private final ServerSocket server;
  private final int port;
  final AtomicInteger accepted = new AtomicInteger();
  final AtomicInteger ended = new AtomicInteger();

  /** Messages that a script has taken in. */
  final AtomicInteger taken = new AtomicInteger();

  /** The heads of all requests, as they came. */
  final List<String> heads = new CopyOnWriteArrayList<>();

  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final Thread accepting;

  Origin(Script script) {
    try {
      server = new ServerSocket(0, 256, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    port = server.getLocalPort();
    accepting = Thread.ofVirtual().name("origin").start(() -> accept(script));
  }

  /** An origin that gives every request the same answer, on connections that stay. */
  static Origin answering(String answer) {
    return new Origin(
        connection -> {
          while (connection.readRequest() != null) {
            connection.write(answer);
          }
        });
  }

  static Origin saying(String text) {
    return answering("HTTP/1.1 200 OK\r\nContent-Length: " + text.length() + "\r\n\r\n" + text);
  }

  private void accept(Script script) {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        socket.setTcpNoDelay(true);
        sockets.add(socket);
        accepted.incrementAndGet();
        Thread.ofVirtual()
            .name("origin-connection")
            .start(
                () -> {
                  try (socket) {
                    script.run(new Connection(socket, this));
                  } catch (IOException e) {
                    // The other side went away, which tests do on purpose.
                  } finally {
                    ended.incrementAndGet();
                  }
                });
      } catch (IOException e) {
        return;
      }
    }
  }

  int port() {
    return port;
  }

  /** Refuses connections from now on; those that are open stay. */
  void stopListening() throws IOException {
    server.close();
    try {
      accepting.join(); // until then the system accepts
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    try {
      server.close();
      accepting.join(); // what comes in the last moment is accepted, or refused
      for (Socket socket : sockets) {
        socket.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** One connection, read and written as bytes. */
  static final class Connection {
    final Socket socket;
    final InputStream in;
    final OutputStream out;
    private final Origin origin;

    Connection(Socket socket, Origin origin) throws IOException {
      this.socket = socket;
      this.origin = origin;
      this.in = new java.io.BufferedInputStream(socket.getInputStream(), 64 * 1024);
      this.out = socket.getOutputStream();
    }

    /** A head and its body; null at the end of the connection. */
    @Nullable String readRequest() throws IOException {
      String head = RawClient.readHead(in);
      if (head == null) {
        return null;
      }
      origin.heads.add(head);
      return head + RawClient.readBody(head, in);
    }

    /** A head; null at the end of the connection. */
    @Nullable String readHead() throws IOException {
      String head = RawClient.readHead(in);
      if (head != null) {
        origin.heads.add(head);
      }
      return head;
    }

    void write(String text) throws IOException {
      out.write(text.getBytes(StandardCharsets.ISO_8859_1));
      out.flush();
    }
  }
}

package io.roadstead.gateway.grid;

import io.roadstead.gateway.http.Strict;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** An origin that keeps every byte that it sees, and answers what it can read in one way only. */
public final class GridOrigin implements AutoCloseable {
  static final String OK =
      "HTTP/1.1 200 OK\r\nDate: Mon, 23 Nov 2026 00:00:00 GMT\r\nContent-Length: 2\r\n"
          + "Connection: close\r\n\r\nok";
  private static final String OK_TO_HEAD = OK.substring(0, OK.length() - 2);

  /** One case's share: what was seen on each connection, in the order of their beginning. */
  private static final class Share {
    final List<StringBuilder> connections = new ArrayList<>();
    final List<Socket> sockets = new ArrayList<>();
    final AtomicInteger answered = new AtomicInteger();
    final List<GridCase.Reply> replies;
    int open;

    Share(List<GridCase.Reply> replies) {
      this.replies = replies;
    }
  }

  private final ServerSocket server;
  private volatile Share share = new Share(List.of());

  public GridOrigin() {
    try {
      server = new ServerSocket(0, 256, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().name("grid-origin").start(this::accept);
  }

  public int port() {
    return server.getLocalPort();
  }

  void begin(GridCase next) {
    share = new Share(next.replies());
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        Share now = share;
        StringBuilder seen = new StringBuilder();
        synchronized (now) {
          now.connections.add(seen);
          now.sockets.add(socket);
          now.open++;
        }
        Thread.ofVirtual().name("grid-connection").start(() -> serve(socket, now, seen));
      } catch (IOException e) {
        return;
      }
    }
  }

  private static void serve(Socket socket, Share to, StringBuilder seen) {
    try (socket) {
      socket.setTcpNoDelay(true);
      byte[] buffer = new byte[64 * 1024];
      int done = 0;
      boolean open = true;
      int n;
      while ((n = socket.getInputStream().read(buffer)) >= 0) {
        String all;
        synchronized (to) {
          seen.append(new String(buffer, 0, n, StandardCharsets.ISO_8859_1));
          all = seen.toString();
        }
        List<String> whole = Strict.requests(all).whole();
        while (open && done < whole.size()) {
          open = answer(socket, to, whole.get(done++));
        }
      }
    } catch (IOException e) {
      // The gateway went away, which some cases are about.
    } finally {
      synchronized (to) {
        to.open--;
        to.notifyAll();
      }
    }
  }

  private static boolean answer(Socket socket, Share to, String request) throws IOException {
    int index = to.answered.getAndIncrement();
    GridCase.Reply reply =
        index < to.replies.size()
            ? to.replies.get(index)
            : new GridCase.Reply(request.startsWith("HEAD ") ? OK_TO_HEAD : OK, false);
    socket.getOutputStream().write(reply.bytes().getBytes(StandardCharsets.ISO_8859_1));
    socket.getOutputStream().flush();
    if (!reply.stays()) {
      socket.shutdownOutput();
    }
    return reply.stays();
  }

  /**
   * What was seen on each connection. They are ended on this side, and the gateway has so long to
   * say its last and to end them too.
   */
  List<String> seen(long millis) {
    Share now = share;
    synchronized (now) {
      try {
        for (Socket socket : now.sockets) {
          end(socket);
        }
        for (int i = 0; i < 10 && now.open > 0; i++) {
          now.wait(millis / 10);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return now.connections.stream().map(StringBuilder::toString).toList();
    }
  }

  private static void end(Socket socket) {
    try {
      socket.shutdownOutput();
    } catch (IOException e) {
      // It has ended already.
    }
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

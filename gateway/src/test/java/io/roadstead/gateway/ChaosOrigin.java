package io.roadstead.gateway;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * An origin that answers most requests and does by chance, repeatable by its seed, one of these
 * instead: dies for a moment with all its connections, stalls, answers drop by drop, resets the
 * connection before its answer or inside it, or ends its direction without an answer.
 */
final class ChaosOrigin implements AutoCloseable {
  /** Where no connection of a client has its own port, which it would keep from its listener. */
  private static final int FIRST_PORT = 15_000;

  private static final int PORTS = 4_000;

  /** What it did, and how often. */
  final Map<String, AtomicInteger> deeds = new ConcurrentHashMap<>();

  private final Map<String, AtomicInteger> taken;
  private final Random random;
  private final int port;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private volatile @Nullable ServerSocket server;
  private volatile boolean closed;
  private volatile boolean calm;

  /**
   * @param taken how often each request was taken in whole, by its path, over all origins
   */
  ChaosOrigin(long seed, Map<String, AtomicInteger> taken) {
    this.random = new Random(seed);
    this.taken = taken;
    ServerSocket first = null;
    while (first == null) {
      first = listen(FIRST_PORT + random.nextInt(PORTS));
    }
    port = first.getLocalPort();
    accept(first);
  }

  int port() {
    return port;
  }

  /** Does nothing amiss from now on. */
  void calm() {
    calm = true;
  }

  private @Nullable ServerSocket listen(int at) {
    try {
      ServerSocket socket = new ServerSocket();
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), at), 256);
      server = socket;
      return socket;
    } catch (IOException e) {
      return null;
    }
  }

  private void accept(ServerSocket from) {
    Thread.ofVirtual()
        .start(
            () -> {
              while (!from.isClosed()) {
                try {
                  Socket socket = from.accept();
                  sockets.add(socket);
                  Thread.ofVirtual().start(() -> serve(socket));
                } catch (IOException e) {
                  return;
                }
              }
            });
  }

  private void serve(Socket socket) {
    try (socket) {
      socket.setTcpNoDelay(true);
      InputStream in = new BufferedInputStream(socket.getInputStream());
      OutputStream out = socket.getOutputStream();
      boolean goesOn = true;
      while (goesOn) {
        String head = RawClient.readHead(in);
        if (head == null) {
          return;
        }
        RawClient.readBody(head, in);
        taken.computeIfAbsent(head.split(" ", 3)[1], _ -> new AtomicInteger()).incrementAndGet();
        goesOn = answer(socket, out);
      }
    } catch (IOException e) {
      // Half of what happens here ends connections.
    } finally {
      sockets.remove(socket);
    }
  }

  private boolean answer(Socket socket, OutputStream out) throws IOException {
    int chance = calm ? 1000 : draw();
    if (chance < 1) {
      did("killed");
      die();
      return false;
    }
    if (chance < 6) {
      did("stalled");
      LockSupport.parkNanos(1_500_000_000L);
      return false;
    }
    if (chance < 16) {
      did("slow");
      write(out, "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n");
      for (int i = 0; i < 20; i++) {
        LockSupport.parkNanos(5_000_000L);
        write(out, "x");
      }
      return true;
    }
    if (chance < 31) {
      did("reset");
      socket.setSoLinger(true, 0);
      return false;
    }
    if (chance < 36) {
      did("reset inside");
      write(out, "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nhalf");
      LockSupport.parkNanos(2_000_000L);
      socket.setSoLinger(true, 0);
      return false;
    }
    if (chance < 46) {
      did("half-closed");
      socket.shutdownOutput();
      LockSupport.parkNanos(50_000_000L);
      return false;
    }
    write(out, "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n12345678901234567890");
    return true;
  }

  private synchronized int draw() {
    return random.nextInt(1000);
  }

  private void did(String deed) {
    deeds.computeIfAbsent(deed, _ -> new AtomicInteger()).incrementAndGet();
  }

  private static void write(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    out.flush();
  }

  private synchronized void die() throws IOException {
    ServerSocket old = server;
    if (old == null || old.isClosed() || closed) {
      return;
    }
    old.close();
    for (Socket socket : sockets) {
      cut(socket);
    }
    Thread.ofVirtual()
        .start(
            () -> {
              do {
                LockSupport.parkNanos(200_000_000L);
              } while (!revive());
            });
  }

  private static void cut(Socket socket) {
    try (socket) {
      socket.setSoLinger(true, 0);
    } catch (IOException e) {
      // It is closed already.
    }
  }

  private synchronized boolean revive() {
    ServerSocket again = closed ? null : listen(port);
    if (again != null) {
      accept(again);
    }
    return closed || again != null;
  }

  @Override
  public synchronized void close() {
    closed = true;
    try {
      ServerSocket last = server;
      if (last != null) {
        last.close();
      }
      for (Socket socket : sockets) {
        socket.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

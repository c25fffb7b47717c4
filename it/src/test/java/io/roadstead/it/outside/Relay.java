package io.roadstead.it.outside;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Stands before a server, passes bytes on as they are, and notes each request with its answer. Its
 * address is its own from the start; nobody listens there before {@link #open} and after {@link
 * #shut}.
 */
final class Relay implements AutoCloseable {
  private static final Pattern REQUEST =
      Pattern.compile("(?m)^(GET|PUT|POST|DELETE) (\\S+) HTTP/1\\.1\\r?$");
  private static final Pattern ANSWER = Pattern.compile("(?m)^HTTP/1\\.1 (\\d{3})");

  private final int port = Launcher.freePort();
  private final InetSocketAddress target;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final Queue<String> seen = new ConcurrentLinkedQueue<>();
  private @Nullable ServerSocket listening;
  private volatile boolean identified;

  /**
   * @param target the server's host and port
   */
  Relay(String target) {
    int colon = target.indexOf(':');
    this.target =
        new InetSocketAddress(
            target.substring(0, colon), Integer.parseInt(target.substring(colon + 1)));
  }

  String url() {
    return "http://127.0.0.1:" + port + "/eureka/";
  }

  /** What has been asked, with its answer: {@code GET /eureka/apps/ 200}. */
  Queue<String> seen() {
    return seen;
  }

  /** Whether a request had the header that Netflix's Jersey transport sends, and no other. */
  boolean identified() {
    return identified;
  }

  synchronized void open() throws IOException {
    ServerSocket server = new ServerSocket();
    server.setReuseAddress(true);
    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    listening = server;
    Thread.ofVirtual().name("relay-" + port).start(() -> accept(server));
  }

  synchronized void shut() {
    close(listening);
    sockets.forEach(Relay::close);
  }

  private void accept(ServerSocket server) {
    while (!server.isClosed()) {
      try {
        Socket client = server.accept();
        sockets.add(client);
        Thread.ofVirtual().start(() -> connect(client));
      } catch (IOException _) {
        return;
      }
    }
  }

  private void connect(Socket client) {
    try (Socket upstream = new Socket()) {
      upstream.connect(target);
      sockets.add(upstream);
      Deque<String> asked = new ArrayDeque<>();
      Thread back =
          Thread.ofVirtual().start(() -> pass(upstream, client, text -> note(text, asked)));
      pass(client, upstream, text -> ask(text, asked));
      back.join();
    } catch (IOException _) {
      // The server is gone: so is the connection.
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } finally {
      close(client);
    }
  }

  private void ask(String text, Deque<String> asked) {
    identified |= text.contains("DiscoveryIdentity-Name: ");
    Matcher request = REQUEST.matcher(text);
    while (request.find()) {
      synchronized (asked) {
        asked.add(request.group(1) + " " + request.group(2));
      }
    }
  }

  private void note(String text, Deque<String> asked) {
    Matcher answer = ANSWER.matcher(text);
    while (answer.find()) {
      synchronized (asked) {
        String request = asked.poll();
        if (request != null) {
          seen.add(request + " " + answer.group(1));
        }
      }
    }
  }

  private interface Reader {
    void read(String text);
  }

  /** Reads what passes before it goes on: whoever has an answer finds it noted. */
  private static void pass(Socket from, Socket to, Reader reader) {
    byte[] chunk = new byte[64 * 1024];
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int length = in.read(chunk); length > 0; length = in.read(chunk)) {
        reader.read(new String(chunk, 0, length, StandardCharsets.ISO_8859_1));
        out.write(chunk, 0, length);
      }
    } catch (IOException _) {
      // One side is gone: so is the connection.
    }
  }

  private static void close(@Nullable AutoCloseable closeable) {
    try {
      if (closeable != null) {
        closeable.close();
      }
    } catch (Exception _) {
      // It is closed all the same.
    }
  }

  @Override
  public void close() {
    shut();
  }
}

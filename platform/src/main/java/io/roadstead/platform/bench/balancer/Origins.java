package io.roadstead.platform.bench.balancer;

import io.roadstead.registry.Ticker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * Small origins on real sockets, all in one process: the simulation's {@link Servers} under the
 * machine's clock, so that they can be slow, stand still and fail fast. They wait where the
 * simulation counts, and cost hardly any processor time.
 *
 * <p>Each port is a server. Two requests are to the origins themselves, at any port: {@code GET
 * /begin/S2/3/7} begins a scenario, with its servers shifted by three ports and the seed 7, {@code
 * GET /counts} tells the requests that each port has had since. One thread does all.
 */
public final class Origins {
  private static final byte[] GOOD =
      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\ngood\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] BAD =
      "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\n\r\nbad\n"
          .getBytes(StandardCharsets.US_ASCII);
  private static final int BACKLOG = 4096;
  private static final int MOST_HEAD = 8 * 1024;
  private static final int END_OF_HEAD = 0x0D0A0D0A;

  private final Ticker ticker;
  private final Selector selector;
  private final int ports;
  private final PriorityQueue<Due> due =
      new PriorityQueue<>(Comparator.comparingLong(Due::dueNanos));
  private Scenario scenario = fair();
  private Servers servers = new Servers(scenario, new SplittableRandom(0));
  private int shift;
  private long begunNanos;
  private int[] counts;

  private Origins(Ticker ticker, int[] ports) throws IOException {
    this.ticker = ticker;
    this.selector = Selector.open();
    this.ports = ports.length;
    this.counts = new int[ports.length];
    this.begunNanos = ticker.nanos();
    for (int i = 0; i < ports.length; i++) {
      ServerSocketChannel listener = ServerSocketChannel.open();
      listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), ports[i]), BACKLOG);
      listener.configureBlocking(false);
      listener.register(selector, SelectionKey.OP_ACCEPT, i);
    }
  }

  /** An answer to come. */
  private record Due(long dueNanos, Connection connection, int server, Servers of) {}

  private static final class Connection {
    final SocketChannel channel;
    final int port;
    final ByteBuffer head = ByteBuffer.allocate(MOST_HEAD);

    Connection(SocketChannel channel, int port) {
      this.channel = channel;
      this.port = port;
    }
  }

  /**
   * Runs until its process is ended.
   *
   * @param arguments the ports
   */
  public static void main(String[] arguments) throws IOException {
    new Origins(Ticker.system(), Arrays.stream(arguments).mapToInt(Integer::parseInt).toArray())
        .run();
  }

  /** All alike. */
  private static Scenario fair() {
    return Scenario.all().getFirst();
  }

  private void run() throws IOException {
    while (true) {
      long now = ticker.nanos();
      while (!due.isEmpty() && due.element().dueNanos() - now <= 0) {
        Due next = due.remove();
        next.of().ended(next.server());
        write(next.connection(), GOOD);
      }
      if (due.isEmpty()) {
        selector.select();
      } else {
        long early = due.element().dueNanos() - ticker.nanos();
        if (early <= 0) {
          selector.selectNow();
        } else {
          selector.select(TimeUnit.NANOSECONDS.toMillis(early) + 1);
        }
      }
      for (SelectionKey key : selector.selectedKeys()) {
        if (key.attachment() instanceof Connection connection) {
          read(connection);
        } else {
          accept(key);
        }
      }
      selector.selectedKeys().clear();
    }
  }

  private void accept(SelectionKey key) throws IOException {
    ServerSocketChannel listener = (ServerSocketChannel) key.channel();
    for (SocketChannel channel = listener.accept(); channel != null; channel = listener.accept()) {
      channel.configureBlocking(false);
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      channel.register(
          selector, SelectionKey.OP_READ, new Connection(channel, (int) key.attachment()));
    }
  }

  /** One request at a time: nobody who is compared sends a second before the answer. */
  private void read(Connection connection) {
    try {
      ByteBuffer head = connection.head;
      int from = head.position();
      int read = connection.channel.read(head);
      if (read < 0 || !head.hasRemaining()) {
        connection.channel.close();
        return;
      }
      int last = head.position();
      if (read > 0 && last >= 4 && last > from && head.getInt(last - 4) == END_OF_HEAD) {
        String line = firstLine(head);
        head.clear();
        answer(connection, line);
      }
    } catch (IOException e) {
      close(connection);
    }
  }

  private static String firstLine(ByteBuffer head) {
    int end = 0;
    while (head.get(end) != '\r') {
      end++;
    }
    return StandardCharsets.US_ASCII.decode(head.slice(0, end)).toString();
  }

  private void answer(Connection connection, String line) {
    if (line.startsWith("GET /begin/")) {
      begin(line.split("[/ ]", -1));
      write(connection, GOOD);
    } else if (line.startsWith("GET /counts")) {
      String told = Arrays.toString(counts).replaceAll("[^0-9,]", "");
      write(
          connection,
          ("HTTP/1.1 200 OK\r\nContent-Length: " + told.length() + "\r\n\r\n" + told)
              .getBytes(StandardCharsets.US_ASCII));
    } else {
      work(connection);
    }
  }

  private void begin(String[] words) {
    scenario = words[3].equals("fair") ? fair() : Scenario.real(words[3]);
    shift = Integer.parseInt(words[4]);
    servers = new Servers(scenario, new SplittableRandom(Long.parseLong(words[5])));
    counts = new int[ports];
    begunNanos = ticker.nanos();
  }

  private void work(Connection connection) {
    counts[connection.port]++;
    int server = Math.floorMod(connection.port - shift, ports);
    double second = (ticker.nanos() - begunNanos) / 1e9;
    if (scenario.weather().failsFast(server, second)) {
      write(connection, BAD);
      return;
    }
    double end = servers.accept(server, second);
    due.add(new Due(begunNanos + (long) (end * 1e9), connection, server, servers));
  }

  private static void write(Connection connection, byte[] answer) {
    try {
      connection.channel.write(ByteBuffer.wrap(answer));
    } catch (IOException e) {
      close(connection); // whoever asked has gone: the work was in vain, as it is in life
    }
  }

  private static void close(Connection connection) {
    try {
      connection.channel.close();
    } catch (IOException _) {
      // It is gone either way.
    }
  }
}

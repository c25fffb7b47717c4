package io.roadstead.platform.bench.eureka;

import io.roadstead.registry.Ticker;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.zip.GZIPInputStream;
import org.HdrHistogram.Histogram;

/**
 * The load of the Eureka benchmark, a program of its own so that its cost is not a server's: orders
 * come in as lines, each is answered with one line of figures.
 */
public final class EurekaLoader {
  private static final int CONNECTIONS = 32;
  private static final int FETCHERS = 16;

  private final Ticker ticker;

  private EurekaLoader(Ticker ticker) {
    this.ticker = ticker;
  }

  /** Reads orders until there are no more. */
  public static void main(String[] arguments) throws IOException {
    EurekaLoader loader = new EurekaLoader(Ticker.system());
    BufferedReader orders =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String order = orders.readLine(); order != null; order = orders.readLine()) {
      String answer;
      try {
        answer = loader.obey(order.split(" ", -1));
      } catch (IOException | RuntimeException e) {
        answer = "failed " + e;
      }
      System.out.println(answer);
      System.out.flush();
    }
  }

  private String obey(String[] order) throws IOException {
    int port = Integer.parseInt(order[1]);
    EurekaInstances instances = new EurekaInstances(Integer.parseInt(order[2]));
    long stamp = Long.parseLong(order[3]);
    long nanos = TimeUnit.MILLISECONDS.toNanos(Long.parseLong(order[4]));
    int perSecond = Integer.parseInt(order[5]);
    return switch (order[0]) {
      case "register" -> register(port, instances, stamp);
      case "heartbeat" -> heartbeat(port, instances, stamp, nanos, perSecond);
      case "fetch" -> fetch(port, instances, stamp, nanos, perSecond);
      case "check" -> check(port, instances);
      default -> throw new IOException("no such order: " + order[0]);
    };
  }

  private String register(int port, EurekaInstances instances, long stamp) throws IOException {
    ByteBuffer[] requests = requests(instances.count(), i -> instances.register(i, stamp));
    return figures(
        new HttpLoad(port, ticker).run(CONNECTIONS, 204, new Paced(requests, false, OVER_ALL, 0)));
  }

  private String heartbeat(
      int port, EurekaInstances instances, long stamp, long nanos, int perSecond)
      throws IOException {
    ByteBuffer[] requests = requests(instances.count(), i -> instances.heartbeat(i, stamp));
    return figures(
        new HttpLoad(port, ticker)
            .run(CONNECTIONS, 200, new Paced(requests, true, nanos, perSecond)));
  }

  /** Fetches while one instance changes each second. */
  private String fetch(int port, EurekaInstances instances, long stamp, long nanos, int perSecond)
      throws IOException {
    int seconds = (int) TimeUnit.NANOSECONDS.toSeconds(nanos) + 1;
    ByteBuffer[] changes =
        requests(seconds, i -> instances.register(i * 97 % instances.count(), stamp + 1 + i));
    CompletableFuture<HttpLoad.Result> changed = new CompletableFuture<>();
    Thread changer =
        Thread.ofPlatform()
            .name("loader-changes")
            .start(
                () -> {
                  try {
                    changed.complete(
                        new HttpLoad(port, ticker)
                            .run(1, 204, new Paced(changes, false, nanos, 1)));
                  } catch (IOException | RuntimeException e) {
                    changed.completeExceptionally(e);
                  }
                });
    ByteBuffer[] fetches = {EurekaInstances.fetch()};
    HttpLoad.Result result =
        new HttpLoad(port, ticker).run(FETCHERS, 200, new Paced(fetches, true, nanos, perSecond));
    try {
      changer.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("ended before its time", e);
    }
    HttpLoad.Result changing = changed.join();
    return figures(
        new HttpLoad.Result(
            result.requests(),
            result.failed() + changing.failed(),
            result.latency(),
            result.bodyBytes()));
  }

  /** One fetch, decoded: are all there? */
  private String check(int port, EurekaInstances instances) throws IOException {
    byte[] body = HttpLoad.once(port, EurekaInstances.fetch());
    String text;
    try (GZIPInputStream plain = new GZIPInputStream(new ByteArrayInputStream(body))) {
      text = new String(plain.readAllBytes(), StandardCharsets.UTF_8);
    }
    int found = 0;
    for (int at = text.indexOf("\"instanceId\""); at >= 0; found++) {
      at = text.indexOf("\"instanceId\"", at + 1);
    }
    return "ok requests=1 failed="
        + Math.abs(found - instances.count())
        + " p50=0 p99=0 max=0 bytes="
        + body.length
        + " plain="
        + text.length();
  }

  private static ByteBuffer[] requests(int count, IntFunction<ByteBuffer> made) {
    ByteBuffer[] requests = new ByteBuffer[count];
    for (int i = 0; i < count; i++) {
      requests[i] = made.apply(i);
    }
    return requests;
  }

  private static String figures(HttpLoad.Result result) {
    Histogram latency = result.latency();
    return "ok requests="
        + result.requests()
        + " failed="
        + result.failed()
        + " p50="
        + latency.getValueAtPercentile(50) / 1000
        + " p99="
        + latency.getValueAtPercentile(99) / 1000
        + " max="
        + latency.getMaxValue() / 1000
        + " bytes="
        + result.bodyBytes()
        + " plain=0";
  }

  private static final long OVER_ALL = Long.MAX_VALUE;

  /** Requests in turn: as fast as they are answered, or so many a second. */
  private final class Paced implements HttpLoad.Source {
    private final ByteBuffer[] requests;
    private final boolean again;
    private final long forNanos;
    private final int perSecond;
    private final long began = ticker.nanos();
    private long sent;

    /**
     * @param again from the first, once the last was sent
     * @param perSecond 0 for as fast as they are answered
     */
    Paced(ByteBuffer[] requests, boolean again, long forNanos, int perSecond) {
      this.requests = requests;
      this.again = again;
      this.forNanos = forNanos;
      this.perSecond = perSecond;
    }

    @Override
    public long dueNanos() {
      if (!again && sent == requests.length) {
        return HttpLoad.OVER;
      }
      long due = perSecond == 0 ? ticker.nanos() : began + sent * 1_000_000_000L / perSecond;
      return due - began >= forNanos ? HttpLoad.OVER : due;
    }

    @Override
    public ByteBuffer next() {
      return requests[(int) (sent++ % requests.length)].duplicate();
    }
  }
}

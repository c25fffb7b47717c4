package io.roadstead.it.outside;

import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.it.Hostile;
import io.roadstead.it.RawAnswer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Hostile requests beside heartbeats; the platform, which is {@code roadstead up}, and this load
 * are processes of their own. All of {@link Hostile}'s kinds, look-ups of 10,000 applications that
 * do not exist, and 500 slow senders: each is refused with a reason.
 *
 * <p>What that costs the heartbeats of others is judged by {@link PairedWindows}: short windows
 * with and without it take turns, each with its neighbours makes a ratio, and the median of all
 * ratios is what counts. There is one verdict, and no second try. Windows without it are of two
 * kinds: quiet, and with as many harmless requests on connections of their own, for that is what
 * this load costs a machine of two processors whatever is asked; both are shown, and hostile ones
 * are held to twice the time of each kind, the quiet one not below {@link #FLOOR_MILLIS}.
 */
@Tag("proof")
final class HostileLoadProof {
  private static final int TRIPLES = 24;
  private static final long WINDOW_NANOS = TimeUnit.MILLISECONDS.toNanos(800);
  private static final int PER_SECOND = 200;
  private static final long HEARTBEAT_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
  private static final int SLOW = 500;
  private static final int NAMES = 10_000;
  private static final int NAMES_AT_ONCE = 200;
  private static final long MEBIBYTE = 1L << 20;
  private static final double MOST_RATIO = 2;

  /**
   * What the scheduler and timers of a machine with two processors and four busy processes cost the
   * slowest of four hundred heartbeats by themselves: less is noise, and twice of it nothing.
   */
  private static final double FLOOR_MILLIS = 2;

  private static final Pattern RESIDENT = Pattern.compile("(?m)^VmRSS:\\s+(\\d+) kB");
  private static final String GOOD =
      "GET /eureka/apps/BEATING HTTP/1.1\r\nHost: @host\r\nAccept: application/json\r\n\r\n";

  @TempDir private Path directory;

  private final Queue<String> wrong = new ConcurrentLinkedQueue<>();
  private String host = "";

  @Test
  void othersHeartbeatsAndTheMemoryStandIt() throws Exception {
    try (Launcher roadstead = new Launcher(directory)) {
      Process platform = roadstead.up();
      host = roadstead.control();
      register();
      List<Hostile> kinds = Hostile.all();
      try (Beats beats = new Beats(host)) {
        for (int i = 0; i < 3; i++) { // what is only done once, and compiled, is not counted
          window(beats, harmless());
          window(beats, hostile(kinds));
        }
        long before = residentBytes(platform);
        PairedWindows toQuiet = new PairedWindows("quiet", FLOOR_MILLIS);
        PairedWindows toHarmless = new PairedWindows("harmless requests", FLOOR_MILLIS);
        List<Long> grown = new ArrayList<>();
        List<SlowSender> slow = SlowSender.open(host, SLOW);
        for (int i = 0; i < TRIPLES; i++) {
          double quiet = window(beats, List.of());
          double hostile = window(beats, hostile(kinds));
          double harmless = window(beats, harmless());
          toQuiet.add(quiet, hostile);
          toHarmless.add(harmless, hostile);
          grown.add(residentBytes(platform) - before);
          if (i == 1) {
            SlowSender.trickle(slow);
          }
        }
        lookUpNames();
        grown.add(residentBytes(platform) - before);
        SlowSender.expectRefused(slow, wrong);
        grown.add(residentBytes(platform) - before);

        System.out.printf(
            "heartbeats' p99 beside %d hostile requests a second and %d slow senders: %s; %s;"
                + " resident memory grew by at most %d MiB%n",
            PER_SECOND, SLOW, toQuiet, toHarmless, Collections.max(grown) / MEBIBYTE);
        assertThat(wrong).as("answers that were not as they are to be").isEmpty();
        assertThat(beats.failed()).as("heartbeats not answered with 200").isEmpty();
        assertThat(Collections.max(grown) / MEBIBYTE).as("MiB").isLessThanOrEqualTo(150);
        assertThat(toHarmless.medianRatio()).as("%s", toHarmless).isLessThanOrEqualTo(MOST_RATIO);
        assertThat(toQuiet.medianRatio()).as("%s", toQuiet).isLessThanOrEqualTo(MOST_RATIO);
      }
    }
  }

  private void register() throws IOException {
    String body =
        "{\"instance\":{\"instanceId\":\"b1\",\"hostName\":\"h\",\"app\":\"BEATING\",\"ipAddr\":"
            + "\"10.1.2.3\",\"status\":\"UP\",\"dataCenterInfo\":{\"name\":\"MyOwn\"}}}";
    String request =
        "POST /eureka/apps/BEATING HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\n"
            .formatted(host);
    byte[] bytes = ascii(request + "Content-Length: " + body.length() + "\r\n\r\n" + body);
    assertThat(RawAnswer.to(host, bytes).status()).isEqualTo(204);
  }

  /** As many as there are hostile ones, each on a connection of its own too. */
  private List<Runnable> harmless() {
    byte[] request = ascii(GOOD.replace("@host", host));
    return List.of(() -> check("a look-up", request, answer -> answer.status() == 200));
  }

  private List<Runnable> hostile(List<Hostile> kinds) {
    List<Runnable> all = new ArrayList<>();
    for (Hostile one : kinds) {
      byte[] request = one.to(host);
      all.add(() -> check(one.toString(), request, answer -> refused(one, answer)));
    }
    return all;
  }

  private static boolean refused(Hostile one, RawAnswer answer) {
    return answer.status() == one.status()
        && (one.reason().isEmpty()
            ? answer.body().isEmpty()
            : answer.body().contains(one.reason()) && answer.body().length() < 600);
  }

  private void check(String what, byte[] request, Predicate<RawAnswer> right) {
    try {
      RawAnswer answer = RawAnswer.to(host, request);
      if (!right.test(answer)) {
        wrong.add(what + " was answered " + answer);
      }
    } catch (IOException e) {
      wrong.add(what + ": " + e);
    }
  }

  /** Sends these in turn at the pace for a while; the p99 of the heartbeats meanwhile, in ms. */
  private double window(Beats beats, List<Runnable> requests) throws InterruptedException {
    var _ = beats.taken();
    long begun = System.nanoTime();
    AtomicInteger under = new AtomicInteger();
    long every = TimeUnit.SECONDS.toNanos(1) / PER_SECOND;
    int sent = 0;
    for (long due = begun; due - begun < WINDOW_NANOS; due += every) {
      pause(due);
      if (!requests.isEmpty() && under.get() < 50) {
        Runnable request = requests.get(sent++ % requests.size());
        under.incrementAndGet();
        Thread.startVirtualThread(
            () -> {
              request.run();
              under.decrementAndGet();
            });
      }
    }
    while (under.get() > 0) {
      pause(System.nanoTime() + every);
    }
    return percentile(beats.taken());
  }

  private static void pause(long untilNanos) throws InterruptedException {
    long early = untilNanos - System.nanoTime();
    if (early > 0) {
      TimeUnit.NANOSECONDS.sleep(early);
    }
  }

  private void lookUpNames() throws IOException {
    for (int from = 0; from < NAMES; from += NAMES_AT_ONCE) {
      StringBuilder requests = new StringBuilder();
      for (int i = from; i < from + NAMES_AT_ONCE; i++) {
        requests.append("GET /eureka/apps/NONE-" + i + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
      }
      try (Socket socket = connect(host)) {
        socket.getOutputStream().write(ascii(requests.toString()));
        for (int i = 0; i < NAMES_AT_ONCE; i++) {
          RawAnswer answer = RawAnswer.read(socket.getInputStream());
          if (answer.status() != 404 || !answer.body().isEmpty()) {
            wrong.add("NONE-" + (from + i) + " was answered " + answer);
          }
        }
      }
    }
  }

  private static Socket connect(String host) throws IOException {
    int colon = host.indexOf(':');
    Socket socket = new Socket();
    socket.setSoTimeout(45_000);
    socket.connect(
        new InetSocketAddress(
            InetAddress.getLoopbackAddress(), Integer.parseInt(host.substring(colon + 1))));
    return socket;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** Of the Java process: the launcher ends in {@code exec}, so the process is it. */
  private static long residentBytes(Process platform) throws IOException {
    Matcher line =
        RESIDENT.matcher(
            Files.readString(Path.of("/proc", Long.toString(platform.pid()), "status")));
    assertThat(line.find()).as("VmRSS of %s", platform.pid()).isTrue();
    return Long.parseLong(line.group(1)) << 10;
  }

  private static double percentile(long[] nanos) {
    Arrays.sort(nanos);
    return nanos.length == 0
        ? Double.MAX_VALUE
        : Math.round(nanos[(int) (nanos.length * 0.99)] / 1e4) / 100.0;
  }

  /** A heartbeat every so often on one connection, each timed from when it was due. */
  private static final class Beats implements AutoCloseable {
    private final Queue<Long> nanos = new ConcurrentLinkedQueue<>();
    private final Queue<String> failed = new ConcurrentLinkedQueue<>();
    private final Socket socket;
    private final byte[] beat;
    private final Thread thread;
    private volatile boolean open = true;

    Beats(String host) throws IOException {
      socket = connect(host);
      socket.setTcpNoDelay(true);
      beat = ascii("PUT /eureka/apps/BEATING/b1?status=UP HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
      thread = Thread.ofPlatform().name("heartbeats").start(this::run);
    }

    private void run() {
      try {
        for (long due = System.nanoTime();
            open;
            due = Math.max(due, System.nanoTime() - WINDOW_NANOS / 10) + HEARTBEAT_NANOS) {
          pause(due);
          socket.getOutputStream().write(beat);
          int status = RawAnswer.read(socket.getInputStream()).status();
          nanos.add(System.nanoTime() - due);
          if (status != 200) {
            failed.add("a heartbeat was answered with " + status);
          }
        }
      } catch (IOException | InterruptedException e) {
        failed.add(e.toString());
      }
    }

    long[] taken() {
      List<Long> taken = new ArrayList<>();
      for (Long one = nanos.poll(); one != null; one = nanos.poll()) {
        taken.add(one);
      }
      return taken.stream().mapToLong(Long::longValue).toArray();
    }

    Queue<String> failed() {
      return failed;
    }

    @Override
    public void close() throws IOException {
      open = false;
      try {
        thread.join(5_000);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      socket.close();
    }
  }

  /** Sends a head or a body a byte at a time, and then no more. */
  private record SlowSender(Socket socket, boolean body) {
    static List<SlowSender> open(String host, int number) throws IOException {
      List<SlowSender> all = new ArrayList<>();
      for (int i = 0; i < number; i++) {
        boolean body = i % 2 == 0;
        Socket socket = connect(host);
        String head =
            "POST /eureka/apps/SLOW HTTP/1.1\r\nHost: "
                + host
                + "\r\nContent-Type: application/json\r\n";
        socket
            .getOutputStream()
            .write(ascii(body ? head + "Content-Length: 500000\r\n\r\n{\"instance\":{" : head));
        all.add(new SlowSender(socket, body));
      }
      return all;
    }

    /** A byte each, before the time of a head is over: what comes later would be reset. */
    static void trickle(List<SlowSender> all) throws IOException {
      for (SlowSender one : all) {
        one.socket.getOutputStream().write(one.body ? '"' : 'X');
      }
    }

    static void expectRefused(List<SlowSender> all, Queue<String> wrong) throws IOException {
      for (SlowSender one : all) {
        try (Socket socket = one.socket) {
          RawAnswer answer = RawAnswer.read(socket.getInputStream());
          String reason = one.body ? "body" : "head";
          if (answer.status() != 408 || !answer.body().contains(reason)) {
            wrong.add("a slow " + reason + " was answered " + answer);
          }
        } catch (SocketException e) {
          wrong.add("a slow sender: " + e);
        }
      }
    }
  }
}

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
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
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
 * <p>What that costs the heartbeats of others is judged against a second platform on the same
 * machine that is spared: both are given the same heartbeats by the same process at the same
 * moments, so what the load's own work and other work on the machine cost meets both, and what is
 * left is what hostile requests do inside the platform that gets them. Windows with harmless
 * requests at the same rate take turns with them and say the same of the processor's time: a
 * hostile request may cost at most {@value #MOST_RATIO} times a look-up's. Time against windows
 * without any requests is shown and not held: on two processors, shared by the load, it measures
 * the machine.
 */
@Tag("proof")
final class HostileLoadProof {
  private static final int TRIPLES = 24;
  private static final int WARM_UP = 5;
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
    try (Launcher roadstead = new Launcher(Files.createDirectory(directory.resolve("attacked")));
        Launcher other = new Launcher(Files.createDirectory(directory.resolve("spared")))) {
      Process platform = roadstead.up();
      other.up();
      host = roadstead.control();
      register(host);
      register(other.control());
      List<Hostile> kinds = Hostile.all();
      try (Beats beats = new Beats(host);
          Beats spared = new Beats(other.control())) {
        for (int i = 0; i < WARM_UP; i++) { // what is only done once, and compiled, is not counted
          window(harmless());
        }
        long before = residentBytes(platform);
        for (int i = 0; i < WARM_UP; i++) {
          window(hostile(kinds));
        }
        PairedWindows toSpared = new PairedWindows("a spared platform", FLOOR_MILLIS);
        PairedWindows toQuiet = new PairedWindows("quiet windows", FLOOR_MILLIS);
        Cost hostileCost = new Cost(platform);
        Cost harmlessCost = new Cost(platform);
        List<Long> grown = new ArrayList<>();
        List<SlowSender> slow = SlowSender.open(host, SLOW);
        for (int i = 0; i < TRIPLES; i++) {
          forget(beats, spared);
          window(List.of());
          double quiet = beats.slowest();
          forget(beats, spared);
          hostileCost.of(() -> window(hostile(kinds)));
          double attacked = beats.slowest();
          toSpared.add(spared.slowest(), attacked);
          toQuiet.add(quiet, attacked);
          harmlessCost.of(() -> window(harmless()));
          grown.add(residentBytes(platform) - before);
          if (i == 1) {
            SlowSender.trickle(slow);
          }
        }
        lookUpNames();
        grown.add(residentBytes(platform) - before);
        SlowSender.expectRefused(slow, wrong);
        grown.add(residentBytes(platform) - before);

        double costs = hostileCost.millisEach() / harmlessCost.millisEach();
        System.out.printf(
            "heartbeats' p99 beside %d hostile requests a second and %d slow senders: %s; %s;"
                + " processor time %.2f times a look-up's (%.2f ms against %.2f ms);"
                + " resident memory grew by at most %d MiB%n",
            PER_SECOND,
            SLOW,
            toSpared,
            toQuiet,
            costs,
            hostileCost.millisEach(),
            harmlessCost.millisEach(),
            Collections.max(grown) / MEBIBYTE);
        assertThat(wrong).as("answers that were not as they are to be").isEmpty();
        assertThat(beats.failed()).as("heartbeats not answered with 200").isEmpty();
        assertThat(Collections.max(grown) / MEBIBYTE).as("MiB").isLessThanOrEqualTo(150);
        assertThat(toSpared.medianRatio()).as("%s", toSpared).isLessThanOrEqualTo(MOST_RATIO);
        assertThat(costs).as("a hostile request's time to a look-up's").isLessThan(MOST_RATIO);
      }
    }
  }

  private static void forget(Beats... all) {
    for (Beats one : all) {
      var _ = one.taken();
    }
  }

  private static void register(String host) throws IOException {
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

  /** Sends these in turn at the pace for a while; how many were sent. */
  private static int window(List<Runnable> requests) throws InterruptedException {
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
    return sent;
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

  /** What one of many requests costs a process of its processors' time. */
  private static final class Cost {
    private final ProcessHandle process;
    private long requests;
    private Duration spent = Duration.ZERO;

    Cost(Process process) {
      this.process = process.toHandle();
    }

    void of(Callable<Integer> window) throws Exception {
      Duration before = now();
      requests += window.call();
      spent = spent.plus(now().minus(before));
    }

    double millisEach() {
      return spent.toNanos() / 1e6 / requests;
    }

    private Duration now() {
      return process.info().totalCpuDuration().orElseThrow();
    }
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

    /** The p99 of those that were not yet taken, in milliseconds. */
    double slowest() {
      long[] sorted = taken();
      Arrays.sort(sorted);
      return sorted.length == 0
          ? Double.MAX_VALUE
          : Math.round(sorted[(int) (sorted.length * 0.99)] / 1e4) / 100.0;
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

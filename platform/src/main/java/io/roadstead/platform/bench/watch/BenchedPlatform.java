package io.roadstead.platform.bench.watch;

import io.roadstead.platform.Refused;
import io.roadstead.platform.demo.stage.Child;
import io.roadstead.platform.demo.stage.FreePorts;
import io.roadstead.platform.demo.stage.Program;
import io.roadstead.platform.demo.stage.Workplace;
import io.roadstead.platform.load.LoadConnection;
import io.roadstead.registry.Ticker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A platform in a process of its own, as {@code roadstead up} starts it, and what that process has
 * used. For one thread.
 */
public final class BenchedPlatform {
  private static final Duration READY_WITHIN = Duration.ofSeconds(60);
  private static final long TICKS_A_SECOND = 100;
  private static final Pattern RESIDENT = Pattern.compile("(?m)^VmRSS:\\s+(\\d+) kB");
  private static final int USER_TIME = 11;
  private static final int CHILDRENS_USER_TIME = 13;

  private final Workplace workplace;
  private final Ticker ticker;
  private final InetSocketAddress control;
  private final InetSocketAddress gateway;
  private @Nullable Child process;

  public BenchedPlatform(Workplace workplace, Ticker ticker, RandomGenerator random) {
    this.workplace = workplace;
    this.ticker = ticker;
    this.control = new InetSocketAddress(InetAddress.getLoopbackAddress(), FreePorts.one(random));
    this.gateway = new InetSocketAddress(InetAddress.getLoopbackAddress(), FreePorts.one(random));
  }

  public InetSocketAddress control() {
    return control;
  }

  public InetSocketAddress gateway() {
    return gateway;
  }

  /** Starts it, or starts it again; it is ready when this returns. */
  public void start() throws InterruptedException {
    start(
        Program.running()
            .command(
                Program.UP_FLAGS,
                List.of(
                    "up",
                    "--control",
                    told(control),
                    "--gateway",
                    told(gateway),
                    "--data",
                    data().toString())));
  }

  /** As {@link #start()}, by another command line for the same addresses and data directory. */
  public void start(List<String> command) throws InterruptedException {
    Path data = data();
    Child started =
        Child.start(
            "platform",
            command,
            workplace.path(),
            Map.of(Workplace.MARK, workplace.path().toString(), "ROADSTEAD_DATA", data.toString()),
            ticker);
    process = started;
    started.await(this::ready, READY_WITHIN);
  }

  /** Its data directory. */
  public Path data() {
    return workplace.path().resolve("data");
  }

  void kill() throws InterruptedException {
    running().kill();
  }

  public String token() {
    try {
      return Files.readString(workplace.path().resolve("data").resolve("token")).strip();
    } catch (IOException e) {
      throw Refused.because("the platform has left no token: " + e.getMessage());
    }
  }

  /** A request with the platform's token. */
  byte[] request(String method, String path, String body) {
    return (method
            + " "
            + path
            + " HTTP/1.1\r\nHost: "
            + told(control)
            + "\r\nAuthorization: Bearer "
            + token()
            + "\r\nAccept: application/json\r\nContent-Type: application/json\r\nContent-Length: "
            + body.length()
            + "\r\n\r\n"
            + body)
        .getBytes(StandardCharsets.US_ASCII);
  }

  public long residentBytes() {
    Matcher line = RESIDENT.matcher(told("status"));
    return line.find() ? Long.parseLong(line.group(1)) << 10 : 0;
  }

  /** What its process has had of the processors, so far. */
  public long cpuNanos() {
    return cpuNanos(USER_TIME);
  }

  /** What the instances that have ended, and what else it has started, have had of them. */
  public long endedInstancesCpuNanos() {
    return cpuNanos(CHILDRENS_USER_TIME);
  }

  /** The sum of the field and the next, the kernel's time beside the program's. */
  private long cpuNanos(int field) {
    String stat = told("stat");
    String[] words = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    long ticks = Long.parseLong(words[field]) + Long.parseLong(words[field + 1]);
    return ticks * (TimeUnit.SECONDS.toNanos(1) / TICKS_A_SECOND);
  }

  private String told(String file) {
    try {
      return Files.readString(Path.of("/proc", Long.toString(running().pid()), file));
    } catch (IOException e) {
      throw Refused.because("the platform's process is gone, or this is no Linux: " + e);
    }
  }

  private Child running() {
    Child now = process;
    if (now == null) {
      throw new IllegalStateException("the platform is not started");
    }
    return now;
  }

  private boolean ready() {
    long deadline = ticker.nanos() + TimeUnit.SECONDS.toNanos(1);
    try (LoadConnection connection = LoadConnection.open(ticker, control, deadline)) {
      String head = "GET /health/ready HTTP/1.1\r\nHost: " + told(control) + "\r\n\r\n";
      return connection.exchange(head.getBytes(StandardCharsets.US_ASCII), deadline).status()
          == 200;
    } catch (IOException _) {
      return false;
    }
  }

  /** {@code HOST:PORT}. */
  public static String told(InetSocketAddress address) {
    return address.getAddress().getHostAddress() + ":" + address.getPort();
  }
}

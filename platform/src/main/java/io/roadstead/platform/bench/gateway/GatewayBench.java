package io.roadstead.platform.bench.gateway;

import io.roadstead.platform.Refused;
import io.roadstead.platform.bench.gateway.GatewayFigures.Measured;
import io.roadstead.platform.bench.gateway.GatewayFigures.Row;
import io.roadstead.platform.bench.gateway.Proxies.Proxy;
import io.roadstead.registry.Ticker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Puts the same load on each proxy in turns. What a request costs is the CPU time that the proxy's
 * process had while wrk was busy with it, divided by the answers that wrk counted. Blocks; for one
 * thread.
 */
final class GatewayBench {
  private static final int IDLE_CONNECTIONS = 8_000;
  private static final int HALF_LOAD_CONNECTIONS = 64;
  private static final int WARM_SECONDS = 10;
  private static final long UPLOAD_BYTES = 1_000_000;
  private static final Pattern PAUSE = Pattern.compile("(\\d+)M->(\\d+)M\\(\\d+M\\)");

  private final Proxies proxies;
  private final Ticker ticker;
  private final Consumer<String> progress;
  private final String taskset;
  private final String wrk;
  private final Optional<Path> h2load;
  private final Path upload;

  /** A kind of load. */
  record Load(String name, String path, int connections, boolean uploads) {
    static final List<Load> ALL =
        List.of(
            new Load("128 bytes, 64 connections", "/", 64, false),
            new Load("128 bytes, 256 connections", "/", 256, false),
            new Load("100 kB, 32 connections", "/large", 32, false),
            new Load("1 MB uploaded, 16 connections", "/upload", 16, true));
  }

  GatewayBench(Proxies proxies, Ticker ticker, Consumer<String> progress) {
    this.proxies = proxies;
    this.ticker = ticker;
    this.progress = progress;
    if (Runtime.getRuntime().availableProcessors() < 2) {
      throw Refused.because(
          "the benchmark needs 2 cores, one for the proxies and one for the load; there is 1");
    }
    this.taskset = Tool.need("taskset", "util-linux").toString();
    this.wrk = Tool.need("wrk", "wrk").toString();
    this.h2load = Tool.find("h2load");
    this.upload = proxies.folder().resolve("upload.lua");
  }

  GatewayFigures measure(int rounds, int seconds) throws IOException, InterruptedException {
    Files.writeString(
        upload, "wrk.method = \"POST\"\nwrk.body = string.rep(\"x\", " + UPLOAD_BYTES + ")\n");
    progress.accept("starting the proxies");
    List<Proxy> all = proxies.start();
    for (Proxy proxy : all) {
      progress.accept("warm-up: " + proxy.name() + " " + proxy.version());
      for (Load load : Load.ALL) {
        Wrk _ = load(proxy, load, proxy.compiles() ? WARM_SECONDS : 1);
      }
    }
    List<Row> rows = new ArrayList<>();
    double allocated = 0;
    for (Load load : Load.ALL) {
      Map<Proxy, List<Measured>> samples = new LinkedHashMap<>();
      long begun = allocatedBytes();
      long answers = 0;
      for (int round = 1; round <= rounds; round++) {
        progress.accept(load.name() + ": round " + round + " of " + rounds);
        for (Proxy proxy : all) {
          Measured measured = measure(proxy, load, seconds);
          samples.computeIfAbsent(proxy, _ -> new ArrayList<>()).add(measured);
          answers += proxy.compiles() ? measured.answers() : 0;
        }
      }
      if (rows.isEmpty()) {
        allocated = (double) (allocatedBytes() - begun) / answers;
      }
      samples.forEach((proxy, measured) -> rows.add(new Row(load.name(), proxy.name(), measured)));
    }
    return new GatewayFigures(
        rounds,
        seconds,
        all.stream().map(proxy -> proxy.name() + " " + proxy.version()).toList(),
        rows,
        halfLoad(all, rows, Math.max(1, rounds / 3), seconds),
        idle(all),
        allocated);
  }

  private Measured measure(Proxy proxy, Load load, int seconds) throws InterruptedException {
    Used before = Used.by(proxy.process());
    Wrk told = load(proxy, load, seconds);
    Used after = Used.by(proxy.process());
    return new Measured(
        told.requests(),
        told.perSecond(),
        told.p99Micros(),
        after.microsSince(before) / told.requests(),
        after.kernelMicrosSince(before) / told.requests());
  }

  private Wrk load(Proxy proxy, Load load, int seconds) throws InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                taskset,
                "-c",
                Proxies.LOAD_CORE,
                wrk,
                "-t1",
                "-c" + load.connections(),
                "-d" + seconds + "s",
                "--latency"));
    if (load.uploads()) {
      command.addAll(List.of("-s", upload.toString()));
    }
    command.add(proxy.base() + load.path());
    return Wrk.parse(proxy.name(), Tool.run(command, seconds + 30L));
  }

  /** What the gateway's JVM has allocated by the last collection, since the first. */
  private long allocatedBytes() throws IOException {
    long sum = 0;
    long left = 0;
    Matcher pause = PAUSE.matcher(Files.readString(proxies.collections()));
    while (pause.find()) {
      sum += (Long.parseLong(pause.group(1)) - left) << 20;
      left = Long.parseLong(pause.group(2));
    }
    return sum;
  }

  /** The latency at half of what the first proxy, nginx, can do; empty without h2load. */
  private Map<String, Double> halfLoad(List<Proxy> all, List<Row> rows, int rounds, int seconds)
      throws IOException, InterruptedException {
    if (h2load.isEmpty()) {
      progress.accept("no latency at half load: apt-get install nghttp2-client");
      return Map.of();
    }
    int rate = (int) (rows.getFirst().perSecond() / 2 / HALF_LOAD_CONNECTIONS);
    Map<String, List<Double>> samples = new LinkedHashMap<>();
    for (int round = 1; round <= rounds; round++) {
      progress.accept("half load: round " + round + " of " + rounds);
      for (Proxy proxy : all) {
        samples
            .computeIfAbsent(proxy.name(), _ -> new ArrayList<>())
            .add(halfLoad(proxy, rate, seconds));
      }
    }
    Map<String, Double> medians = new LinkedHashMap<>();
    samples.forEach((name, values) -> medians.put(name, GatewayFigures.median(values)));
    return medians;
  }

  private double halfLoad(Proxy proxy, int perConnection, int seconds)
      throws IOException, InterruptedException {
    Path log = proxies.folder().resolve("h2load.log");
    Files.deleteIfExists(log);
    String said =
        Tool.run(
            List.of(
                taskset,
                "-c",
                Proxies.LOAD_CORE,
                h2load.orElseThrow().toString(),
                "--h1",
                "-t1",
                "-c" + HALF_LOAD_CONNECTIONS,
                "--rps=" + Math.max(1, perConnection),
                "-D" + seconds,
                "--log-file=" + log,
                proxy.base() + "/"),
            seconds + 30L);
    List<Double> micros = new ArrayList<>();
    for (String line : Files.readAllLines(log)) {
      String[] columns = line.split("\t", -1);
      if (!columns[1].equals("200")) {
        throw Refused.because(proxy.name() + " answered " + columns[1] + " at half load");
      }
      micros.add(Double.parseDouble(columns[2]));
    }
    if (micros.isEmpty()) {
      throw Refused.because("h2load measured nothing: " + said.strip());
    }
    Collections.sort(micros);
    return micros.get((int) (micros.size() * 0.99));
  }

  /** What each proxy's processes take with idle client connections that have had one answer. */
  private Map<String, Long> idle(List<Proxy> all) throws IOException {
    Map<String, Long> resident = new LinkedHashMap<>();
    for (Proxy proxy : all) {
      progress.accept(IDLE_CONNECTIONS + " idle connections: " + proxy.name());
      List<SocketChannel> open = new ArrayList<>();
      try {
        for (int i = 0; i < IDLE_CONNECTIONS; i++) {
          open.add(connection(proxy));
        }
        resident.put(proxy.name(), Used.residentBytes(proxy.process()));
      } finally {
        for (SocketChannel channel : open) {
          channel.close();
        }
      }
    }
    return resident;
  }

  private SocketChannel connection(Proxy proxy) throws IOException {
    URI uri = URI.create(proxy.base() + "/");
    SocketChannel channel =
        SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), uri.getPort()));
    channel.write(
        ByteBuffer.wrap(
            ("GET " + uri.getPath() + " HTTP/1.1\r\nHost: bench\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII)));
    ByteBuffer answer = ByteBuffer.allocate(4096);
    long limit = ticker.nanos() + TimeUnit.SECONDS.toNanos(10);
    while (answer.position() == 0 || answer.get(answer.position() - 1) != 'y') {
      if (channel.read(answer) < 0 || ticker.nanos() > limit) {
        throw Refused.because(
            proxy.name() + " closed one of " + IDLE_CONNECTIONS + " idle connections");
      }
    }
    return channel;
  }
}

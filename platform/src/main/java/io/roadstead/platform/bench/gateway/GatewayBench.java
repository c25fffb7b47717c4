package io.roadstead.platform.bench.gateway;

import io.roadstead.platform.Refused;
import io.roadstead.platform.bench.gateway.GatewayFigures.Measured;
import io.roadstead.platform.bench.gateway.GatewayFigures.Row;
import io.roadstead.platform.bench.gateway.Proxies.Kind;
import io.roadstead.platform.bench.gateway.Proxies.Proxy;
import io.roadstead.platform.bench.proxy.Pinned;
import io.roadstead.platform.bench.proxy.Tool;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

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

  private final Proxies proxies;
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

    boolean concerns(Proxy proxy) {
      return proxy.kind() != Kind.SMALL_ONLY || path.equals("/");
    }
  }

  GatewayBench(Proxies proxies, Consumer<String> progress) {
    this.proxies = proxies;
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
      int warm =
          switch (proxy.kind()) {
            case COMPILED -> 1;
            case OURS -> WARM_SECONDS;
            case SMALL_ONLY -> 2 * WARM_SECONDS;
          };
      for (Load load : Load.ALL) {
        if (load.concerns(proxy)) {
          String _ = run(proxy, load, warm); // cold, it may fail to answer some in time
        }
      }
    }
    List<Row> rows = new ArrayList<>();
    for (Load load : Load.ALL) {
      Map<Proxy, List<Measured>> samples = new LinkedHashMap<>();
      for (int round = 1; round <= rounds; round++) {
        progress.accept(load.name() + ": round " + round + " of " + rounds);
        for (Proxy proxy : all) {
          if (load.concerns(proxy)) {
            samples
                .computeIfAbsent(proxy, _ -> new ArrayList<>())
                .add(measure(proxy, load, seconds));
          }
        }
      }
      samples.forEach((proxy, measured) -> rows.add(new Row(load.name(), proxy.name(), measured)));
    }
    Map<String, Double> halfLoad = halfLoad(all, rows, rounds, seconds);
    Map<String, Double> allocated = allocated(all);
    return new GatewayFigures(
        rounds,
        seconds,
        all.stream().map(proxy -> proxy.name() + " " + proxy.version()).toList(),
        rows,
        halfLoad,
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
    return Wrk.parse(proxy.name(), run(proxy, load, seconds));
  }

  private String run(Proxy proxy, Load load, int seconds) throws InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                taskset,
                "-c",
                Pinned.LOAD_CORE,
                wrk,
                "-t1",
                "-c" + load.connections(),
                "-d" + seconds + "s",
                "--timeout",
                "30s",
                "--latency"));
    if (load.uploads()) {
      command.addAll(List.of("-s", upload.toString()));
    }
    command.add(proxy.base() + load.path());
    return Tool.run(command, seconds + 60L);
  }

  /**
   * Bytes on the heap for each small request, of those on a JVM: by how much more a longer load
   * allocates than a shorter one, so that what the connections cost is not in it.
   */
  private Map<String, Double> allocated(List<Proxy> all) throws IOException, InterruptedException {
    Map<String, Double> bytes = new LinkedHashMap<>();
    for (Proxy proxy : all) {
      if (proxy.kind() != Kind.COMPILED) {
        progress.accept("what is allocated: " + proxy.name());
        try (Allocation allocation = Allocation.of(proxy.process())) {
          Load small = Load.ALL.getFirst();
          long begun = allocation.bytes();
          Wrk shorter = load(proxy, small, 1);
          long between = allocation.bytes();
          Wrk longer = load(proxy, small, 5);
          long more = allocation.bytes() - between - (between - begun);
          bytes.put(proxy.name(), (double) more / (longer.requests() - shorter.requests()));
        }
      }
    }
    return bytes;
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
        if (proxy.kind() != Kind.SMALL_ONLY) {
          samples
              .computeIfAbsent(proxy.name(), _ -> new ArrayList<>())
              .add(halfLoad(proxy, rate, seconds));
        }
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
                Pinned.LOAD_CORE,
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

  /**
   * What each proxy's processes take with idle client connections that have had one answer; without
   * those that do not keep as many.
   */
  private Map<String, Long> idle(List<Proxy> all) throws IOException {
    Map<String, Long> resident = new LinkedHashMap<>();
    for (Proxy proxy : all) {
      progress.accept(IDLE_CONNECTIONS + " idle connections: " + proxy.name());
      List<Socket> open = new ArrayList<>();
      try {
        for (int i = 0; i < IDLE_CONNECTIONS; i++) {
          open.add(connection(proxy));
        }
        resident.put(proxy.name(), Used.residentBytes(proxy.process()));
      } catch (IOException e) {
        if (proxy.kind() != Kind.SMALL_ONLY) {
          throw Refused.because(proxy.name() + " does not keep idle connections: " + e);
        }
        progress.accept(proxy.name() + " keeps " + open.size() + " of them: " + e);
      } finally {
        for (Socket socket : open) {
          socket.close();
        }
      }
    }
    return resident;
  }

  @SuppressWarnings("AddressSelection") // Loopback has one address.
  private static Socket connection(Proxy proxy) throws IOException {
    URI uri = URI.create(proxy.base() + "/");
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), uri.getPort());
    try {
      socket.setSoTimeout(10_000);
      socket
          .getOutputStream()
          .write(
              ("GET " + uri.getPath() + " HTTP/1.1\r\nHost: bench\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      InputStream answer = socket.getInputStream();
      int last = answer.read();
      while (last != 'y') {
        byte[] more = new byte[4096];
        int length = answer.read(more);
        if (length < 0) {
          throw new EOFException("closed before its answer");
        }
        last = more[length - 1];
      }
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }
}

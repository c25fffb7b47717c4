package io.roadstead.platform.bench.eureka;

import io.roadstead.platform.Refused;
import io.roadstead.platform.bench.eureka.EurekaServers.Server;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What one node takes with many instances, under steady heartbeats of 30 s each.
 *
 * @param heapEach live heap that an instance adds, in bytes
 * @param heapEachFetched the same once all have been fetched in one form
 * @param metadataEach of these, the text of its metadata
 * @param sweepMillis how long the expiry sweep holds the registry at a time: the mean
 * @param longestSweepMillis the longest of them since the start
 * @param pauseMillis the longest stop of the JVM during the heartbeats
 * @param heartbeats as the load saw them, in microseconds
 */
record SingleNode(
    int instances,
    int seconds,
    long heapEach,
    long heapEachFetched,
    long metadataEach,
    double sweepMillis,
    double longestSweepMillis,
    double pauseMillis,
    EurekaBench.Load heartbeats,
    long residentBytes) {
  private static final Pattern TOTAL = Pattern.compile("(?m)^Total\\s+\\d+\\s+(\\d+)");

  /** Room that the collector has left between objects: nobody's. */
  private static final Pattern FILLER =
      Pattern.compile("(?m)^\\s*\\d+:\\s+\\d+\\s+(\\d+)\\s+\\S*jdk\\.internal\\.vm\\.Filler");

  private static final Pattern PAUSE = Pattern.compile("Total: +(\\d+) ns");
  private static final int RENEWAL_SECONDS = 30;

  /** Makes the server write its pauses to a file. */
  static List<String> flags(Path pauses) {
    return List.of("-Xlog:safepoint=info:file=" + pauses);
  }

  static SingleNode measure(
      Server server,
      PinnedProcess loader,
      int instances,
      int seconds,
      Path pauses,
      Consumer<String> progress)
      throws IOException {
    long empty = liveHeap(server);
    progress.accept("registering " + instances);
    ask(server, loader, "register", instances, 0, 0);
    long full = liveHeap(server);
    progress.accept("fetching");
    ask(server, loader, "check", instances, 0, 0);
    long fetched = liveHeap(server);
    progress.accept("heartbeats, " + instances / RENEWAL_SECONDS + " a second");
    ask(server, loader, "heartbeat", instances, 10, instances / RENEWAL_SECONDS);
    long from = Files.size(pauses);
    String before = metrics(server);
    EurekaBench.Load beats =
        ask(server, loader, "heartbeat", instances, seconds, instances / RENEWAL_SECONDS);
    String after = metrics(server);
    double sweeps =
        metric(after, "roadstead_registry_sweep_seconds_count")
            - metric(before, "roadstead_registry_sweep_seconds_count");
    double swept =
        metric(after, "roadstead_registry_sweep_seconds_sum")
            - metric(before, "roadstead_registry_sweep_seconds_sum");
    return new SingleNode(
        instances,
        seconds,
        (full - empty) / instances,
        (fetched - empty) / instances,
        EurekaInstances.metadataCharacters(),
        sweeps == 0 ? 0 : swept * 1000 / sweeps,
        metric(after, "roadstead_registry_sweep_longest_seconds") * 1000,
        longest(pauses, from),
        beats,
        server.process().residentBytes());
  }

  private static EurekaBench.Load ask(
      Server server, PinnedProcess loader, String what, int instances, int seconds, int perSecond)
      throws IOException {
    String answer =
        loader.ask(
            what
                + " "
                + server.port()
                + " "
                + instances
                + " 1790000000000 "
                + seconds * 1000
                + " "
                + perSecond);
    return EurekaBench.Load.parse(answer, server.name());
  }

  /** After a collection of everything that is not used. */
  private static long liveHeap(Server server) throws IOException {
    String histogram = server.process().jcmd("GC.class_histogram");
    Matcher total = TOTAL.matcher(histogram);
    if (!total.find()) {
      throw Refused.because("jcmd tells no heap of " + server.name());
    }
    return Long.parseLong(total.group(1))
        - FILLER.matcher(histogram).results().mapToLong(f -> Long.parseLong(f.group(1))).sum();
  }

  private static String metrics(Server server) throws IOException {
    return new String(
        HttpLoad.once(server.port(), EurekaInstances.get("/metrics")), StandardCharsets.UTF_8);
  }

  private static double metric(String metrics, String name) {
    Matcher line = Pattern.compile("(?m)^" + name + "(?:\\{[^}]*})? (\\S+)").matcher(metrics);
    return line.find() ? Double.parseDouble(line.group(1)) : 0;
  }

  private static double longest(Path pauses, long from) throws IOException {
    byte[] all = Files.readAllBytes(pauses);
    String log = new String(all, (int) from, all.length - (int) from, StandardCharsets.UTF_8);
    return PAUSE
            .matcher(log)
            .results()
            .map(MatchResult::group)
            .mapToLong(text -> Long.parseLong(text.replaceAll("\\D", "")))
            .max()
            .orElse(0)
        / 1e6;
  }

  /** As Markdown. */
  String table() {
    return String.format(
        Locale.ROOT,
        """
        | %,d instances in one node | |
        |---|---|
        | live heap each, %d bytes of it the text of its metadata | %,d bytes |
        | the same once all have been fetched (JSON, gzip) | %,d bytes |
        | held by the sweep for expired leases at a time | %.2f ms (longest %.2f ms) |
        | longest pause of the JVM under %,d heartbeats a second, %d s | %.1f ms |
        | a heartbeat meanwhile, seen by the client | p50 %.2f ms, p99 %.2f ms, longest %.1f ms |
        | resident memory | %d MiB |

        JDK %s, server on one processor, the load on another
        """,
        instances,
        metadataEach,
        heapEach,
        heapEachFetched,
        sweepMillis,
        longestSweepMillis,
        instances / RENEWAL_SECONDS,
        seconds,
        pauseMillis,
        heartbeats.p50() / 1000.0,
        heartbeats.p99() / 1000.0,
        heartbeats.max() / 1000.0,
        residentBytes >> 20,
        Runtime.version());
  }

  Map<String, Object> json() {
    Map<String, Object> json = new TreeMap<>();
    json.put("instances", instances);
    json.put("seconds", seconds);
    json.put("heapBytesEach", heapEach);
    json.put("heapBytesEachFetched", heapEachFetched);
    json.put("metadataCharactersEach", metadataEach);
    json.put("sweepMillis", sweepMillis);
    json.put("longestSweepMillis", longestSweepMillis);
    json.put("longestPauseMillis", pauseMillis);
    json.put("heartbeatP99Micros", heartbeats.p99());
    json.put("heartbeatMaxMicros", heartbeats.max());
    json.put("residentBytes", residentBytes);
    return json;
  }
}

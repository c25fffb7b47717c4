package io.roadstead.platform.bench.watch;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * What was measured.
 *
 * @param cpus of this machine
 * @param changesPerSecond at which instances registered
 * @param beforeBytes resident memory of the platform before the first stream
 */
record WatchFigures(
    String jdk,
    int cpus,
    int changesPerSecond,
    long beforeBytes,
    List<Row> rows,
    List<Incident> incidents,
    Times firstRouted,
    int eurekaTrials,
    int eurekaMissed,
    Loss loss) {
  WatchFigures {
    rows = List.copyOf(rows);
    incidents = List.copyOf(incidents);
  }

  /** Times in microseconds. */
  record Times(long number, long p50Micros, long p99Micros, long maxMicros) {
    static Times of(Histogram micros) {
      return new Times(
          micros.getTotalCount(),
          micros.getValueAtPercentile(50),
          micros.getValueAtPercentile(99),
          micros.getMaxValue());
    }

    private Map<String, Object> json() {
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("number", number);
      json.put("p50Millis", p50Micros / 1_000.0);
      json.put("p99Millis", p99Micros / 1_000.0);
      json.put("maxMillis", maxMicros / 1_000.0);
      return json;
    }
  }

  /**
   * So many streams that all are told of each change.
   *
   * @param told from the sending of a registration to each reader
   * @param heartbeats of an instance, meanwhile
   * @param idleMicrosPerStreamSecond processor time where nothing changes
   * @param cpuMicros processor time per change and stream, without that
   * @param residentBytes with the streams open
   */
  record Row(
      int streams,
      Times told,
      Times heartbeats,
      double idleMicrosPerStreamSecond,
      double cpuMicros,
      long residentBytes) {
    /** For whoever waits for the rest. */
    String brief() {
      return String.format(
          Locale.ROOT,
          "p50 %s, p99 %s, longest %s; %.1f µs a change and stream; %d MiB; heartbeats p99 %s",
          millis(told.p50Micros()),
          millis(told.p99Micros()),
          millis(told.maxMicros()),
          cpuMicros,
          residentBytes >> 20,
          millis(heartbeats.p99Micros()));
    }
  }

  /**
   * Something that happens to the streams.
   *
   * @param millis until all readers stood again at the newest change
   * @param snapshots how many of them were given the whole registry
   * @param heartbeats meanwhile; where the platform was away, without that time
   * @param residentMeanwhile resident memory one after the other, from before; empty where it was
   *     not followed
   * @param residentBytes the most of it, or that at the end
   */
  record Incident(
      String name,
      int streams,
      long millis,
      long snapshots,
      Times heartbeats,
      List<Long> residentMeanwhile,
      long residentBytes) {
    Incident {
      residentMeanwhile = List.copyOf(residentMeanwhile);
    }

    Incident withResident(List<Long> meanwhile, long most) {
      return new Incident(name, streams, millis, snapshots, heartbeats, meanwhile, most);
    }

    private String resident() {
      return residentMeanwhile.isEmpty()
          ? (residentBytes >> 20) + " MiB"
          : String.join(" → ", residentMeanwhile.stream().map(each -> (each >> 20) + "").toList())
              + "; at most "
              + (residentBytes >> 20)
              + " MiB";
    }
  }

  /** What readers were told twice, or not at all; both are to be none. */
  record Loss(long gaps, long repeated, long refused) {}

  /** As Markdown, so that it can stand in a document as it is. */
  String table() {
    StringBuilder text = new StringBuilder();
    text.append(
        "| streams | register → in the stream: p50 | p99 | longest | CPU per change and stream"
            + " | CPU of an idle stream | a heartbeat meanwhile: p50 | p99 | resident |\n");
    text.append("|---|---|---|---|---|---|---|---|---|\n");
    for (Row row : rows) {
      text.append(
          String.format(
              Locale.ROOT,
              "| %,d | %s | %s | %s | %.1f µs | %.1f µs/s | %s | %s | %d MiB |%n",
              row.streams(),
              millis(row.told().p50Micros()),
              millis(row.told().p99Micros()),
              millis(row.told().maxMicros()),
              row.cpuMicros(),
              row.idleMicrosPerStreamSecond(),
              millis(row.heartbeats().p50Micros()),
              millis(row.heartbeats().p99Micros()),
              row.residentBytes() >> 20));
    }
    text.append(
            "\n| what happens | streams | until all stand at the newest change | given the whole")
        .append(" registry | a heartbeat meanwhile: p99 | longest | resident |\n");
    text.append("|---|---|---|---|---|---|---|\n");
    for (Incident each : incidents) {
      text.append(
          String.format(
              Locale.ROOT,
              "| %s | %,d | %,d ms | %,d | %s | %s | %s |%n",
              each.name(),
              each.streams(),
              each.millis(),
              each.snapshots(),
              millis(each.heartbeats().p99Micros()),
              millis(each.heartbeats().maxMicros()),
              each.resident()));
    }
    return text.append(
            String.format(
                Locale.ROOT,
                "%nRegister → first request routed to it: p50 %s, p99 %s, longest %s (%d times)."
                    + " Register → in the next Eureka fetch: %d of %d, whole and delta."
                    + " Not told: %d; told twice: %d; refused: %d. %d changes a second;"
                    + " %d MiB resident before the first stream; JDK %s, %d CPUs, load beside the"
                    + " platform%n",
                millis(firstRouted.p50Micros()),
                millis(firstRouted.p99Micros()),
                millis(firstRouted.maxMicros()),
                firstRouted.number(),
                eurekaTrials - eurekaMissed,
                eurekaTrials,
                loss.gaps(),
                loss.repeated(),
                loss.refused(),
                changesPerSecond,
                beforeBytes >> 20,
                jdk,
                cpus))
        .toString();
  }

  Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("jdk", jdk);
    json.put("cpus", cpus);
    json.put("changesPerSecond", changesPerSecond);
    json.put("residentBytesBefore", beforeBytes);
    List<Map<String, Object>> told = new ArrayList<>();
    for (Row row : rows) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("streams", row.streams());
      one.put("told", row.told().json());
      one.put("heartbeats", row.heartbeats().json());
      one.put("idleMicrosPerStreamSecond", row.idleMicrosPerStreamSecond());
      one.put("cpuMicrosPerChangeAndStream", row.cpuMicros());
      one.put("residentBytes", row.residentBytes());
      told.add(one);
    }
    json.put("rows", told);
    List<Map<String, Object>> happened = new ArrayList<>();
    for (Incident each : incidents) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("name", each.name());
      one.put("streams", each.streams());
      one.put("millis", each.millis());
      one.put("snapshots", each.snapshots());
      one.put("heartbeats", each.heartbeats().json());
      one.put("residentBytesMeanwhile", each.residentMeanwhile());
      one.put("residentBytes", each.residentBytes());
      happened.add(one);
    }
    json.put("incidents", happened);
    json.put("firstRouted", firstRouted.json());
    json.put("eurekaTrials", eurekaTrials);
    json.put("eurekaMissed", eurekaMissed);
    json.put("gaps", loss.gaps());
    json.put("repeated", loss.repeated());
    json.put("refused", loss.refused());
    return json;
  }

  private static String millis(long micros) {
    return String.format(Locale.ROOT, "%,.1f ms", micros / 1_000.0);
  }
}

package io.roadstead.platform.bench.eureka;

import io.roadstead.platform.Refused;
import io.roadstead.platform.bench.eureka.EurekaServers.Server;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Puts the same load on this platform and on Spring's Eureka server in turns and counts what each
 * request costs the server in processor time. Blocks; for one thread.
 */
final class EurekaBench {
  private static final int FETCHES_PER_SECOND = 20;
  private static final int WARM_HEARTBEAT_MILLIS = 8_000;
  private static final int WARM_FETCH_MILLIS = 8_000;

  private final PinnedProcess loader;
  private final InstantSource wall;
  private final Consumer<String> progress;
  private final int instances;

  /**
   * @param instances how many are registered
   */
  EurekaBench(PinnedProcess loader, InstantSource wall, int instances, Consumer<String> progress) {
    this.loader = loader;
    this.wall = wall;
    this.instances = instances;
    this.progress = progress;
  }

  /** One answer of the loader, times in microseconds. */
  record Load(long requests, long failed, long p50, long p99, long max, long bytes) {
    static Load parse(String line, String what) {
      if (!line.startsWith("ok ")) {
        throw Refused.because(what + ": the load broke off: " + line);
      }
      Map<String, Long> values = new LinkedHashMap<>();
      for (String word : line.substring(3).split(" ", -1)) {
        int equals = word.indexOf('=');
        values.put(word.substring(0, equals), Long.parseLong(word.substring(equals + 1)));
      }
      Load load =
          new Load(
              values.getOrDefault("requests", 0L),
              values.getOrDefault("failed", 0L),
              values.getOrDefault("p50", 0L),
              values.getOrDefault("p99", 0L),
              values.getOrDefault("max", 0L),
              values.getOrDefault("bytes", 0L));
      if (load.requests() == 0 || load.failed() > 0) {
        throw Refused.because(
            what + ": " + load.failed() + " of " + load.requests() + " answers were not as due");
      }
      return load;
    }
  }

  /** All rounds, by what was done, for each server in the order given. */
  EurekaFigures measure(List<Server> servers, int rounds, int seconds, int warmUps)
      throws IOException {
    Map<Server, Long> stamps = new LinkedHashMap<>();
    Map<String, Long> idle = new LinkedHashMap<>();
    for (Server server : servers) {
      idle.put(server.name(), server.process().residentBytes());
      stamps.put(server, warmUp(server, warmUps));
    }
    Map<String, List<EurekaFigures.Samples>> samples = new LinkedHashMap<>();
    for (int round = 1; round <= rounds; round++) {
      for (Server server : servers) {
        progress.accept("round " + round + " of " + rounds + ": " + server.name());
        long stamp = stamps.getOrDefault(server, 0L);
        note(samples, server, "heartbeat", order("heartbeat", server, stamp, seconds * 1000, 0));
        stamp = wall.millis();
        note(samples, server, "registration", order("register", server, stamp, 0, 0));
        stamps.put(server, stamp);
        // One change a second is what is measured, not the ten thousand of just now.
        load(server, order("check", server, 0, 0, 0));
        note(
            samples,
            server,
            "full fetch",
            order("fetch", server, stamp, seconds * 2000, FETCHES_PER_SECOND));
        stamp = wall.millis();
        load(server, order("register", server, stamp, 0, 0));
        stamps.put(server, stamp);
      }
    }
    Map<String, Long> resident = new LinkedHashMap<>();
    Map<String, Load> sizes = new LinkedHashMap<>();
    for (Server server : servers) {
      sizes.put(server.name(), load(server, order("check", server, 0, 0, 0)));
      resident.put(server.name(), server.process().residentBytes());
    }
    return EurekaFigures.of(instances, rounds, seconds, samples, idle, resident, sizes);
  }

  /** The compiler has to have seen all of it; the stamp of what is registered in the end. */
  private long warmUp(Server server, int warmUps) throws IOException {
    long stamp = 0;
    for (int i = 1; i <= warmUps; i++) {
      progress.accept("warming " + server.name() + " up, " + i + " of " + warmUps);
      stamp = wall.millis();
      load(server, order("register", server, stamp, 0, 0));
    }
    load(server, order("heartbeat", server, stamp, WARM_HEARTBEAT_MILLIS, 0));
    load(server, order("fetch", server, stamp, WARM_FETCH_MILLIS, 0));
    stamp = wall.millis();
    load(server, order("register", server, stamp, 0, 0));
    load(server, order("check", server, 0, 0, 0));
    return stamp;
  }

  private String order(String what, Server server, long stamp, int millis, int perSecond) {
    return what
        + " "
        + server.port()
        + " "
        + instances
        + " "
        + stamp
        + " "
        + millis
        + " "
        + perSecond;
  }

  private Load load(Server server, String order) throws IOException {
    return Load.parse(loader.ask(order), server.name());
  }

  private void note(
      Map<String, List<EurekaFigures.Samples>> all, Server server, String what, String order)
      throws IOException {
    Map<Long, Long> before = server.process().processorNanos();
    Load load = load(server, order);
    double micros = server.process().processorNanosSince(before) / 1000.0 / load.requests();
    EurekaFigures.samples(all.computeIfAbsent(what, _ -> new ArrayList<>()), server.name())
        .add(micros, (double) load.p50(), (double) load.p99());
  }
}

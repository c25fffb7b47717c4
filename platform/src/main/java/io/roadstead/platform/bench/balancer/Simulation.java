package io.roadstead.platform.bench.balancer;

import io.roadstead.balancer.Balancer;
import io.roadstead.balancer.Endpoint;
import io.roadstead.balancer.Member;
import io.roadstead.balancer.Outcome;
import io.roadstead.balancer.Subset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * One scenario with one strategy, in virtual time, repeatable by its seed.
 *
 * <p>Requests arrive as a Poisson stream whatever becomes of the earlier ones (open loop), each at
 * one of many clients, which know nothing of each other. A client gives up at its time-out; the
 * server works on. The way takes half a millisecond there and half back.
 */
final class Simulation {
  private static final double WAY_SECONDS = 0.0005;
  private static final double WINDOW_SECONDS = 0.25;
  private static final int SERVER_ENDED = 1;

  private final Scenario scenario;
  private final SplittableRandom random;
  private final Servers servers;
  private final List<Balancer<Integer>> clients = new ArrayList<>();
  private final EventHeap events = new EventHeap();
  private final Histogram latencies = new Histogram(1_000, 60_000_000_000L, 3);
  private final int[] windowAll;
  private final int[] windowHit;
  private @Nullable Member<Integer>[] members = array(1024);
  private double[] sent = new double[1024];
  private int[] client = new int[1024];
  private Outcome[] outcomes = new Outcome[1024];
  private int[] freed = new int[1024];
  private int free;
  private int used;
  private long requests;
  private long errors;

  Simulation(Scenario scenario, Competitor competitor, long seed) {
    this.scenario = scenario;
    this.random = new SplittableRandom(seed);
    this.servers = new Servers(scenario, random.split());
    int windows = (int) (scenario.seconds() / WINDOW_SECONDS) + 1;
    this.windowAll = new int[windows];
    this.windowHit = new int[windows];
    for (int i = 0; i < scenario.clients(); i++) {
      clients.add(competitor.balancer("z" + zone(i, scenario.clients()), random.split()));
    }
  }

  RunFigures run() {
    double perSecond = scenario.servers() * scenario.workers() / scenario.meanSeconds();
    double now = 0;
    int nextSecond = 0;
    while (true) {
      now -= Math.log(1 - random.nextDouble()) / (perSecond * scenario.load().applyAsDouble(now));
      while (nextSecond <= now && nextSecond < scenario.seconds()) {
        register(nextSecond++);
      }
      until(now);
      if (now >= scenario.seconds()) {
        // What is under way counts too: each has its answer, or its time-out.
        until(now + scenario.timeoutSeconds());
        return figures();
      }
      arrive(now);
    }
  }

  private void arrive(double now) {
    requests++;
    int who = random.nextInt(clients.size());
    Member<Integer> member = clients.get(who).pick(nanos(now));
    if (member == null) {
      errors++;
      return;
    }
    int server = member.target();
    int window = (int) (now / WINDOW_SECONDS);
    windowAll[window]++;
    windowHit[window] += server < scenario.hit() ? 1 : 0;
    int slot = slot();
    members[slot] = member;
    sent[slot] = now;
    client[slot] = who;
    if (scenario.weather().refuses(server, now) || scenario.weather().failsFast(server, now)) {
      boolean refused = scenario.weather().refuses(server, now);
      outcomes[slot] = refused ? Outcome.CONNECT_FAILED : Outcome.ERROR;
      events.add(nanos(now + 2 * WAY_SECONDS), slot << 1);
      servers.requests[server]++;
      return;
    }
    double end = servers.accept(server, now + WAY_SECONDS) + WAY_SECONDS;
    double deadline = now + scenario.timeoutSeconds();
    outcomes[slot] = end <= deadline ? Outcome.SUCCESS : Outcome.ERROR;
    events.add(nanos(Math.min(end, deadline)), slot << 1);
    events.add(nanos(end - WAY_SECONDS), server << 1 | SERVER_ENDED);
  }

  private void until(double second) {
    long now = nanos(second);
    while (!events.isEmpty() && events.time() <= now) {
      long time = events.time();
      int what = events.what();
      events.remove();
      if ((what & 1) == SERVER_ENDED) {
        servers.ended(what >> 1);
      } else {
        answered(what >> 1, time);
      }
    }
  }

  private void answered(int slot, long time) {
    Member<Integer> member = members[slot];
    if (member == null) {
      return;
    }
    Balancer<Integer> balancer = clients.get(client[slot]);
    long took = time - nanos(sent[slot]);
    int server = member.target();
    if (outcomes[slot] == Outcome.SUCCESS) {
      balancer.reported(member, time, servers.inFlight[server], servers.typicalNanos(server));
    } else {
      errors++;
    }
    balancer.ended(member, time, took, outcomes[slot]);
    boolean tellsTime = outcomes[slot] == Outcome.SUCCESS || took > 10_000_000;
    if (tellsTime) {
      latencies.recordValue(took);
    }
    members[slot] = null;
    freed[free++] = slot;
  }

  private void register(int second) {
    boolean changed = second == 0;
    List<Endpoint<Integer>> endpoints = new ArrayList<>();
    for (int i = 0; i < scenario.servers(); i++) {
      int generation = scenario.weather().generation(i, second);
      changed |= second > 0 && generation != scenario.weather().generation(i, second - 1.0);
      if (generation >= 0) {
        String key = "s" + i + "." + generation;
        endpoints.add(new Endpoint<>(key, i, 100, "z" + zone(i, scenario.servers())));
      }
    }
    for (int i = 0; changed && i < clients.size(); i++) {
      List<Endpoint<Integer>> own =
          scenario.subset() == 0
              ? endpoints
              : Subset.of(endpoints, i, clients.size(), scenario.subset());
      clients.get(i).update(own, nanos(second));
    }
  }

  private int zone(int index, int count) {
    return index * scenario.zones() / count;
  }

  private RunFigures figures() {
    return new RunFigures(
        requests,
        latencies.getValueAtPercentile(50) / 1e6,
        latencies.getValueAtPercentile(99) / 1e6,
        latencies.getValueAtPercentile(99.9) / 1e6,
        100.0 * errors / requests,
        gini(),
        Arrays.stream(servers.mostInFlight).max().orElse(0),
        turned(scenario.from(), true),
        turned(scenario.to(), false));
  }

  private double gini() {
    long[] sorted = servers.requests.clone();
    Arrays.sort(sorted);
    double weighted = 0;
    double total = 0;
    for (int i = 0; i < sorted.length; i++) {
      weighted += (2.0 * (i + 1) - sorted.length - 1) * sorted[i];
      total += sorted[i];
    }
    return weighted / (sorted.length * total);
  }

  /** Seconds until those hit got less (or again more) than half of their share; NaN: never. */
  private double turned(double from, boolean away) {
    if (scenario.from() < 0 || from >= scenario.seconds()) {
      return Double.NaN;
    }
    double half = 0.5 * scenario.hit() / scenario.servers();
    int start = (int) (from / WINDOW_SECONDS);
    for (int i = start; i + 1 < windowAll.length - 1; i++) {
      boolean now = windowHit[i] < half * windowAll[i];
      boolean then = windowHit[i + 1] < half * windowAll[i + 1];
      if (now == away && then == away) {
        return (i - start) * WINDOW_SECONDS;
      }
    }
    return Double.NaN;
  }

  private int slot() {
    if (free > 0) {
      return freed[--free];
    }
    if (used == sent.length) {
      members = Arrays.copyOf(members, used * 2);
      sent = Arrays.copyOf(sent, used * 2);
      client = Arrays.copyOf(client, used * 2);
      outcomes = Arrays.copyOf(outcomes, used * 2);
      freed = Arrays.copyOf(freed, used * 2);
    }
    return used++;
  }

  private static long nanos(double seconds) {
    return (long) (seconds * 1e9);
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private static @Nullable Member<Integer>[] array(int size) {
    return new Member[size];
  }
}

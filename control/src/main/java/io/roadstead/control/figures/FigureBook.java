package io.roadstead.control.figures;

import io.roadstead.control.figures.GatewayCounts.Counter;
import io.roadstead.control.figures.GatewayCounts.InService;
import io.roadstead.control.figures.GatewayCounts.OnInstance;
import io.roadstead.control.figures.GatewayCounts.RequestKey;
import io.roadstead.control.figures.GatewayCounts.Requests;
import io.roadstead.registry.InstanceKey;
import io.roadstead.registry.Ticker;
import io.roadstead.rollout.VersionFigures;
import io.roadstead.rollout.judge.Histogram;
import io.roadstead.rollout.judge.Sample;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the platform's gateways did in the last five minutes, second by second, and in all.
 *
 * <p><b>Idea.</b> Gateways only count, from the start of their process on. The own one is asked;
 * those in processes of their own tell. Each is a {@link Source}: the difference to what it said
 * before goes into sums and into the second under way, so a message that is lost only comes late.
 * Once a second {@link #tick} closes the second of every {@link Series}.
 *
 * <p><b>Bounds.</b> {@value #MOST_SERIES} series at most, each of which goes when it has been quiet
 * for five minutes; {@value #MOST_TOTALS} totals; {@value #MOST_GATEWAYS} gateways. What is beyond
 * is left out, and logged once.
 *
 * <p>Safe from any thread; one lock guards all but the totals of instances, which are read without.
 */
public final class FigureBook implements Traffic, VersionFigures {
  private static final int CLIENT_ERRORS = 4;
  private static final int SERVER_ERRORS = 5;
  private static final List<Long> UPPER_NANOS =
      IntStream.range(0, Buckets.COUNT).mapToLong(Buckets::upperNanos).boxed().toList();

  static final int MOST_SERIES = 4_000;
  static final int MOST_TOTALS = 20_000;
  static final int MOST_GATEWAYS = 64;

  private static final Logger log = LoggerFactory.getLogger(FigureBook.class);
  private static final int RECENT_SECONDS = 10;
  private static final long SECOND = Duration.ofSeconds(1).toNanos();
  private static final long SILENT_NANOS = Duration.ofSeconds(5).toNanos();
  private static final long FORGOTTEN_NANOS = Duration.ofMinutes(10).toNanos();

  /** The last second and the last ten. */
  public record Live(SeriesName name, Figures point, Figures recent) {}

  /** As of the second closed last. */
  public record LiveFigures(Instant at, boolean known, List<Live> series) {}

  /** A stretch of the past. */
  public record Past(SeriesName name, Columns columns, Figures window) {}

  /** As of the second closed last. */
  public record PastFigures(Instant at, boolean known, List<Past> series) {}

  private static final class Total {
    private final long[] byStatusClass = new long[Requests.CLASSES];
    private final long[] buckets = new long[Buckets.COUNT];
    private double sumSeconds;

    private void add(Total other) {
      for (int i = 0; i < byStatusClass.length; i++) {
        byStatusClass[i] += other.byStatusClass[i];
      }
      for (int i = 0; i < buckets.length; i++) {
        buckets[i] += other.buckets[i];
      }
      sumSeconds += other.sumSeconds;
    }
  }

  private final Supplier<Optional<GatewayCounts>> asked;
  private final Ticker ticker;
  private final InstantSource wall;
  private final ReentrantLock asking = new ReentrantLock();
  private final ReentrantLock lock = new ReentrantLock();
  private final Source own;
  private final Map<String, Source> told = new HashMap<>();
  private final Map<RequestKey, Total> totals = new HashMap<>();
  private final Map<String, Map<String, Long>> retries = new HashMap<>();
  private final Map<Counter, Long> counters = new HashMap<>();
  private final Map<SeriesName, Series> series = new TreeMap<>();
  private final Map<InstanceKey, Traffic.Sum> instances = new ConcurrentHashMap<>();
  private final long beginNanos;
  private volatile Runnable ticked = () -> {};
  private boolean hasOwn;
  private boolean full;
  private long closed;
  private Instant closedAt;

  /**
   * @param own what the gateway of this process has counted, nothing where there is none; may block
   *     for a moment
   */
  public FigureBook(Supplier<Optional<GatewayCounts>> own, Ticker ticker, InstantSource wall) {
    this.asked = own;
    this.ticker = ticker;
    this.wall = wall;
    this.beginNanos = ticker.nanos();
    this.own = new Source(false, beginNanos);
    this.closedAt = wall.instant();
  }

  /** Calls back after each second, on the thread that closed it; must not block. */
  public void onTick(Runnable listener) {
    ticked = listener;
  }

  /** Closes the second. Called once a second; blocks for a moment. */
  public void tick() {
    askOwn();
    lock.lock();
    try {
      long now = ticker.nanos();
      reviewSources(now);
      gaugeInFlight(now);
      // Rounded, so that a beat that comes a little early or late is the second that it is for.
      long due = Math.round((double) (now - beginNanos) / SECOND);
      long passed = Math.min(Series.SECONDS, due - closed);
      for (Series each : series.values()) {
        for (long i = 1; i < passed; i++) {
          each.skip();
        }
        if (passed > 0) {
          each.close();
        }
      }
      closed = Math.max(closed, due);
      series.values().removeIf(Series::quiet);
      closedAt = wall.instant();
    } finally {
      lock.unlock();
    }
    ticked.run();
  }

  /**
   * A gateway in a process of its own tells what it has counted.
   *
   * @return false where it left out what is not known here: it is to tell everything
   * @throws IllegalStateException where there are too many gateways
   */
  public boolean hear(String gateway, Telling telling) {
    lock.lock();
    try {
      long now = ticker.nanos();
      Source source = told.get(gateway);
      if (source == null) {
        if (told.size() >= MOST_GATEWAYS) {
          throw new IllegalStateException(
              MOST_GATEWAYS + " gateways tell their figures, no more are heard");
        }
        source = new Source(true, now);
        told.put(gateway, source);
      }
      source.hear(telling.counts(), now, sink());
      telling.gone().forEach(source::gone);
      boolean known = !source.baseline() || telling.whole();
      if (telling.complete() && telling.whole()) {
        source.caughtUp();
      }
      return known;
    } finally {
      lock.unlock();
    }
  }

  private void askOwn() {
    asking.lock(); // what is read first is to be heard first
    try {
      Optional<GatewayCounts> counts = asked.get();
      lock.lock();
      try {
        hasOwn = counts.isPresent();
        own.hear(counts.orElse(GatewayCounts.NONE), ticker.nanos(), sink());
        own.retain(counts.orElse(GatewayCounts.NONE));
      } finally {
        lock.unlock();
      }
    } finally {
      asking.unlock();
    }
  }

  private Source.Sink sink() {
    return new Source.Sink() {
      @Override
      public void requests(
          RequestKey key, long[] byStatusClass, long[] buckets, double sumSeconds) {
        count(key, byStatusClass, buckets, sumSeconds);
      }

      @Override
      public void retries(String service, String reason, long count) {
        if (retries.containsKey(service) || retries.size() < MOST_TOTALS) {
          retries.computeIfAbsent(service, _ -> new HashMap<>()).merge(reason, count, Long::sum);
        }
      }

      @Override
      public void counter(Counter counter, long count) {
        if (counters.containsKey(counter) || counters.size() < MOST_TOTALS) {
          counters.merge(counter, count, Long::sum);
        }
      }

      @Override
      public void onInstance(
          InstanceKey key, long requests, long errors, long clientErrors, long[] buckets) {
        long ended = LongStream.of(buckets).sum();
        if (requests > 0 || ended > 0) {
          Optional<Series> found = find(new SeriesName(key.service(), "", key.id()));
          found.ifPresent(series -> series.add(requests, errors, clientErrors));
          found.ifPresent(series -> series.addTook(buckets));
        }
        if (instances.containsKey(key) || instances.size() < MOST_TOTALS) {
          instances.merge(key, new Traffic.Sum(requests, errors, 0), Traffic.Sum::plus);
        }
      }
    };
  }

  private void count(RequestKey key, long[] byStatusClass, long[] buckets, double sumSeconds) {
    long all = LongStream.of(byStatusClass).sum();
    Total total = totals.get(key);
    if (total == null && totals.size() < MOST_TOTALS) {
      total = new Total();
      totals.put(key, total);
    }
    if (total != null) {
      for (int i = 0; i < byStatusClass.length; i++) {
        total.byStatusClass[i] += byStatusClass[i];
      }
      for (int i = 0; i < buckets.length; i++) {
        total.buckets[i] += buckets[i];
      }
      total.sumSeconds += sumSeconds;
    }
    if (all == 0) {
      return;
    }
    List<SeriesName> names = new ArrayList<>();
    names.add(SeriesName.TOTAL);
    if (!key.service().isEmpty()) {
      names.add(SeriesName.service(key.service()));
      if (!key.version().isEmpty()) {
        names.add(new SeriesName(key.service(), key.version(), ""));
      }
    }
    for (SeriesName name : names) {
      Optional<Series> found = find(name);
      if (found.isPresent()) {
        found.get().add(all, byStatusClass[5], byStatusClass[4]);
        found.get().addTook(buckets);
      }
    }
  }

  private Optional<Series> find(SeriesName name) {
    Series found = series.get(name);
    if (found == null) {
      if (series.size() >= MOST_SERIES) {
        if (!full) {
          full = true;
          log.warn("there are figures for {} series, the limit: {} is left out", MOST_SERIES, name);
        }
        return Optional.empty();
      }
      found = new Series();
      series.put(name, found);
    }
    return Optional.of(found);
  }

  private void reviewSources(long now) {
    told.values().removeIf(source -> source.silentNanos(now) >= FORGOTTEN_NANOS);
    Set<InstanceKey> listed = new HashSet<>(own.instances().keySet());
    told.values().forEach(source -> listed.addAll(source.instances().keySet()));
    instances.keySet().retainAll(listed);
  }

  /** The gateways that are there now; what another has under way is nobody's any more. */
  private List<Source> present(long now) {
    List<Source> all = new ArrayList<>();
    all.add(own);
    told.values().stream().filter(s -> s.silentNanos(now) < SILENT_NANOS).forEach(all::add);
    return all;
  }

  private void gaugeInFlight(long now) {
    series.values().forEach(Series::clearInFlight);
    Map<InstanceKey, Long> byInstance = new HashMap<>();
    for (Source source : present(now)) {
      source
          .services()
          .forEach(
              (name, service) -> {
                addInFlight(SeriesName.service(name), service.inFlight());
                addInFlight(SeriesName.TOTAL, service.inFlight());
              });
      source
          .instances()
          .forEach(
              (key, instance) -> {
                addInFlight(new SeriesName(key.service(), "", key.id()), instance.inFlight());
                addInFlight(
                    new SeriesName(key.service(), instance.version(), ""), instance.inFlight());
                byInstance.merge(key, instance.inFlight(), Long::sum);
              });
    }
    instances.replaceAll(
        (key, sum) ->
            new Traffic.Sum(sum.requests(), sum.failed(), byInstance.getOrDefault(key, 0L)));
  }

  private void addInFlight(SeriesName name, long count) {
    if (count > 0) {
      find(name).ifPresent(found -> found.addInFlight(count));
    }
  }

  private boolean known() {
    return hasOwn || present(ticker.nanos()).size() > 1;
  }

  /** The last second and the last ten, of all series that are not quiet, and of the total. */
  public LiveFigures live() {
    lock.lock();
    try {
      List<Live> all = new ArrayList<>();
      series.forEach(
          (name, each) -> {
            if (name.ofService() || !each.quietFor(RECENT_SECONDS)) {
              all.add(new Live(name, each.last(1), each.last(RECENT_SECONDS)));
            }
          });
      return new LiveFigures(closedAt, known(), all);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Recent recent() {
    lock.lock();
    try {
      if (!known()) {
        return Recent.UNKNOWN;
      }
      Map<SeriesName, Figures> all = new HashMap<>();
      series.forEach(
          (name, each) -> {
            if (!each.quietFor(RECENT_SECONDS)) {
              all.put(name, each.last(RECENT_SECONDS));
            }
          });
      return new Recent(true, all);
    } finally {
      lock.unlock();
    }
  }

  /**
   * The last so many seconds.
   *
   * @param service whose, with its versions and instances; "" for the total and every service
   * @param seconds 1 to 300
   */
  public PastFigures past(String service, int seconds) {
    lock.lock();
    try {
      List<Past> all = new ArrayList<>();
      series.forEach(
          (name, each) -> {
            if (service.isEmpty() ? name.ofService() : name.service().equals(service)) {
              all.add(new Past(name, each.columns(seconds), each.last(seconds)));
            }
          });
      return new PastFigures(closedAt, known(), all);
    } finally {
      lock.unlock();
    }
  }

  /** Up to the second that was closed last, over all routes and gateways. */
  @Override
  public Sample of(String service, String version) {
    long requests = 0;
    long errors = 0;
    long[] counts = new long[Buckets.COUNT];
    lock.lock();
    try {
      for (Map.Entry<RequestKey, Total> each : totals.entrySet()) {
        RequestKey key = each.getKey();
        if (key.service().equals(service) && key.version().equals(version)) {
          Total total = each.getValue();
          requests += LongStream.of(total.byStatusClass).sum();
          errors += total.byStatusClass[SERVER_ERRORS];
          for (int i = 0; i < counts.length; i++) {
            counts[i] += total.buckets[i];
          }
        }
      }
    } finally {
      lock.unlock();
    }
    return new Sample(
        requests, errors, new Histogram(UPPER_NANOS, LongStream.of(counts).boxed().toList()));
  }

  /** What was counted on each route since the platform started, by its label. */
  public Map<String, OfRoute> byRoute() {
    Map<String, Total> sums = new HashMap<>();
    Map<String, Long> late = new HashMap<>();
    lock.lock();
    try {
      totals.forEach(
          (key, total) -> sums.computeIfAbsent(key.route(), _ -> new Total()).add(total));
      counters.forEach(
          (counter, count) -> {
            if (counter.name().equals("timeouts")) {
              String value = counter.value();
              late.merge(value.substring(value.indexOf(',') + 1), count, Long::sum);
            }
          });
    } finally {
      lock.unlock();
    }
    Map<String, OfRoute> all = new HashMap<>();
    sums.forEach(
        (route, sum) ->
            all.put(
                route,
                new OfRoute(
                    LongStream.of(sum.byStatusClass).sum(),
                    sum.byStatusClass[SERVER_ERRORS],
                    sum.byStatusClass[CLIENT_ERRORS],
                    late.getOrDefault(route, 0L),
                    Buckets.quantileMillis(sum.buckets, 0.5),
                    Buckets.quantileMillis(sum.buckets, 0.99))));
    return all;
  }

  /** What was counted since the platform started, as of now, over all gateways. Blocks a moment. */
  public GatewayCounts counts() {
    askOwn();
    lock.lock();
    try {
      List<Requests> requests = new ArrayList<>();
      totals.forEach(
          (key, sum) ->
              requests.add(
                  new Requests(
                      key, sum.byStatusClass.clone(), sum.buckets.clone(), sum.sumSeconds)));
      Map<String, InService> services = new HashMap<>();
      Map<InstanceKey, OnInstance> onInstances = new HashMap<>();
      long clients = 0;
      for (Source source : present(ticker.nanos())) {
        source.services().forEach((name, each) -> services.merge(name, each, InService::plus));
        source.instances().forEach((key, each) -> onInstances.merge(key, each, OnInstance::plus));
        clients += source.clientConnections();
      }
      retries.forEach(
          (name, counted) ->
              services.merge(
                  name,
                  new InService(0, Map.of(), counted),
                  (now, all) -> new InService(now.inFlight(), now.connections(), all.retries())));
      return new GatewayCounts(requests, services, onInstances, clients, counters);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Traffic.Sum of(InstanceKey key) {
    return instances.getOrDefault(key, Traffic.Sum.NONE);
  }
}

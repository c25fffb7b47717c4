package io.roadstead.bench.balancer;

import com.netflix.client.config.DefaultClientConfigImpl;
import com.netflix.client.config.IClientConfig;
import com.netflix.loadbalancer.AbstractServerList;
import com.netflix.loadbalancer.AvailabilityFilteringRule;
import com.netflix.loadbalancer.BestAvailableRule;
import com.netflix.loadbalancer.DummyPing;
import com.netflix.loadbalancer.IRule;
import com.netflix.loadbalancer.LoadBalancerContext;
import com.netflix.loadbalancer.PollingServerListUpdater;
import com.netflix.loadbalancer.RandomRule;
import com.netflix.loadbalancer.RoundRobinRule;
import com.netflix.loadbalancer.Server;
import com.netflix.loadbalancer.ServerStats;
import com.netflix.loadbalancer.WeightedResponseTimeRule;
import com.netflix.loadbalancer.ZoneAvoidanceRule;
import com.netflix.loadbalancer.ZoneAwareLoadBalancer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The same of Netflix Ribbon: a choice, and the report of an earlier one's outcome to its
 * statistics as its own HTTP client makes it. Its usual load balancer, with servers in two zones.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
    value = 1,
    jvmArgsAppend = {"-XX:+UseSerialGC", "-XX:+UseCompactObjectHeaders"})
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public class RibbonBenchmark {
  private static final int UNDER_WAY = 32;
  private static final int LATENCIES = 4096;

  /** How many servers there are. */
  @Param({"10", "50", "1000"})
  public int endpoints;

  /** Its rules. */
  @Param({
    "ZoneAvoidance",
    "RoundRobin",
    "Random",
    "AvailabilityFiltering",
    "BestAvailable",
    "WeightedResponseTime"
  })
  public String rule = "";

  private final long[] latencies = new long[LATENCIES];
  private final @Nullable ServerStats[] underWay = new ServerStats[UNDER_WAY];
  private @Nullable ZoneAwareLoadBalancer<Server> balancer;
  private @Nullable LoadBalancerContext context;
  private int turn;

  /** For JMH. */
  public RibbonBenchmark() {}

  /** A load balancer that has seen each server answer. */
  @Setup
  public void make() {
    SplittableRandom random = new SplittableRandom(20261123);
    List<Server> servers = new ArrayList<>();
    for (int i = 0; i < endpoints; i++) {
      Server server = new Server("10.0." + i / 250 + "." + i % 250, 8080);
      server.setZone(i % 2 == 0 ? "a" : "b");
      servers.add(server);
    }
    DefaultClientConfigImpl config = DefaultClientConfigImpl.getClientConfigWithDefaultValues();
    balancer =
        new ZoneAwareLoadBalancer<>(
            config,
            rule(),
            new DummyPing(),
            new Fixed(servers),
            null,
            new PollingServerListUpdater(config));
    context = new LoadBalancerContext(balancer, config);
    for (int i = 0; i < LATENCIES; i++) {
      latencies[i] = (long) (2 * Math.exp(0.8 * random.nextGaussian()));
    }
    for (int i = 0; i < UNDER_WAY + endpoints; i++) {
      chooseAndReport();
    }
  }

  private IRule rule() {
    return switch (rule) {
      case "RoundRobin" -> new RoundRobinRule();
      case "Random" -> new RandomRule();
      case "AvailabilityFiltering" -> new AvailabilityFilteringRule();
      case "BestAvailable" -> new BestAvailableRule();
      case "WeightedResponseTime" -> new WeightedResponseTimeRule();
      default -> new ZoneAvoidanceRule();
    };
  }

  /** Its timers end. */
  @TearDown
  public void end() {
    if (balancer != null) {
      balancer.shutdown();
    }
  }

  /** One request. */
  @Benchmark
  public @Nullable Server chooseAndReport() {
    ZoneAwareLoadBalancer<Server> chooses = balancer;
    LoadBalancerContext reports = context;
    if (chooses == null || reports == null) {
      return null;
    }
    turn++;
    ServerStats done = underWay[turn & (UNDER_WAY - 1)];
    if (done != null) {
      reports.noteRequestCompletion(done, "", null, latencies[turn & (LATENCIES - 1)], null);
    }
    Server chosen = chooses.chooseServer("default");
    if (chosen != null) {
      ServerStats stats = reports.getServerStats(chosen);
      reports.noteOpenConnection(stats);
      underWay[turn & (UNDER_WAY - 1)] = stats;
    }
    return chosen;
  }

  private static final class Fixed extends AbstractServerList<Server> {
    private final List<Server> servers;

    Fixed(List<Server> servers) {
      this.servers = servers;
    }

    @Override
    public List<Server> getInitialListOfServers() {
      return servers;
    }

    @Override
    public List<Server> getUpdatedListOfServers() {
      return servers;
    }

    @Override
    public void initWithNiwsConfig(IClientConfig config) {}
  }
}

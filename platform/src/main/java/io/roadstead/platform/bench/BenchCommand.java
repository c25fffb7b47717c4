package io.roadstead.platform.bench;

import io.roadstead.platform.Refused;
import io.roadstead.platform.bench.balancer.BalancerCommand;
import io.roadstead.platform.bench.deploys.DeploysCommand;
import io.roadstead.platform.bench.eureka.EurekaCommand;
import io.roadstead.platform.bench.gateway.GatewayCommand;
import io.roadstead.platform.bench.watch.WatchCommand;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** The word before the benchmarks. */
@Command(
    name = "bench",
    description = {"Measures on this machine what the documentation gives figures of.", ""},
    synopsisSubcommandLabel = "BENCHMARK",
    subcommands = {
      StartCommand.class,
      GatewayCommand.class,
      GridCommand.class,
      WatchCommand.class,
      EurekaCommand.class,
      BalancerCommand.class,
      DeploysCommand.class,
      JudgeCommand.class,
      JmhCommand.class
    })
public final class BenchCommand implements Callable<Integer> {
  /** For picocli. */
  public BenchCommand() {}

  @Override
  public Integer call() {
    throw Refused.usage("name a benchmark: \"roadstead bench --help\" lists them");
  }
}

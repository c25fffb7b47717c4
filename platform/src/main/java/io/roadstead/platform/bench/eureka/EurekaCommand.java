package io.roadstead.platform.bench.eureka;

import io.roadstead.platform.Refused;
import io.roadstead.platform.bench.eureka.EurekaServers.Server;
import io.roadstead.platform.demo.stage.Program;
import io.roadstead.platform.log.LogSetup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;

/** {@code roadstead bench eureka}. */
@Command(
    name = "eureka",
    description = {
      "What heartbeats, registrations and full fetches cost this platform's registry and"
          + " spring-cloud-netflix-eureka-server in processor time, in turns on the same core.",
      "From 20,000 instances on: the figures of one node alone (heap, sweep, pauses).",
      "Needs Linux, two cores, taskset, and Maven Central once. Takes some minutes.",
      ""
    })
public final class EurekaCommand implements Callable<Integer> {
  private static final int ALONE_FROM = 20_000;
  private static final int MOST_INSTANCES = 200_000;

  @Option(
      names = "--instances",
      paramLabel = "N",
      defaultValue = "10000",
      description = "How many are registered. Default: 10000.")
  private int instances;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "5",
      description = "How often each server has its turn. Default: 5.")
  private int rounds;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "4",
      description = "Of heartbeats in a turn; of fetches twice as many. Default: 4.")
  private int seconds;

  @Option(
      names = "--warm-up",
      paramLabel = "N",
      defaultValue = "20",
      description = "How often all are registered before the first round. Default: 20.")
  private int warmUps;

  @Option(names = "--without-spring", description = "Measure this platform alone.")
  private boolean alone;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "json",
      description = "\"json\": one JSON document; all else goes to standard error.")
  private @Nullable String format;

  /** For picocli. */
  public EurekaCommand() {}

  @Override
  public Integer call() throws IOException {
    check();
    LogSetup.onlyWarnings();
    Path folder =
        Files.createTempDirectory(Path.of(System.getProperty("java.io.tmpdir")), "bench-eureka-");
    Deque<AutoCloseable> open = new ArrayDeque<>();
    Thread ending = Thread.ofPlatform().unstarted(() -> close(open, folder));
    Runtime.getRuntime().addShutdownHook(ending);
    try {
      EurekaServers servers = new EurekaServers(Program.running(), folder, EurekaCommand::say);
      PinnedProcess loader = opened(open, servers.loader());
      String table;
      Map<String, Object> json;
      if (instances >= ALONE_FROM) {
        Path pauses = folder.resolve("pauses.log");
        Server server = opened(open, servers.roadstead(SingleNode.flags(pauses)));
        SingleNode figures =
            SingleNode.measure(server, loader, instances, seconds, pauses, EurekaCommand::say);
        table = figures.table();
        json = figures.json();
      } else {
        List<Server> both = new ArrayList<>();
        both.add(opened(open, servers.roadstead(List.of())));
        if (!alone) {
          both.add(opened(open, servers.spring()));
        }
        EurekaFigures figures =
            new EurekaBench(loader, InstantSource.system(), instances, EurekaCommand::say)
                .measure(both, rounds, seconds, warmUps);
        table = figures.table();
        json = figures.json();
      }
      System.out.print(
          format == null ? table : JsonMapper.shared().writeValueAsString(json) + "\n");
      return 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Refused.because("the benchmark was ended before its time");
    } finally {
      close(open, folder);
    }
  }

  private void check() {
    if (format != null && !format.equals("json")) {
      throw Refused.usage("-o " + format + " is not known: write -o json, or leave it out");
    }
    bounded("--instances", instances, 100, MOST_INSTANCES);
    bounded("--rounds", rounds, 1, 100);
    bounded("--seconds", seconds, 1, 600);
    bounded("--warm-up", warmUps, 1, 100);
    if (!Files.isReadable(Path.of("/proc/self/schedstat"))) {
      throw Refused.because("the benchmark needs Linux: it reads processor times from /proc");
    }
    if (Runtime.getRuntime().availableProcessors() < 2) {
      throw Refused.because(
          "the benchmark needs two processors, one for servers and one for the load; here is one");
    }
  }

  private static void bounded(String option, int value, int least, int most) {
    if (value < least || value > most) {
      throw Refused.usage(
          option + " " + value + " is not possible: write " + least + " to " + most);
    }
  }

  private static <T extends AutoCloseable> T opened(Deque<AutoCloseable> open, T one) {
    synchronized (open) {
      open.push(one);
    }
    return one;
  }

  /** Also for a hook at the end of the JVM: what was started would outlive it. */
  private static void close(Deque<AutoCloseable> open, Path folder) {
    synchronized (open) {
      try {
        while (!open.isEmpty()) {
          open.pop().close();
        }
        if (Files.exists(folder)) {
          try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
              Files.deleteIfExists(file);
            }
          }
        }
      } catch (Exception e) {
        System.err.println("roadstead: temporary files stay in " + folder + ": " + e.getMessage());
      }
    }
  }

  private static void say(String line) {
    System.err.println(line);
  }
}

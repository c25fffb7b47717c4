package io.roadstead.platform.bench.deploys;

import io.roadstead.platform.Refused;
import io.roadstead.platform.bench.watch.BenchedPlatform;
import io.roadstead.platform.demo.stage.Program;
import io.roadstead.platform.demo.stage.Workplace;
import io.roadstead.platform.log.LogSetup;
import io.roadstead.registry.Ticker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code roadstead bench deploys}. */
@Command(
    name = "deploys",
    description = {
      "How many deployments a second there can be, and what they lose of a load of six kinds.",
      "Many services are deployed without a pause, each release a jar of its own. The platform runs"
          + " in a process of its own, the load is this one. Each request that fails is told, with"
          + " what the gateway knows of it. Ends with 1 where one failed, but for those by"
          + " --kills.",
      ""
    })
public final class DeploysCommand implements Callable<Integer> {
  private static final int MOST_SECONDS = 3_600;
  private static final int MOST_SERVICES = 100;
  private static final Protection[] WHOLE = {Protection.NONE_OUT};

  @Option(
      names = "--duration",
      paramLabel = "SECONDS",
      defaultValue = "60",
      description = "How long it is measured, 5 to 3600. Default: 60.")
  private int seconds;

  @Option(
      names = "--services",
      paramLabel = "N",
      defaultValue = "32",
      description = "How many services there are, 2 to 100. Default: 32.")
  private int services;

  @Option(
      names = "--start-caches",
      description = "Deploy two jars in turn of which there are start caches.")
  private boolean sameJars;

  @Option(
      names = "--ablation",
      description = {
        "Measure again and again, each time with another protective step left out: what it loses."
      })
  private boolean ablation;

  @Option(
      names = "--kills",
      description = {
        "After one of three deployments kill an instance of its service with kill -9: what failed"
            + " by that, and what by the deployments."
      })
  private boolean kills;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Of which instances are killed. Default: 1.")
  private long seed;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "json",
      description = "\"json\": one JSON document; all else goes to standard error.")
  private @Nullable String format;

  /** For picocli. */
  public DeploysCommand() {}

  @Override
  public Integer call() throws IOException {
    if (format != null && !format.equals("json")) {
      throw Refused.usage("-o " + format + " is not known: write -o json, or leave it out");
    }
    within("--duration", seconds, 5, MOST_SECONDS);
    within("--services", services, 2, MOST_SERVICES);
    LogSetup.onlyWarnings();
    List<DeploysFigures> runs = new ArrayList<>();
    for (Protection without : ablation ? Protection.values() : WHOLE) {
      if (ablation) {
        say("without: " + without.step());
      }
      runs.add(run(without));
    }
    DeploysFigures whole = runs.getFirst();
    System.out.print(
        format == null
            ? (ablation ? DeploysFigures.ablation(runs) : whole.table())
            : JsonMapper.shared().writeValueAsString(json(runs)) + "\n");
    return whole.failedByDeployments() == 0 && whole.problems().isEmpty() ? 0 : 1;
  }

  private static ObjectNode json(List<DeploysFigures> runs) {
    ObjectNode whole = runs.getFirst().json();
    if (runs.size() > 1) {
      ArrayNode rest = whole.putArray("ablation");
      runs.subList(1, runs.size()).forEach(run -> rest.add(run.json()));
    }
    return whole;
  }

  private DeploysFigures run(Protection without) throws IOException {
    SecureRandom random = new SecureRandom();
    Ticker ticker = Ticker.system();
    Path parent = Path.of(System.getProperty("java.io.tmpdir"));
    try (Workplace workplace = Workplace.in(parent, random)) {
      BenchedPlatform platform = new BenchedPlatform(workplace, ticker, random);
      Path accessLog = DeploysBench.accessLog(workplace);
      Files.createDirectory(workplace.path().resolve("access"));
      platform.start(
          without == Protection.NONE_OUT
              ? whole(platform, accessLog)
              : unprotected(without, platform, accessLog));
      DeploysBench bench =
          new DeploysBench(
              workplace,
              platform,
              ticker,
              InstantSource.system(),
              new CountDownLatch(1),
              DeploysCommand::say);
      return bench.measure(new DeploysRun(without, services, seconds, sameJars, kills, seed));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Refused.because("the benchmark was ended before its time");
    }
  }

  private static List<String> whole(BenchedPlatform platform, Path accessLog) {
    return Program.running()
        .command(
            Program.UP_FLAGS,
            List.of(
                "up",
                "--control",
                BenchedPlatform.told(platform.control()),
                "--gateway",
                BenchedPlatform.told(platform.gateway()),
                "--data",
                platform.data().toString(),
                "--access-log",
                accessLog.toString(),
                "--access-log-format",
                "json"));
  }

  private static List<String> unprotected(
      Protection without, BenchedPlatform platform, Path accessLog) {
    return Program.running()
        .command(
            UnprotectedPlatform.class,
            Program.UP_FLAGS,
            List.of(
                without.name(),
                BenchedPlatform.told(platform.control()),
                BenchedPlatform.told(platform.gateway()),
                platform.data().toString(),
                accessLog.toString()));
  }

  private static void within(String option, int value, int least, int most) {
    if (value < least || value > most) {
      throw Refused.usage(
          option + " " + value + " is not possible: write " + least + " to " + most);
    }
  }

  private static void say(String line) {
    System.err.println(line);
  }
}

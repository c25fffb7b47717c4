package io.roadstead.platform.bench.watch;

import io.roadstead.platform.Refused;
import io.roadstead.platform.demo.stage.Workplace;
import io.roadstead.platform.log.LogSetup;
import io.roadstead.registry.Ticker;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;

/** {@code roadstead bench watch}. */
@Command(
    name = "watch",
    description = {
      "How soon a registration is in the watch streams, in the gateway and in a Eureka fetch, and"
          + " what many streams cost.",
      "Also what becomes of them when all connections end, when readers stop to read and when the"
          + " platform is killed. The platform runs in a process of its own; the readers are this"
          + " one. Takes about two minutes.",
      ""
    })
public final class WatchCommand implements Callable<Integer> {
  private static final int MOST_STREAMS = 10_000;
  private static final int MOST_CHANGES = 1_000;
  private static final int MOST_SECONDS = 600;
  private static final int TRIALS = 300;

  @Option(
      names = "--streams",
      paramLabel = "N",
      defaultValue = "10000",
      description = "The most streams, 1 to 10000; 1, 100 and 1000 come before. Default: 10000.")
  private int streams;

  @Option(
      names = "--changes-per-second",
      paramLabel = "N",
      defaultValue = "10",
      description = "How many instances register in a second, 1 to 1000. Default: 10.")
  private int changes;

  @Option(
      names = "--duration",
      paramLabel = "SECONDS",
      defaultValue = "10",
      description = "How long each number of streams is measured, 1 to 600. Default: 10.")
  private int seconds;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "json",
      description = "\"json\": one JSON document; all else goes to standard error.")
  private @Nullable String format;

  /** For picocli. */
  public WatchCommand() {}

  @Override
  public Integer call() throws IOException {
    if (format != null && !format.equals("json")) {
      throw Refused.usage("-o " + format + " is not known: write -o json, or leave it out");
    }
    within("--streams", streams, MOST_STREAMS);
    within("--changes-per-second", changes, MOST_CHANGES);
    within("--duration", seconds, MOST_SECONDS);
    LogSetup.onlyWarnings();
    SecureRandom random = new SecureRandom();
    Ticker ticker = Ticker.system();
    CountDownLatch ended = new CountDownLatch(1);
    Path parent = Path.of(System.getProperty("java.io.tmpdir"));
    try (Workplace workplace = Workplace.in(parent, random)) {
      BenchedPlatform platform = new BenchedPlatform(workplace, ticker, random);
      WatchFigures figures =
          new WatchBench(platform, ticker, ended, WatchCommand::say)
              .measure(streams, changes, seconds, TRIALS);
      System.out.print(
          format == null
              ? figures.table()
              : JsonMapper.shared().writeValueAsString(figures.json()) + "\n");
      return 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Refused.because("the benchmark was ended before its time");
    }
  }

  private static void within(String option, int value, int most) {
    if (value < 1 || value > most) {
      throw Refused.usage(option + " " + value + " is not possible: write 1 to " + most);
    }
  }

  private static void say(String line) {
    System.err.println(line);
  }
}

package io.roadstead.platform.bench;

import io.roadstead.platform.Refused;
import io.roadstead.platform.demo.ShopJars;
import io.roadstead.platform.demo.stage.Program;
import io.roadstead.platform.log.LogSetup;
import io.roadstead.registry.Ticker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;

/** {@code roadstead bench start}. */
@Command(
    name = "start",
    description = {
      "How long the example shop's services take from the start of the process to the first"
          + " healthy answer.",
      "As they are, extracted, and with a start cache. The ways take turns, so that all meet the"
          + " same machine. Takes some minutes.",
      ""
    })
final class StartCommand implements Callable<Integer> {
  private static final int MOST_ROUNDS = 100;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "7",
      description = "How often each is started, 1 to 100. Default: 7.")
  private int rounds;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "json",
      description = "\"json\": one JSON document; all else goes to standard error.")
  private @Nullable String format;

  @Override
  public Integer call() throws IOException {
    if (format != null && !format.equals("json")) {
      throw Refused.usage("-o " + format + " is not known: write -o json, or leave it out");
    }
    if (rounds < 1 || rounds > MOST_ROUNDS) {
      throw Refused.usage(
          "--rounds " + rounds + " is not possible: write 1 to " + MOST_ROUNDS + " rounds");
    }
    LogSetup.onlyWarnings();
    ShopJars jars = ShopJars.near(Program.running().place());
    Path folder =
        Files.createTempDirectory(Path.of(System.getProperty("java.io.tmpdir")), "bench-start-");
    try (StartBench bench = new StartBench(folder, Ticker.system(), StartCommand::say)) {
      Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> close(bench)));
      StartFigures figures =
          bench.measure(jars.jar("catalogue", "1"), jars.jar("orders", "1"), rounds);
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

  private static void say(String line) {
    System.err.println(line);
  }

  private static void close(StartBench bench) {
    try {
      bench.close();
    } catch (IOException e) {
      System.err.println("roadstead: temporary files stay: " + e.getMessage());
    }
  }
}

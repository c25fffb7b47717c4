package io.roadstead.platform.demo;

import io.roadstead.platform.Refused;
import io.roadstead.platform.log.LogSetup;
import io.roadstead.registry.Ticker;
import java.io.Console;
import java.io.PrintStream;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.security.CodeSource;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code roadstead demo}. */
@Command(
    name = "demo",
    description = {
      "Shows a platform at work: the example shop under steady load, with deployments,",
      "a change of scale, a killed instance and a bad version. Uses free ports and a",
      "temporary data directory. Exit code 1 if a request failed in a deployment."
    })
public final class DemoCommand implements Callable<Integer> {
  private static final int SHORTEST_SECONDS = 5;
  private static final int LONGEST_SECONDS = 24 * 60 * 60;
  private static final int MOST_PER_SECOND = 5_000;

  @Option(
      names = "--duration",
      paramLabel = "SECONDS",
      defaultValue = "60",
      description = "How long the load lasts once the shop is up, 5 to 86400. Default: 60.")
  private int seconds;

  @Option(
      names = "--rate",
      paramLabel = "N",
      defaultValue = "260",
      description = "Requests a second, 1 to 5000. Default: 260.")
  private int perSecond;

  @Option(names = "--headless", description = "No live figures: only what happens, and the result.")
  private boolean headless;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "json",
      description = "\"json\": the result as one JSON document; all else goes to standard error.")
  private @Nullable String format;

  /** For picocli, which fills the fields. */
  public DemoCommand() {}

  @Override
  public Integer call() {
    if (format != null && !format.equals("json")) {
      throw Refused.usage("-o " + format + " is not known: write -o json, or leave it out");
    }
    check("--duration", seconds, SHORTEST_SECONDS, LONGEST_SECONDS);
    check("--rate", perSecond, 1, MOST_PER_SECOND);
    LogSetup.onlyWarnings();
    boolean json = format != null;
    PrintStream out = json ? System.err : System.out;
    boolean terminal = !json && onTerminal();
    Narrator narrator = new Narrator(out, terminal);
    Shop shop = new Shop(ShopJars.near(program()));
    Result result = perform(shop, narrator, Ticker.system());
    if (json) {
      System.out.println(result.json());
    } else {
      result.lines().forEach(System.out::println);
    }
    return result.exitCode();
  }

  // Where input and output are redirected, JDK 25 does return null.
  @SuppressWarnings("SystemConsoleNull")
  private static boolean onTerminal() {
    Console console = System.console();
    return console != null && console.isTerminal();
  }

  /** From start to the last trace removed. */
  private Result perform(Shop shop, Narrator narrator, Ticker ticker) {
    try (DemoStage stage = DemoStage.start()) {
      Duration duration = Duration.ofSeconds(seconds);
      Demo demo = new Demo(stage, shop, narrator, ticker, duration, perSecond, !headless);
      stage.onShutdown(demo::cancel);
      Result result = demo.run();
      narrator.say("Stopping everything.");
      return result;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Refused.because("the demo was ended before its time");
    }
  }

  private static void check(String option, int value, int least, int most) {
    if (value < least || value > most) {
      throw Refused.usage(option + " " + value + " is not between " + least + " and " + most);
    }
  }

  /** The jar that runs, or the directory of its classes. */
  private static Path program() {
    CodeSource source = DemoCommand.class.getProtectionDomain().getCodeSource();
    try {
      return source == null ? Path.of("") : Path.of(source.getLocation().toURI());
    } catch (URISyntaxException e) {
      throw Refused.because("the place of the program is not known: " + source.getLocation());
    }
  }
}

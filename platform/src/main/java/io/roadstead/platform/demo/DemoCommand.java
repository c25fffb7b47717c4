package io.roadstead.platform.demo;

import io.roadstead.gateway.accesslog.AccessLogConfig;
import io.roadstead.platform.Refused;
import io.roadstead.platform.demo.screen.Terminal;
import io.roadstead.platform.demo.stage.ProcessStage;
import io.roadstead.platform.demo.stage.Program;
import io.roadstead.platform.demo.stage.Stage;
import io.roadstead.platform.demo.stage.Workplace;
import io.roadstead.platform.log.LogSetup;
import io.roadstead.registry.Ticker;
import java.io.PrintStream;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code roadstead demo}. */
@Command(
    name = "demo",
    description = {
      "Shows a platform at work: the example shop under steady load, with deployments, a change"
          + " of scale, a bad version, a killed instance and a killed platform.",
      "On a terminal with a live screen. Uses free ports and a temporary directory, and leaves"
          + " nothing behind. Exit code 1 if a request failed in a deployment."
    },
    footer = {
      "",
      "Examples:",
      "  roadstead demo --keep",
      "  roadstead demo --duration 60 --headless -o json"
    })
public final class DemoCommand implements Callable<Integer> {
  private static final int SHORTEST_SECONDS = 5;
  private static final int LONGEST_SECONDS = 24 * 60 * 60;
  private static final int MOST_PER_SECOND = 5_000;

  @Option(
      names = "--duration",
      paramLabel = "SECONDS",
      defaultValue = "60",
      description =
          "How long the load lasts once the shop is up, 5 to 86400; all acts fit into 60."
              + " Default: 60.")
  private int seconds;

  @Option(
      names = "--rate",
      paramLabel = "N",
      defaultValue = "260",
      description = "Requests a second, 1 to 5000. Default: 260.")
  private int perSecond;

  @Option(
      names = "--headless",
      description = "No screen and no live figures: a line for what happens, and the result.")
  private boolean headless;

  @Option(
      names = "--keep",
      description =
          "Keep the platform, its console and the gateway after the result, until Ctrl-C.")
  private boolean keep;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "json",
      description = "\"json\": the result as one JSON document; all else goes to standard error.")
  private @Nullable String format;

  @Option(
      names = "--access-log",
      paramLabel = "FILE",
      description = "Have the gateway log each request to this file. Default: no log.")
  private @Nullable Path accessLog;

  @Option(
      names = "--access-log-format",
      paramLabel = "text|json",
      defaultValue = "text",
      description = "How its lines look. Default: text.")
  private String accessLogFormat = "text";

  private final Ticker ticker = Ticker.system();
  private final Ending ending = new Ending();

  /** For picocli, which fills the fields. */
  public DemoCommand() {}

  @Override
  public Integer call() {
    if (format != null && !format.equals("json")) {
      throw Refused.usage("-o " + format + " is not known: write -o json, or leave it out");
    }
    check("--duration", "seconds", seconds, SHORTEST_SECONDS, LONGEST_SECONDS);
    check("--rate", "requests a second", perSecond, 1, MOST_PER_SECOND);
    if (AccessLogConfig.format(accessLogFormat).isEmpty()) {
      throw Refused.usage(
          "--access-log-format " + accessLogFormat + " is not known: write text or json");
    }
    LogSetup.onlyWarnings();
    Program program = Program.running();
    ShopJars jars = ShopJars.near(program.place());
    SecureRandom random = new SecureRandom();
    ending.start();
    Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
    try (Workplace workplace = Workplace.in(temporary, random)) {
      ending.before(workplace::close);
      Stage stage = ProcessStage.start(program, workplace, ticker, random, gatewayOptions());
      return perform(stage, new Shop(jars, "http://" + stage.gateway()), workplace);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Refused.because("the demo was ended before its time");
    }
  }

  private List<String> gatewayOptions() {
    return accessLog == null
        ? List.of()
        : List.of(
            "--access-log",
            accessLog.toAbsolutePath().toString(),
            "--access-log-format",
            accessLogFormat);
  }

  private static void check(String option, String unit, int value, int least, int most) {
    if (value < least || value > most) {
      throw Refused.usage(
          "%s %d is not possible: write %d to %d %s".formatted(option, value, least, most, unit));
    }
  }

  private int perform(Stage stage, Shop shop, Workplace workplace) throws InterruptedException {
    boolean json = format != null;
    boolean live = !json && !headless && Terminal.usable(System.getenv());
    PrintStream out = json ? System.err : System.out;
    Narrator narrator = new Narrator(ticker, live ? _ -> {} : out::println);
    Duration duration = Duration.ofSeconds(seconds);
    Demo demo = new Demo(stage, shop, narrator, ticker, duration, perSecond);
    ending.before(demo::cancel);
    Result result;
    if (live) {
      Watch watch = new Watch(stage, demo, narrator, duration, ZoneId.systemDefault());
      Terminal terminal = new Terminal(out, workplace::screen);
      ending.before(terminal::close);
      try (Display display = new Display(watch, terminal, Terminal.look(out), ticker)) {
        display.start();
        result = demo.run();
      } finally {
        narrator.lines().forEach(out::println);
      }
    } else {
      try (PlainFigures figures = new PlainFigures(demo, narrator)) {
        if (!headless) {
          figures.start();
        }
        result = demo.run();
      }
    }
    if (result.exitCode() != 0) {
      stage.warnings().forEach(System.err::println);
    }
    if (json) {
      System.out.println(result.json());
    } else {
      result.lines().forEach(System.out::println);
    }
    System.out.flush();
    if (keep) {
      ending.exitWith(result.exitCode());
      out.println();
      out.println("Still there, until Ctrl-C:");
      out.println("  console   " + stage.control() + "/");
      out.println("  gateway   http://" + stage.gateway() + "/");
      out.println("  token     " + stage.tokenFile());
      new CountDownLatch(1).await();
    }
    return result.exitCode();
  }
}

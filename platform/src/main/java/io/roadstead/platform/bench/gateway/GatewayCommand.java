package io.roadstead.platform.bench.gateway;

import io.roadstead.platform.Refused;
import io.roadstead.platform.demo.stage.Workplace;
import io.roadstead.platform.log.LogSetup;
import io.roadstead.registry.Ticker;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;

/** {@code roadstead bench gateway}. */
@Command(
    name = "gateway",
    description = {
      "What a request through the gateway costs, beside nginx, HAProxy, Zuul 2 and Spring Cloud"
          + " Gateway.",
      "Measured are CPU time of the proxy for each request, what it allocates, answers a second"
          + " and latency, for small and large answers, uploads and idle connections. HAProxy is"
          + " left out where it is not installed; Zuul 2 and Spring Cloud Gateway come from Maven"
          + " Central. Each proxy has one core, load and origin have another, and they take turns."
          + " Needs two cores and the Debian packages nginx-light, wrk and, for the latency at"
          + " half load, nghttp2-client. Takes about twelve minutes.",
      ""
    })
public final class GatewayCommand implements Callable<Integer> {
  private static final int MOST_ROUNDS = 100;
  private static final int MOST_SECONDS = 60;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "9",
      description = "How often each is measured, 1 to 100. Default: 9.")
  private int rounds;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "2",
      description = "How long each measurement takes, 1 to 60. Default: 2.")
  private int seconds;

  @Option(
      names = "--peers",
      paramLabel = "LIST",
      description = {
        "Of nginx-large, haproxy, zuul and spring those to compare with, separated by",
        "commas; nginx is always one. Default: all that can be had."
      })
  private @Nullable String peers;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "json",
      description = "\"json\": one JSON document; all else goes to standard error.")
  private @Nullable String format;

  /** For picocli. */
  public GatewayCommand() {}

  @Override
  public Integer call() throws IOException {
    if (format != null && !format.equals("json")) {
      throw Refused.usage("-o " + format + " is not known: write -o json, or leave it out");
    }
    within("--rounds", rounds, MOST_ROUNDS);
    within("--seconds", seconds, MOST_SECONDS);
    Set<Peer> wanted = peers == null ? null : Peer.parse(peers);
    LogSetup.onlyWarnings();
    SecureRandom random = new SecureRandom();
    Path parent = Path.of(System.getProperty("java.io.tmpdir"));
    try (Workplace workplace = Workplace.in(parent, random)) {
      Proxies proxies =
          new Proxies(workplace.path(), wanted, Ticker.system(), random, GatewayCommand::say);
      GatewayFigures figures =
          new GatewayBench(proxies, GatewayCommand::say).measure(rounds, seconds);
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

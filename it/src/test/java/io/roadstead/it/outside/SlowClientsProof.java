package io.roadstead.it.outside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Thousands of clients that are slow in each way there is do not disturb those that are not.
 * Gateway, platform, service and normal load are processes of their own. Windows without and with
 * slow clients alternate, so that what else the machine does is in both. {@code
 * -Dproof.clients=8000} sets how many there are, {@code -Dproof.kinds=READERS,IDLE} which.
 */
@Tag("long-proof")
final class SlowClientsProof {
  private static final int ROUNDS = 5;
  private static final int SECONDS = 4;
  private static final Duration SETTLE = Duration.ofSeconds(2);

  /** Below that it is the scheduler's, on two cores that five processes share. */
  private static final double NOISE_MILLIS = 5;

  private static final long MOST_GROWTH = 150_000_000;
  private static final Pattern P99 = Pattern.compile("(?m)^\\s+99%\\s+([\\d.]+)(us|ms|s)\\s*$");
  private static final Pattern RESIDENT = Pattern.compile("(?m)^VmRSS:\\s+(\\d+) kB");
  private static final String SCRIPT =
      """
      function delay() return 20 end
      """;

  @TempDir private Path directory;

  @Test
  void slowClientsDisturbNobody() throws Exception {
    assumeTrue(Wrk.installed(), "wrk is not installed (apt-get install wrk)");
    int clients = Integer.getInteger("proof.clients", 8000);
    int servicePort = Launcher.freePort();
    Process service = service(servicePort);
    try (Launcher roadstead = new Launcher(directory)) {
      roadstead.up("none");
      register(roadstead, servicePort);
      String url = "http://" + roadstead.gateway() + "/patient/";
      InetSocketAddress address =
          new InetSocketAddress(
              InetAddress.getLoopbackAddress(),
              URI.create("http://" + roadstead.gateway()).getPort());
      List<String> problems = new ArrayList<>();
      for (SlowClients.Kind kind : kinds()) {
        // Takes the port over from the one before.
        Process gateway = roadstead.gatewayProcess();
        Awaitility.await().until(() -> roadstead.status(url) == 200);
        for (int i = 0; i < 3; i++) {
          double _ = p99Millis(url); // warm
        }
        long before = resident(gateway);
        List<Double> quiet = new ArrayList<>();
        List<Double> disturbed = new ArrayList<>();
        long most = 0;
        int again = 0;
        for (int round = 0; round < ROUNDS; round++) {
          quiet.add(p99Millis(url));
          try (SlowClients slow = new SlowClients(kind, address).open(clients)) {
            // What 8,000 new connections cost is another matter than what they cost once there.
            Awaitility.await().pollDelay(SETTLE).until(() -> true);
            disturbed.add(p99Millis(url));
            most = Math.max(most, resident(gateway));
            again += slow.again();
          }
        }
        long growth = most - before;
        System.out.printf(
            "%d slow %s: p99 %.2f ms, without them %.2f ms; resident memory %+d MB from %d MB; %d"
                + " ended by the gateway%n",
            clients,
            kind,
            median(disturbed),
            median(quiet),
            growth / 1_000_000,
            before / 1_000_000,
            again);
        if (median(disturbed) > Math.max(NOISE_MILLIS, 2 * median(quiet))) {
          problems.add(kind + ": p99 " + disturbed + " ms, without them " + quiet);
        }
        if (growth > MOST_GROWTH) {
          problems.add(kind + ": resident memory grew by " + growth + " bytes");
        }
      }
      assertThat(problems).isEmpty();
    } finally {
      service.destroyForcibly().waitFor();
    }
  }

  private static List<SlowClients.Kind> kinds() {
    String wanted = System.getProperty("proof.kinds", "");
    return Arrays.stream(SlowClients.Kind.values())
        .filter(kind -> wanted.isEmpty() || List.of(wanted.split(",", -1)).contains(kind.name()))
        .toList();
  }

  private Process service(int port) throws Exception {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "-XX:+UseSerialGC",
            "-cp",
            Path.of(
                    PatientService.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toURI())
                .toString(),
            PatientService.class.getName(),
            Integer.toString(port))
        .redirectErrorStream(true)
        .redirectOutput(directory.resolve("service.log").toFile())
        .start();
  }

  private void register(Launcher roadstead, int port) throws IOException, InterruptedException {
    String token = Files.readString(directory.resolve("data").resolve("token")).strip();
    try (HttpClient http = HttpClient.newHttpClient()) {
      var answer =
          http.send(
              HttpRequest.newBuilder(
                      URI.create(
                          "http://" + roadstead.control() + "/api/v1/registry/patient/patient-1"))
                  .header("Authorization", "Bearer " + token)
                  .header("Content-Type", "application/json")
                  .PUT(
                      BodyPublishers.ofString(
                          "{\"host\":\"127.0.0.1\",\"port\":"
                              + port
                              + ",\"status\":\"UP\",\"leaseSeconds\":3600}"))
                  .build(),
              BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 299);
    }
  }

  /** What wrk has as the 99th percentile of a window of 400 requests a second. */
  private double p99Millis(String url) throws IOException, InterruptedException {
    Path script = Files.writeString(directory.resolve("normal.lua"), SCRIPT);
    Process wrk =
        new ProcessBuilder(
                "wrk",
                "-t1",
                "-c8",
                "-d" + SECONDS + "s",
                "--timeout",
                "20s",
                "--latency",
                "-s",
                script.toString(),
                url)
            .redirectErrorStream(true)
            .start();
    String said = new String(wrk.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(wrk.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(said).doesNotContain("Socket errors").doesNotContain("Non-2xx");
    Matcher line = P99.matcher(said);
    assertThat(line.find()).as(said).isTrue();
    double value = Double.parseDouble(line.group(1));
    return switch (line.group(2)) {
      case "us" -> value / 1000;
      case "ms" -> value;
      default -> value * 1000;
    };
  }

  private static long resident(Process process) throws IOException {
    Matcher line =
        RESIDENT.matcher(
            Files.readString(Path.of("/proc", Long.toString(process.pid()), "status")));
    assertThat(line.find()).isTrue();
    return Long.parseLong(line.group(1)) << 10;
  }

  private static double median(List<Double> values) {
    List<Double> sorted = new ArrayList<>(values);
    Collections.sort(sorted);
    return sorted.get(sorted.size() / 2);
  }
}

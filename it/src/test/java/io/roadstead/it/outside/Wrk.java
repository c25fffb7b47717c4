package io.roadstead.it.outside;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Steady load by {@code wrk}, about 400 requests a second over 8 kept connections, until it is
 * asked to stop.
 */
final class Wrk {
  /** Says of each answer that is an error what it was and from whom. */
  private static final String SCRIPT =
      """
      function delay() return 20 end
      function response(status, headers, body)
        if status >= 400 then
          print(os.date("%H:%M:%S"), status, headers["X-Roadstead-Reason"] or "from the service",
            string.sub(body, 1, 300))
        end
      end
      """;

  private static final String BODY = "wrk.body = 'not to be sent twice'\n";

  private final Process process;
  private final Path output;

  private Wrk(Process process, Path output) {
    this.process = process;
    this.output = output;
  }

  static boolean installed() {
    return Files.isExecutable(Path.of("/usr/bin/wrk"));
  }

  /** Many connections at once, kept or one for each request, 50 requests a second on each. */
  static Wrk crowd(String url, int connections, boolean kept, Path directory) throws IOException {
    Path script =
        Files.writeString(
            directory.resolve(kept ? "kept.lua" : "closing.lua"),
            (kept ? "" : "wrk.headers['Connection'] = 'close'\n") + SCRIPT);
    return start(url, connections, script, directory);
  }

  static Wrk against(String method, String url, Path directory) throws IOException {
    Path script =
        Files.writeString(
            directory.resolve("steady.lua"),
            "wrk.method = '" + method + "'\n" + (method.equals("POST") ? BODY : "") + SCRIPT);
    return start(url, 8, script, directory);
  }

  private static Wrk start(String url, int connections, Path script, Path directory)
      throws IOException {
    Path output = Files.createTempFile(directory, "wrk", ".txt");
    Process process =
        new ProcessBuilder(
                "wrk",
                "-t1",
                "-c" + connections,
                "-d1800s",
                "--timeout",
                "10s",
                "-s",
                script.toString(),
                url)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    return new Wrk(process, output);
  }

  /**
   * Stops it, and fails unless every request was answered 2xx or 3xx without a socket error.
   * Returns the requests.
   */
  long stopLossless() throws IOException, InterruptedException {
    // SIGINT: wrk prints its summary.
    new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
    assertThat(process.waitFor(15, TimeUnit.SECONDS)).as("wrk ended").isTrue();
    String summary = Files.readString(output);
    assertThat(summary).doesNotContain("Non-2xx", "Socket errors");
    Matcher requests = Pattern.compile("(\\d+) requests in").matcher(summary);
    assertThat(requests.find()).as("wrk's summary: %s", summary).isTrue();
    return Long.parseLong(requests.group(1));
  }
}

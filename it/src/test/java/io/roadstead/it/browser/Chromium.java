package io.roadstead.it.browser;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import tools.jackson.databind.JsonNode;

/**
 * A headless Chromium, with a profile in the test's own directory.
 *
 * <p>Driven over its own protocol and not by WebDriver: one process and one package less, and it
 * tells what a page logs and what a Content-Security-Policy has stopped.
 */
public final class Chromium implements AutoCloseable {
  private static final Duration STARTING = Duration.ofSeconds(60);
  private static final List<String> NAMES =
      List.of("chromium", "chromium-browser", "google-chrome-stable", "google-chrome");

  private final Process process;
  private final DevTools tools;
  private final List<Page> pages = new ArrayList<>();

  private Chromium(Process process, DevTools tools) {
    this.process = process;
    this.tools = tools;
  }

  /**
   * Starts it. Where none is installed the test is skipped; where CI is set, it fails.
   *
   * @param directory where all that it writes goes
   */
  public static Chromium start(Path directory) throws IOException {
    Optional<Path> found = installed();
    if (found.isEmpty() && "true".equals(System.getenv("CI"))) {
      throw new AssertionError(
          "no Chromium on the PATH, and CI is set: apt-get install chromium, as .ci/run does");
    }
    assumeTrue(found.isPresent(), "skipped: no Chromium on the PATH (apt-get install chromium)");
    Path profile = Files.createDirectories(directory.resolve("chromium"));
    ProcessBuilder builder =
        new ProcessBuilder(command(found.orElseThrow(), profile))
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("chromium.log").toFile());
    builder.environment().put("HOME", profile.toString());
    builder.environment().put("XDG_CONFIG_HOME", profile.toString());
    builder.environment().put("XDG_CACHE_HOME", profile.toString());
    Process process = builder.start();
    try {
      return new Chromium(process, new DevTools(address(process, profile)));
    } catch (RuntimeException e) {
      process.destroyForcibly();
      throw e;
    }
  }

  private static Optional<Path> installed() {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
        .flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private static List<String> command(Path chromium, Path profile) {
    List<String> command =
        new ArrayList<>(
            List.of(
                chromium.toString(),
                "--headless",
                "--remote-debugging-port=0",
                "--user-data-dir=" + profile,
                "--no-first-run",
                "--no-default-browser-check",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-dev-shm-usage",
                "--disable-extensions",
                "--disable-gpu",
                "--disable-sync",
                "--disk-cache-size=10000000",
                "--force-color-profile=srgb",
                "--hide-scrollbars",
                "--no-pings"));
    if ("root".equals(System.getProperty("user.name"))) {
      // Its sandbox does not start as root, as in a container of CI.
      command.add("--no-sandbox");
    }
    command.add("about:blank");
    return command;
  }

  private static URI address(Process process, Path profile) {
    Path said = profile.resolve("DevToolsActivePort");
    Awaitility.await("Chromium to listen")
        .atMost(STARTING)
        .pollInterval(Duration.ofMillis(20))
        .failFast("Chromium has ended", () -> !process.isAlive())
        .until(() -> Files.exists(said) && Files.readAllLines(said).size() >= 2);
    try {
      List<String> lines = Files.readAllLines(said);
      return URI.create("ws://127.0.0.1:" + lines.get(0) + lines.get(1));
    } catch (IOException e) {
      throw new AssertionError("Chromium's port cannot be read from " + said, e);
    }
  }

  /** A page of its own: no cookie and no storage of another. */
  public Page page(int width, int height) {
    String context =
        tools
            .call("", "Target.createBrowserContext", tools.parameters())
            .path("browserContextId")
            .asString();
    String target =
        tools
            .call(
                "",
                "Target.createTarget",
                tools.parameters().put("url", "about:blank").put("browserContextId", context))
            .path("targetId")
            .asString();
    JsonNode attached =
        tools.call(
            "",
            "Target.attachToTarget",
            tools.parameters().put("targetId", target).put("flatten", true));
    Page page = new Page(tools, attached.path("sessionId").asString(), target, width, height);
    pages.add(page);
    return page;
  }

  @Override
  public void close() {
    try {
      tools.call("", "Browser.close", tools.parameters());
    } finally {
      tools.close();
      ended();
    }
  }

  private void ended() {
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    }
  }
}

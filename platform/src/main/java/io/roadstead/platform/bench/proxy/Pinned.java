package io.roadstead.platform.bench.proxy;

import io.roadstead.platform.demo.stage.Child;
import io.roadstead.platform.demo.stage.FreePorts;
import io.roadstead.platform.demo.stage.Workplace;
import io.roadstead.registry.Ticker;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Starts programs, each on one core: what is compared on the first, load and origins on the second.
 * The workplace's guard ends what is left of them.
 */
public final class Pinned {
  public static final String PROXY_CORE = "0";
  public static final String LOAD_CORE = "1";

  /**
   * Has the mark by which the workplace's guard ends what is left: nginx writes its title over its
   * environment, and would not be found.
   */
  private static final String KEEPER =
      """
      "$@" &
      child=$!
      trap 'kill "$child"' TERM
      wait "$child"
      wait "$child"
      """;

  private static final Duration READY_WITHIN = Duration.ofSeconds(60);

  private final Path folder;
  private final Ticker ticker;
  private final RandomGenerator random;
  private final HttpClient http;
  private final String taskset;

  public Pinned(Path folder, Ticker ticker, RandomGenerator random) {
    this.folder = folder;
    this.ticker = ticker;
    this.random = random;
    this.http = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(1)).build();
    this.taskset = Tool.need("taskset", "util-linux").toString();
  }

  /** Where they run, and write. */
  public Path folder() {
    return folder;
  }

  HttpClient http() {
    return http;
  }

  public int freePort() {
    return FreePorts.one(random);
  }

  /**
   * Starts one.
   *
   * @param name for messages, and of its log
   */
  public Child start(
      String name, String core, List<String> command, Map<String, String> variables) {
    return start(name, core, List.of(), command, variables);
  }

  /** Starts one that writes over its environment. */
  Child startKept(String name, String core, List<String> command) {
    return start(name, core, List.of("/bin/sh", "-c", KEEPER, "sh"), command, Map.of());
  }

  private Child start(
      String name,
      String core,
      List<String> keeper,
      List<String> command,
      Map<String, String> variables) {
    List<String> pinned = new ArrayList<>(List.of(taskset, "-c", core));
    pinned.addAll(keeper);
    pinned.addAll(command);
    Map<String, String> all = new HashMap<>(variables);
    all.put(Workplace.MARK, folder.toString());
    return Child.start(name, pinned, folder, all, ticker);
  }

  /** Waits until it answers this URL with 200. */
  public void await(Child child, String url) throws InterruptedException {
    child.await(() -> answers(url), READY_WITHIN);
  }

  private boolean answers(String url) {
    try {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(1)).build();
      return http.send(request, BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}

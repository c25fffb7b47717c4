package io.roadstead.it.outside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Unmodified clients, each in a process of its own, know two registries: nobody listens at the
 * first while they start, and the second is killed under them. All go through their whole lives at
 * the same time.
 */
@Tag("proof")
final class RealClientsProof {
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  @TempDir private Path directory;

  private final HttpClient http = HttpClient.newHttpClient();
  private final List<Client> clients = new ArrayList<>();

  /** One client, its own two ways to the registries, and what it says. */
  private record Client(
      String app, String id, Relay first, Relay second, Process process, Path log) {
    String key() {
      return app + "/" + id;
    }

    /** What it said last of whom it sees. */
    String view() throws IOException {
      String said = Files.readString(log, StandardCharsets.UTF_8);
      int end = said.lastIndexOf(" .\n");
      return end < 0 ? "" : said.substring(said.lastIndexOf("view ", end), end);
    }

    long asked(Relay relay, String line) {
      return relay.seen().stream().filter(line::equals).count();
    }
  }

  @AfterEach
  void stop() {
    for (Client client : clients) {
      client.process().destroyForcibly();
      client.first().close();
      client.second().close();
    }
    http.close();
  }

  private static boolean javaScript() {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
        .filter(folder -> Files.isExecutable(Path.of(folder, "node")))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, "npm")));
  }

  /** It takes part below where it can run; this says so where it cannot. */
  @Test
  void nodeIsThereForTheJavaScriptClient() {
    if (Boolean.parseBoolean(System.getenv("CI"))) {
      assertThat(javaScript()).as("node and npm must be there in CI").isTrue();
    }
    assumeTrue(javaScript(), "node or npm is not on the PATH: eureka-js-client was not tried");
  }

  @Test
  void everyClientLivesThroughItsWholeLifeAndTheDeathOfARegistry() throws Exception {
    EurekaClients.build();
    TreeMap<String, EurekaClients.Kind> kinds = new TreeMap<>(EurekaClients.java());
    if (javaScript()) {
      EurekaClients.installJavaScript();
      kinds.put("javascript", EurekaClients::javaScript);
    }
    try (Launcher first = new Launcher(Files.createDirectory(directory.resolve("first")));
        Launcher second = new Launcher(Files.createDirectory(directory.resolve("second")))) {
      Process doomed = second.up();
      register(second, "STOCK", 1);
      for (var kind : kinds.entrySet()) {
        start(kind.getKey(), kind.getValue(), first, second);
      }
      first.up();
      register(first, "STOCK", 1);

      registerAndDiscover(second);
      follow(second);
      override(second);
      failOver(doomed, first);
      leave(first);
    }
  }

  private void start(String name, EurekaClients.Kind kind, Launcher first, Launcher second)
      throws IOException {
    Relay toFirst = new Relay(first.control());
    Relay toSecond = new Relay(second.control());
    toSecond.open();
    Path log = directory.resolve(name + ".log");
    Process process =
        kind.command(name, List.of(toFirst.url(), toSecond.url()))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    String app = name.toUpperCase(Locale.ROOT);
    clients.add(new Client(app, name + "-1", toFirst, toSecond, process, log));
  }

  private void registerAndDiscover(Launcher registry) {
    each("is registered", client -> status(registry, client).equals("UP"));
    each("sees the service", client -> client.view().contains(" STOCK/s1"));
    each("sees every client", client -> clients.stream().allMatch(sees(client)));
    for (Client client : clients) {
      assertThat(client.second().identified())
          .as("%s speaks by Jersey", client.app())
          .isEqualTo(client.app().endsWith("-JERSEY") || client.app().equals("NETFLIX"));
    }
  }

  /** Changes come as deltas: one whole fetch is enough for a client. */
  private void follow(Launcher registry) throws Exception {
    List<Long> whole = clients.stream().map(RealClientsProof::wholeFetches).toList();
    register(registry, "STOCK", 2);
    delete(registry, "apps/STOCK/s1");
    each(
        "follows",
        client -> client.view().contains(" STOCK/s2") && !client.view().contains(" STOCK/s1"));
    assertThat(clients.stream().map(RealClientsProof::wholeFetches).toList())
        .as("whole fetches of %s", clients)
        .isEqualTo(whole);
    for (Client client : clients) {
      assertThat(client.asked(client.second(), "GET /eureka/apps/delta 200"))
          .as("deltas of %s", client)
          .isPositive();
    }
  }

  private static long wholeFetches(Client client) {
    return client.asked(client.second(), "GET /eureka/apps/ 200");
  }

  private void override(Launcher registry) throws Exception {
    for (Client client : clients) {
      ask(registry, "PUT", "apps/" + client.key() + "/status?value=OUT_OF_SERVICE");
    }
    each("is seen by nobody", client -> clients.stream().noneMatch(sees(client)));
    each(
        "still renews",
        client ->
            renewals(client.second()) > 2 && status(registry, client).equals("OUT_OF_SERVICE"));
    for (Client client : clients) {
      ask(registry, "DELETE", "apps/" + client.key() + "/status?value=UP");
    }
    each("is seen again", client -> clients.stream().allMatch(sees(client)));
  }

  private static long renewals(Relay relay) {
    return relay.seen().stream()
        .filter(line -> line.startsWith("PUT ") && line.endsWith(" 200"))
        .count();
  }

  private void failOver(Process doomed, Launcher registry) throws Exception {
    for (Client client : clients) {
      assertThat(client.first().seen()).as("before it is opened").isEmpty();
      client.first().open();
    }
    doomed.destroyForcibly().waitFor();
    clients.forEach(client -> client.second().shut());
    each("is registered at the other", client -> status(registry, client).equals("UP"));
    each(
        "sees what is there",
        client ->
            client.view().contains(" STOCK/s1")
                && forgets(client, " STOCK/s2")
                && clients.stream().allMatch(sees(client)));
    each("renews there", client -> renewals(client.first()) > 1);
  }

  /** The JavaScript client follows deltas without their hash code: it keeps what it once saw. */
  private static boolean forgets(Client client, String instance) throws IOException {
    return client.app().equals("JAVASCRIPT") || !client.view().contains(instance);
  }

  /** Ended as a service manager ends them, they are gone at once, and nothing brings them back. */
  private void leave(Launcher registry) throws Exception {
    clients.forEach(client -> client.process().destroy());
    for (Client client : clients) {
      assertThat(client.process().waitFor(30, TimeUnit.SECONDS)).as("%s ends", client).isTrue();
      assertThat(client.first().seen())
          .as("%s says that it leaves", client)
          .anyMatch(line -> line.startsWith("DELETE ") && line.endsWith(" 200"));
      assertThat(status(registry, client)).as("%s after it has left", client).isEmpty();
    }
    for (Client client : clients) {
      assertThat(Stream.concat(client.first().seen().stream(), client.second().seen().stream()))
          .as("%s: 404 only tells it to register", client)
          .allMatch(
              line ->
                  line.endsWith(" 200")
                      || line.endsWith(" 204")
                      || (line.startsWith("PUT ") && line.endsWith(" 404")));
    }
  }

  /** Whether the one tested is in the view of {@code client}. */
  private static Predicate<Client> sees(Client client) {
    return other -> {
      try {
        return (other.view() + " ").contains(" " + client.key() + " ");
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    };
  }

  private interface Condition {
    boolean holds(Client client) throws Exception;
  }

  private void each(String what, Condition condition) {
    for (Client client : clients) {
      await()
          .pollInterval(Duration.ofMillis(100))
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(condition.holds(client))
                      .as("%s %s; %s", client.app(), what, state())
                      .isTrue());
    }
  }

  /** What everybody sees and has asked last, for a person to read. */
  private String state() throws IOException {
    StringBuilder state = new StringBuilder();
    for (Client client : clients) {
      state.append(
          "%n  %s sees %s; asked %s, %s"
              .formatted(client.app(), client.view(), tail(client.first()), tail(client.second())));
    }
    return state.toString();
  }

  private static List<String> tail(Relay relay) {
    List<String> seen = List.copyOf(relay.seen());
    return seen.subList(Math.max(0, seen.size() - 4), seen.size());
  }

  /** The status word of a client at a registry, "" where it is not registered. */
  private String status(Launcher registry, Client client) throws Exception {
    HttpResponse<String> answer = ask(registry, "GET", "apps/" + client.key());
    if (answer.statusCode() == 404) {
      return "";
    }
    String body = answer.body();
    int at = body.indexOf("<status>") + "<status>".length();
    return body.substring(at, body.indexOf('<', at));
  }

  private void delete(Launcher registry, String path) throws Exception {
    assertThat(ask(registry, "DELETE", path).statusCode()).isEqualTo(200);
  }

  private HttpResponse<String> ask(Launcher registry, String method, String path) throws Exception {
    return http.send(
        request(registry, path).method(method, HttpRequest.BodyPublishers.noBody()).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  /** Each at a port of its own: the JavaScript client tells instances apart by host and port. */
  private void register(Launcher registry, String app, int number) throws Exception {
    String body =
        """
        {"instance":{"app":"%s","instanceId":"s%d","hostName":"localhost","ipAddr":"127.0.0.1",
        "port":{"$":2200%d,"@enabled":true},"vipAddress":"stock","status":"UP",
        "leaseInfo":{"durationInSecs":3600},"dataCenterInfo":{"name":"MyOwn"}}}\
        """
            .formatted(app, number, number);
    assertThat(
            http.send(
                    request(registry, "apps/" + app)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                    HttpResponse.BodyHandlers.discarding())
                .statusCode())
        .isEqualTo(204);
  }

  private static HttpRequest.Builder request(Launcher registry, String path) {
    return HttpRequest.newBuilder(URI.create("http://" + registry.control() + "/eureka/" + path))
        .timeout(Duration.ofSeconds(10));
  }
}

package io.roadstead.platform.command;

import static java.util.stream.Collectors.joining;

import io.roadstead.platform.Refused;
import io.roadstead.platform.client.ControlClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The commands that only look. */
final class ReadingCommands {
  /** A stream is silent for 15 s at most where all is well. */
  private static final Duration SILENCE = Duration.ofSeconds(60);

  private ReadingCommands() {}

  private static String text(JsonNode node, String field) {
    JsonNode value = node.path(field);
    return value.isValueNode() && !value.isNull() ? value.asString("") : "";
  }

  private static String dash(String text) {
    return text.isEmpty() ? "-" : text;
  }

  @Command(
      name = "status",
      description = {
        "The services: version, how many instances are ready of those that are wanted, roll-outs"
            + " and load.",
        "The load is that of the last 10 s: requests a second, the share of errors, and what 99 of"
            + " 100 were not longer than."
      },
      footer = {
        "",
        "Examples:",
        "  roadstead status",
        "  roadstead status orders --watch",
        "  roadstead status -o json"
      })
  static final class Status implements Callable<Integer> {
    /** After so many looks, a second each, it is printed again for a change of load alone. */
    private static final int LOOKS = 10;

    @Parameters(index = "0", arity = "0..1", paramLabel = "NAME", description = "One service only.")
    private @Nullable String name;

    @Option(names = "--watch", description = "Print it again whenever it has changed.")
    private boolean watch;

    @Mixin private final Reading reading = new Reading();

    @Override
    public Integer call() throws InterruptedException {
      boolean json = reading.json();
      String path =
          "/api/v1/services"
              + (name == null ? "" : "/" + ControlClient.part(Arguments.service(name)));
      ControlClient client = reading.client();
      String last = "";
      int looks = 0;
      CountDownLatch never = new CountDownLatch(1);
      do {
        String body = client.get(path);
        String shown = json ? body : StatusText.of(client.parse(body));
        boolean changed =
            (json || ++looks >= LOOKS)
                ? !shown.equals(last)
                : !StatusText.still(shown).equals(StatusText.still(last));
        if (changed) {
          System.out.println(last.isEmpty() || json ? shown.stripTrailing() : "\n" + shown.strip());
          System.out.flush();
          last = shown;
          looks = 0;
        }
      } while (watch && !never.await(1, TimeUnit.SECONDS));
      if (!json && !hasGateway(client.parse(client.get("/api/v1/subscribers")))) {
        System.err.println(
            "no gateway is connected, so no request arrives: \"roadstead gateway\" starts one");
      }
      return 0;
    }

    /** Whether one of those who read the registry is a gateway that keeps up. */
    static boolean hasGateway(JsonNode subscribers) {
      for (JsonNode subscriber : subscribers) {
        if (text(subscriber, "kind").equals("gateway")
            && !subscriber.path("lagging").asBoolean(false)) {
          return true;
        }
      }
      return false;
    }
  }

  @Command(
      name = "instances",
      description = "The instances that the platform runs.",
      footer = {"", "Example:", "  roadstead instances orders"})
  static final class Instances implements Callable<Integer> {
    @Parameters(index = "0", arity = "0..1", paramLabel = "NAME", description = "Of one service.")
    private @Nullable String name;

    @Mixin private final Reading reading = new Reading();

    @Override
    public Integer call() {
      boolean json = reading.json();
      String query = name == null ? "" : "?service=" + ControlClient.part(Arguments.service(name));
      ControlClient client = reading.client();
      String body = client.get("/api/v1/instances" + query);
      if (json) {
        System.out.println(body.stripTrailing());
        return 0;
      }
      System.out.print(StatusText.instances(client.parse(body)));
      System.out.flush();
      return 0;
    }
  }

  @Command(
      name = "logs",
      description = "What the instances of a service wrote.",
      footer = {
        "",
        "Examples:",
        "  roadstead logs orders -f",
        "  roadstead logs orders --instance orders-7f3a --tail 500"
      })
  static final class Logs implements Callable<Integer> {
    private static final int MOST_LINES = 100_000;

    @Parameters(index = "0", paramLabel = "NAME", description = "The service.")
    private String name = "";

    @Option(
        names = {"-f", "--follow"},
        description = "Go on with each new line.")
    private boolean follow;

    @Option(names = "--instance", paramLabel = "ID", description = "Of one instance only.")
    private @Nullable String instance;

    @Option(
        names = "--tail",
        paramLabel = "N",
        description =
            "How many of the last lines of each instance to show, 0 to 100000. Default:"
                + " ${DEFAULT-VALUE}.")
    private int tail = 200;

    @Mixin private final Reading reading = new Reading();

    @Override
    public Integer call() {
      boolean json = reading.json();
      if (tail < 0 || tail > MOST_LINES) {
        throw Refused.usage(
            "--tail " + tail + " is not possible: write 0 to " + MOST_LINES + " lines");
      }
      String path =
          "/api/v1/services/"
              + ControlClient.part(Arguments.service(name))
              + "/logs?tail="
              + tail
              + (follow ? "&follow=true" : "")
              + (instance == null ? "" : "&instance=" + ControlClient.part(instance));
      ControlClient client = reading.client();
      JsonMapper mapper = JsonMapper.shared();
      List<String> all = new ArrayList<>();
      // A service may be silent for as long as it likes.
      client.lines(
          path,
          "text/plain",
          follow ? Duration.ZERO : SILENCE,
          line -> {
            if (json && !follow) {
              all.add(line);
            } else {
              System.out.println(json ? mapper.writeValueAsString(line) : line);
              System.out.flush();
            }
          });
      if (json && !follow) {
        System.out.println(mapper.writeValueAsString(all));
      }
      return 0;
    }
  }

  @Command(
      name = "events",
      description = "What happened: starts, crashes, roll-outs, drains, subscribers.",
      footer = {"", "Examples:", "  roadstead events", "  roadstead events -f -o json"})
  static final class Events implements Callable<Integer> {
    @Option(
        names = {"-f", "--follow"},
        description = "Go on with each new event.")
    private boolean follow;

    @Option(
        names = "--since",
        paramLabel = "CURSOR",
        description = "Only events after this one, by the cursor that -o json shows.")
    private @Nullable String since;

    @Mixin private final Reading reading = new Reading();

    @Override
    public Integer call() {
      boolean json = reading.json();
      ControlClient client = reading.client();
      String path = "/api/v1/events" + (since == null ? "" : "?since=" + ControlClient.part(since));
      if (!follow) {
        String body = client.get(path);
        if (json) {
          System.out.println(body.stripTrailing());
        } else {
          JsonNode events = client.parse(body);
          (events.isArray() ? events : events.path("events")).forEach(Events::print);
        }
        return 0;
      }
      client.lines(
          path,
          "text/event-stream",
          SILENCE,
          line -> {
            if (line.startsWith("data:")) {
              String data = line.substring("data:".length()).strip();
              if (json) {
                System.out.println(data);
              } else {
                print(client.parse(data));
              }
              System.out.flush();
            }
          });
      return 0;
    }

    private static void print(JsonNode event) {
      if (event.has("message")) {
        System.out.println(
            time(event)
                + "  "
                + text(event, "kind")
                + "  "
                + about(event)
                + text(event, "message"));
      }
    }
  }

  /** To the millisecond: more is for programs. */
  private static String time(JsonNode node) {
    String at = text(node, "at");
    int dot = at.indexOf('.');
    return dot < 0 ? at : at.substring(0, Math.min(dot + 4, at.length() - 1)) + "Z";
  }

  /** Whom an event is about, where its message does not say. */
  private static String about(JsonNode event) {
    String who =
        text(event, "instance").isEmpty() ? text(event, "service") : text(event, "instance");
    return who.isEmpty() || text(event, "message").contains(who) ? "" : who + ": ";
  }

  @Command(
      name = "history",
      description = "The versions of a service, newest first, and how each roll-out ended.",
      footer = {"", "Example:", "  roadstead history orders"})
  static final class History implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "NAME", description = "The service.")
    private String name = "";

    @Mixin private final Reading reading = new Reading();

    @Override
    public Integer call() {
      boolean json = reading.json();
      ControlClient client = reading.client();
      String body =
          client.get(
              "/api/v1/services/" + ControlClient.part(Arguments.service(name)) + "/history");
      if (json) {
        System.out.println(body.stripTrailing());
        return 0;
      }
      Table table =
          new Table("RELEASE", "VERSION", "STATE", "AT", "BY", "ROLL-OUT", "ARTIFACT", "WHY");
      for (JsonNode entry : client.parse(body)) {
        String artifact = text(entry, "artifact");
        table.row(
            dash(text(entry, "number")),
            text(entry, "version"),
            dash(text(entry, "state")),
            time(entry),
            dash(text(entry, "by")),
            dash(text(entry, "rollout")),
            dash(artifact.length() > 12 ? artifact.substring(0, 12) : artifact),
            dash(why(entry)));
      }
      table.print(System.out);
      return 0;
    }

    /** What it was for, and where it did not succeed why not. */
    private static String why(JsonNode entry) {
      return Stream.of(text(entry, "why"), text(entry, "reason"))
          .filter(said -> !said.isEmpty())
          .collect(joining("; "));
    }
  }

  @Command(
      name = "routes",
      description = "The routes of the gateway, and the service behind each.",
      footer = {"", "Example:", "  roadstead routes -o json"})
  static final class Routes implements Callable<Integer> {
    @Mixin private final Reading reading = new Reading();

    @Override
    public Integer call() {
      boolean json = reading.json();
      ControlClient client = reading.client();
      String body = client.get("/api/v1/routes");
      if (json) {
        System.out.println(body.stripTrailing());
        return 0;
      }
      Table table = new Table("HOST", "PATH", "ASKS FOR", "SERVICE", "DOES", "FROM");
      JsonNode routes = client.parse(body);
      for (JsonNode route : routes.isArray() ? routes : routes.path("routes")) {
        table.row(
            text(route, "host").isEmpty() ? "*" : text(route, "host"),
            text(route, "path"),
            RouteText.asks(route),
            text(route, "service"),
            RouteText.does(route),
            RouteText.from(route));
      }
      table.print(System.out);
      return 0;
    }
  }
}

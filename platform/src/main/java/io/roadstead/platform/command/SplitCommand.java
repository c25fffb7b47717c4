package io.roadstead.platform.command;

import io.roadstead.platform.Refused;
import io.roadstead.platform.client.ControlClient;
import io.roadstead.registry.InvalidRegistration;
import io.roadstead.registry.Split;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** {@code roadstead split}: how a service's requests are shared among its versions. */
@Command(
    name = "split",
    description = {
      "Shares the requests of a service among its versions, in percent, or shows how they are"
          + " shared.",
      "Every gateway draws the version first and picks one of its instances then. A version without"
          + " a share gets nothing while one with a share can serve."
    },
    footer = {
      "",
      "The split stays until it is changed or ended. It ends by itself with its service, and as a",
      "roll-out begins to a version that has no share in it.",
      "",
      "Examples:",
      "  roadstead split orders 1.4=90 1.5=10",
      "  roadstead split orders",
      "  roadstead split orders --end"
    })
final class SplitCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "NAME", description = "The service.")
  private String name = "";

  @Parameters(
      index = "1..*",
      arity = "0..*",
      paramLabel = "VERSION=SHARE",
      description = "A version and its share, a whole number from 0 to 100; they sum to 100.")
  private List<String> shares = new ArrayList<>();

  @Option(names = "--end", description = "End the split: all instances are alike again.")
  private boolean end;

  @Mixin private final Reading platform = new Reading();

  @Override
  public Integer call() {
    boolean json = platform.json();
    String service = Arguments.service(name);
    if (end && !shares.isEmpty()) {
      throw Refused.usage("--end ends the split: leave " + String.join(" ", shares) + " out");
    }
    ObjectNode wanted = shares.isEmpty() ? null : wanted(shares);
    ControlClient client = platform.client();
    String path = "/api/v1/services/" + ControlClient.part(service) + "/split";
    String answer;
    if (wanted != null) {
      answer = client.put(path, wanted);
    } else if (end) {
      client.delete(path);
      // Of a service that was nothing but its split nothing is left.
      answer = client.find(path).orElseGet(() -> none(service));
    } else {
      answer = client.get(path);
    }
    JsonNode split = client.parse(answer).path("split");
    System.out.println(json ? answer.strip() : service + ": " + words(split));
    System.out.flush();
    if (wanted != null) {
      warn(client, service, split);
    }
    return 0;
  }

  private static ObjectNode wanted(List<String> shares) {
    Map<String, Integer> wanted = new TreeMap<>();
    for (String each : shares) {
      int at = each.lastIndexOf('=');
      int share = at <= 0 ? -1 : number(each.substring(at + 1));
      if (share < 0) {
        throw Refused.usage(
            "\"" + each + "\" is no share: write VERSION=SHARE, such as 1.5=10, 0 to 100 percent");
      }
      if (wanted.put(each.substring(0, at), share) != null) {
        throw Refused.usage("version " + each.substring(0, at) + " is named twice: name it once");
      }
    }
    try {
      ObjectNode body = JsonNodeFactory.instance.objectNode();
      ObjectNode split = body.putObject("split");
      Split.of(wanted).shares().forEach(split::put);
      return body;
    } catch (InvalidRegistration e) {
      throw Refused.usage(String.valueOf(e.getMessage()));
    }
  }

  private static int number(String text) {
    try {
      return Integer.parseInt(text.endsWith("%") ? text.substring(0, text.length() - 1) : text);
    } catch (NumberFormatException _) {
      return -1;
    }
  }

  private static String none(String service) {
    ObjectNode body = JsonNodeFactory.instance.objectNode().put("service", service);
    body.putObject("split");
    return body.toString();
  }

  /** A version that nobody runs is as often a slip as a wish. */
  private static void warn(ControlClient client, String service, JsonNode split) {
    JsonNode instances =
        client
            .parse(client.get("/api/v1/services/" + ControlClient.part(service)))
            .path("instances");
    for (String version : split.propertyNames()) {
      boolean runs = false;
      for (JsonNode instance : instances) {
        runs |= instance.path("version").asString("").equals(version);
      }
      if (!runs && split.path(version).asInt(0) > 0) {
        System.err.println(
            "no instance of "
                + service
                + " has version "
                + version
                + ": its share goes to the others until one does");
      }
    }
  }

  /** For a person: {@code 1.4 90 %, 1.5 10 %}. */
  static String words(JsonNode split) {
    List<String> shares = new ArrayList<>();
    for (String version : split.propertyNames()) {
      shares.add(version + " " + split.path(version).asInt(0) + " %");
    }
    return shares.isEmpty() ? "no split, all instances are alike" : String.join(", ", shares);
  }
}

package io.roadstead.platform.command;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/** What {@code status} and {@code instances} say to a person, of a width that terminals have. */
final class StatusText {
  /** Begins what an instance wrote last, in the reason of a roll-out that has failed. */
  private static final String LAST_WORDS = "; it last wrote:";

  private static final int MOST = 80;
  private static final int ROUTES = 16;

  private static final Pattern FIGURES =
      Pattern.compile("(?m) +(-|[0-9.]+) +(-|[<0-9.]+%) +(-|[0-9.]+m?s)(?= |$)");

  private StatusText() {}

  /** Of all services, or of one with its instances. */
  static String of(JsonNode body) {
    List<JsonNode> services = new ArrayList<>();
    if (body.isArray()) {
      body.forEach(services::add);
    } else {
      services.add(body);
    }
    if (services.isEmpty()) {
      return "no services yet: \"roadstead deploy NAME --jar FILE\" brings the first\n";
    }
    Table table =
        new Table("SERVICE", "VERSION", "READY", "REQ/S", "FAILED", "P99", "ROUTES", "ROLL-OUT");
    List<String> more = new ArrayList<>();
    for (JsonNode service : services) {
      JsonNode rollout = service.path("rollout");
      table.row(
          text(service, "name"),
          dash(text(service, "version")),
          ready(service),
          Lately.perSecond(service),
          Lately.errorShare(service),
          Lately.p99(service),
          routes(service.path("routes")),
          dash(text(rollout, "state")));
      String doing = doing(rollout);
      if (!doing.isEmpty()) {
        more.add(text(service, "name") + ": " + doing);
      }
      if (!service.path("split").isEmpty()) {
        more.add(text(service, "name") + ": split: " + SplitCommand.words(service.path("split")));
      }
    }
    StringBuilder all = new StringBuilder(table.text());
    if (!more.isEmpty()) {
      all.append('\n');
      more.forEach(line -> all.append(line).append('\n'));
    }
    if (!body.isArray() && !body.path("instances").isEmpty()) {
      all.append('\n').append(load(body.path("instances")));
    }
    return all.toString();
  }

  /** What is the same as before where only the load has changed. */
  static String still(String shown) {
    return FIGURES.matcher(shown).replaceAll(" ").replaceAll(" +", " ");
  }

  /** Nobody wants a number of what came by itself. */
  private static String ready(JsonNode service) {
    String ready = text(service, "ready");
    return service.path("managed").asBoolean(true) ? ready + "/" + text(service, "desired") : ready;
  }

  private static String routes(JsonNode routes) {
    List<String> all = new ArrayList<>();
    for (JsonNode route : routes) {
      all.add(text(route, "host") + text(route, "path"));
    }
    String joined = String.join(", ", all);
    if (joined.length() <= ROUTES || all.size() < 2) {
      return dash(joined);
    }
    return all.getFirst() + " +" + (all.size() - 1);
  }

  /** What a roll-out does or waits for now, or why it has not ended well. */
  private static String doing(JsonNode rollout) {
    String state = text(rollout, "state");
    for (JsonNode step : rollout.path("steps")) {
      if (text(step, "state").equals("running")) {
        String detail = text(step, "detail");
        return state + ": " + text(step, "name") + (detail.isEmpty() ? "" : ", " + brief(detail));
      }
    }
    String reason = brief(text(rollout, "reason"));
    return reason.isEmpty() ? "" : state + ": " + reason;
  }

  /** As much as a line bears: without an instance's last lines, and not too long. */
  static String brief(String reason) {
    String line = reason.lines().findFirst().orElse("");
    int words = line.indexOf(LAST_WORDS);
    String what = words < 0 ? line : line.substring(0, words);
    return what.length() <= MOST ? what : what.substring(0, MOST - 1).stripTrailing() + "…";
  }

  private static String load(JsonNode instances) {
    Table table =
        new Table("INSTANCE", "VERSION", "PHASE", "AGE", "REQ/S", "FAILED", "P99", "IN FLIGHT");
    for (JsonNode instance : instances) {
      table.row(
          text(instance, "id"),
          dash(text(instance, "version")),
          phase(instance),
          age(instance),
          Lately.perSecond(instance),
          Lately.errorShare(instance),
          Lately.p99(instance),
          Lately.inFlight(instance));
    }
    return table.text();
  }

  /** Of these instances, where they run and what they do. */
  static String instances(JsonNode instances) {
    boolean named = true;
    for (JsonNode instance : instances) {
      named &= text(instance, "id").startsWith(text(instance, "service"));
    }
    List<String> head =
        new ArrayList<>(List.of("INSTANCE", "SERVICE", "VERSION", "PHASE", "ADDRESS", "PID"));
    head.addAll(List.of("AGE", "REQ/S", "P99"));
    if (named) {
      head.remove("SERVICE"); // the id says it
    }
    Table table = new Table(head.toArray(String[]::new));
    for (JsonNode instance : instances) {
      List<String> cells = new ArrayList<>();
      cells.add(text(instance, "id"));
      if (!named) {
        cells.add(text(instance, "service"));
      }
      cells.add(dash(text(instance, "version")));
      cells.add(phase(instance));
      cells.add(text(instance, "host") + ":" + text(instance, "port"));
      cells.add(dash(text(instance, "pid")));
      cells.add(age(instance));
      cells.add(Lately.perSecond(instance));
      cells.add(Lately.p99(instance));
      table.row(cells.toArray(String[]::new));
    }
    return table.text();
  }

  private static String phase(JsonNode instance) {
    String phase =
        dash(text(instance, instance.has("phase") ? "phase" : "status"))
            + (instance.path("unconfirmed").asBoolean(false) ? ", unconfirmed" : "");
    long restarts = instance.path("restarts").asLong(0);
    if (restarts == 0) {
      return phase;
    }
    return phase + ", " + restarts + (restarts == 1 ? " restart" : " restarts");
  }

  private static String age(JsonNode instance) {
    return instance.has("ageMillis") ? Ages.of(instance.path("ageMillis").asLong(0)) : "-";
  }

  private static String text(JsonNode node, String field) {
    JsonNode value = node.path(field);
    return value.isValueNode() && !value.isNull() ? value.asString("") : "";
  }

  private static String dash(String text) {
    return text.isEmpty() ? "-" : text;
  }
}

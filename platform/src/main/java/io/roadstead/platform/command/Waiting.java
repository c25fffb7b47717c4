package io.roadstead.platform.command;

import io.roadstead.platform.client.ControlClient;
import java.io.Console;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** Whether a command waits for the roll-out that it began, and how that looks. */
final class Waiting {
  @Option(
      names = "--wait",
      description =
          "Wait until the roll-out has ended, one line for each step. Exit code 1 unless it"
              + " succeeded.")
  private boolean wait;

  /** On a terminal what runs is one line that changes; elsewhere each change is a line. */
  private boolean live;

  /** Says what was begun, waits for it where that is wanted, and returns the exit code. */
  int follow(ControlClient client, String service, String answer) {
    JsonNode rollout = client.parse(answer).path("rollout");
    if (!rollout.isString()) {
      System.out.println(service + ": nothing changed");
      return 0;
    }
    String id = rollout.asString();
    if (!wait) {
      System.out.println(service + ": roll-out " + id + " has begun");
      return 0;
    }
    return follow(client, id);
  }

  private int follow(ControlClient client, String id) {
    live = Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
    Map<String, String> printed = new HashMap<>();
    String path = "/api/v1/rollouts/" + ControlClient.part(id);
    ControlClient.Tagged answer = client.getUnless(path, "");
    while (true) {
      JsonNode rollout = client.parse(answer.body());
      steps(rollout, printed);
      String state = rollout.path("state").asString("");
      if (!rollout.path("endedAt").asString("").isEmpty() || ended(state)) {
        return end(rollout, state);
      }
      answer = client.getUnless(path + "?wait=30s", answer.tag());
    }
  }

  private static boolean ended(String state) {
    return switch (state) {
      case "queued", "running", "paused" -> false;
      default -> true;
    };
  }

  private void steps(JsonNode rollout, Map<String, String> printed) {
    StringBuilder running = new StringBuilder();
    int index = 0;
    for (JsonNode step : rollout.path("steps")) {
      String key = Integer.toString(index++);
      String state = step.path("state").asString("");
      String line = line(step);
      boolean runs = state.equals("running");
      if (runs && live) {
        running.append(running.isEmpty() ? "" : " · ").append(line);
      } else if (!state.equals(printed.put(key, state))) {
        clearLiveLine();
        System.out.println("  " + line);
      }
    }
    if (live) {
      clearLiveLine();
      int columns = 110;
      System.out.print("  " + running.substring(0, Math.min(columns, running.length())));
    }
    System.out.flush();
  }

  private void clearLiveLine() {
    if (live) {
      System.out.print("\r\u001b[K");
    }
  }

  private static String line(JsonNode step) {
    StringBuilder line = new StringBuilder(step.path("name").asString(""));
    String instance = step.path("instance").asString("");
    String detail = step.path("detail").asString("");
    String state = step.path("state").asString("");
    line.append(instance.isEmpty() ? "" : " " + instance);
    line.append(state.equals("running") ? " …" : " " + state);
    if (step.has("millis")) {
      line.append(" in ").append(Ages.took(step.path("millis").asLong(0)));
    }
    line.append(detail.isEmpty() ? "" : ": " + detail);
    return line.toString().replace('\n', ' ');
  }

  private int end(JsonNode rollout, String state) {
    clearLiveLine();
    String reason = rollout.path("reason").asString("");
    String service = rollout.path("service").asString("");
    String to = rollout.path("to").asString("");
    String took = Ages.took(rollout.path("durationMillis").asLong(0));
    String what = service + (to.isEmpty() ? "" : " " + to);
    if (state.equals("succeeded")) {
      System.out.println(
          what + ": succeeded in " + took + (reason.isEmpty() ? "" : " (" + reason + ")"));
      return 0;
    }
    System.out.flush();
    System.err.println(
        "roadstead: the roll-out of "
            + what
            + " "
            + ending(state)
            + " after "
            + took
            + (reason.isEmpty() ? "" : ": " + reason.strip().replace("\n", " | ")));
    return 1;
  }

  static String ending(String state) {
    return state.equals("failed") ? state : "ended " + state;
  }
}

package io.roadstead.control.spec;

import io.roadstead.rollout.Hook;
import io.roadstead.rollout.Hooks;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The keys {@code before} and {@code after} of {@code rollout}. */
final class HooksSpec {
  private static final Duration USUAL = Duration.ofSeconds(60);
  private static final Duration LEAST = Duration.ofMillis(100);
  private static final Duration MOST = Duration.ofHours(1);
  private static final List<String> SHELL = List.of("/bin/sh", "-c");

  private HooksSpec() {}

  static Hooks read(Section rollout) {
    return new Hooks(hook(rollout, "before"), hook(rollout, "after"));
  }

  private static Optional<Hook> hook(Section rollout, String key) {
    if (!rollout.has(key)) {
      return Optional.empty();
    }
    Section section = rollout.section(key);
    JsonNode command = section.node("command");
    Optional<String> url = section.text("url");
    Duration timeout = section.duration("timeout", USUAL, LEAST, MOST);
    section.noMore();
    if ((command == null) == url.isEmpty()) {
      rollout.problem(key, "needs one of command: and url:");
      return Optional.empty();
    }
    Optional<? extends Hook.Action> action =
        command == null ? call(section, url.orElseThrow()) : command(section, command);
    return action.map(what -> new Hook(what, timeout));
  }

  private static Optional<Hook.Command> command(Section section, JsonNode node) {
    List<String> words = new ArrayList<>();
    if (node.isString()) {
      words.addAll(SHELL);
      words.add(node.stringValue());
    } else if (node.isArray()) {
      node.forEach(word -> words.add(word.isString() ? word.stringValue() : ""));
    }
    if (words.isEmpty() || words.getFirst().isBlank() || words.getLast().isBlank()) {
      section.problem("command", "is to be one line for the shell, or a list of words");
      return Optional.empty();
    }
    return Optional.of(new Hook.Command(words));
  }

  private static Optional<Hook.Call> call(Section section, String text) {
    try {
      URI url = URI.create(text);
      boolean http = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
      if (http && url.getHost() != null) {
        return Optional.of(new Hook.Call(url));
      }
    } catch (IllegalArgumentException _) {
      // Said below.
    }
    section.problem("url", "is not an address such as http://127.0.0.1:9000/deployed");
    return Optional.empty();
  }

  static void write(Hooks hooks, ObjectNode rollout) {
    hooks.before().ifPresent(hook -> write(hook, rollout.putObject("before")));
    hooks.after().ifPresent(hook -> write(hook, rollout.putObject("after")));
  }

  private static void write(Hook hook, ObjectNode node) {
    switch (hook.action()) {
      case Hook.Command(List<String> words) -> {
        if (words.size() == 3 && words.subList(0, 2).equals(SHELL)) {
          node.put("command", words.get(2));
        } else {
          words.forEach(node.putArray("command")::add);
        }
      }
      case Hook.Call(URI url) -> node.put("url", url.toString());
    }
    node.put("timeout", Quantities.text(hook.timeout()));
  }
}

package io.roadstead.platform.command;

import io.roadstead.platform.client.ControlClient;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** Has the platform read its file again. */
@Command(
    name = "reload",
    description = {
      "Has the platform read the file again that it was started with (up -f), as SIGHUP does.",
      "With anything wrong in it every problem is told, and what was in force stays."
    },
    footer = {"", "Example:", "  roadstead reload"})
final class ReloadCommand implements Callable<Integer> {
  @Mixin private final Connection connection = new Connection();

  @Override
  public Integer call() {
    ControlClient client = connection.client();
    JsonNode answer =
        client.parse(client.post("/api/v1/reload", JsonNodeFactory.instance.objectNode()));
    if (answer.path("changed").isEmpty()) {
      System.out.println("the file was read again; nothing in it has changed");
    }
    answer.path("changed").forEach(line -> System.out.println(line.asString("")));
    return 0;
  }
}

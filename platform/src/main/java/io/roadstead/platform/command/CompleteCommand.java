package io.roadstead.platform.command;

import io.roadstead.platform.Refused;
import io.roadstead.platform.client.ControlClient;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/**
 * The names that a shell's completion offers, one a line. Somebody waits with a finger on the tab
 * key: it gives up soon, and says nothing where there is nothing to offer.
 */
@Command(name = "complete", hidden = true, description = "Names for the shells' completion.")
final class CompleteCommand implements Callable<Integer> {
  private static final Duration PATIENCE = Duration.ofMillis(250);

  @Parameters(index = "0", paramLabel = "services|instances", description = "Which names.")
  private String kind = "";

  @Mixin private final Connection connection = new Connection();

  @Override
  public Integer call() {
    boolean services = kind.equals("services");
    try {
      ControlClient client = connection.client().within(PATIENCE);
      for (JsonNode each :
          client.parse(client.get("/api/v1/" + (services ? "services" : "instances")))) {
        System.out.println(each.path(services ? "name" : "id").asString(""));
      }
    } catch (Refused | ControlClient.NotFound e) {
      return 0; // no platform, or not ours: then there are no names
    }
    return 0;
  }
}

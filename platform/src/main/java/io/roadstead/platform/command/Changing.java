package io.roadstead.platform.command;

import io.roadstead.platform.client.ControlClient;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/**
 * What every command has that changes a service: its name, where the platform is, what it is done
 * for, and whether to wait.
 */
final class Changing {
  @Parameters(index = "0", paramLabel = "NAME", description = "The service.")
  private String name = "";

  @Mixin private final Connection connection = new Connection();
  @Mixin private final Waiting waiting = new Waiting();
  @Mixin private final Why why = new Why();

  /** Its canonical name. */
  String service() {
    return Arguments.service(name);
  }

  /** Where this change of it is asked for. */
  String path(String action) {
    return why.in("/api/v1/services/" + ControlClient.part(service()) + action);
  }

  ControlClient client() {
    return connection.client();
  }

  /** Says what was begun, waits where that is wanted, and returns the exit code. */
  int follow(ControlClient client, String answer) {
    return waiting.follow(client, service(), answer);
  }
}

package io.roadstead.platform.command;

import io.roadstead.platform.client.ControlClient;
import picocli.CommandLine.Mixin;

/** What every command has that only looks: where the platform is, and how it answers. */
final class Reading {
  @Mixin private final Connection connection = new Connection();
  @Mixin private final Output output = new Output();

  boolean json() {
    return output.json();
  }

  ControlClient client() {
    return connection.client();
  }
}

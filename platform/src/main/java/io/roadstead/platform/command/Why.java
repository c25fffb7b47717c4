package io.roadstead.platform.command;

import io.roadstead.platform.Refused;
import io.roadstead.platform.client.ControlClient;
import io.roadstead.rollout.Cause;
import picocli.CommandLine.Option;

/** What a change is made for, which its history tells. */
final class Why {
  @Option(
      names = "--why",
      paramLabel = "TEXT",
      description = "What it is done for; \"roadstead history\" tells it. At most 200 characters.")
  private String text = "";

  /** The path of a change, which tells why where that was said. */
  String in(String path) {
    String why = text.strip();
    if (why.length() > Cause.MAX_WHY) {
      throw Refused.usage(
          "--why has " + why.length() + " characters: say it in at most " + Cause.MAX_WHY);
    }
    return why.isEmpty()
        ? path
        : path + (path.indexOf('?') < 0 ? '?' : '&') + "why=" + ControlClient.part(why);
  }
}

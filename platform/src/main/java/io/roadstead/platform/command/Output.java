package io.roadstead.platform.command;

import io.roadstead.platform.Refused;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a reading command answers. */
final class Output {
  @Option(
      names = {"-o", "--output"},
      paramLabel = "json",
      description = "\"json\": exactly the API's answer, one document a line for streams.")
  private @Nullable String format;

  boolean json() {
    if (format == null) {
      return false;
    }
    if (!format.equals("json")) {
      throw Refused.usage("-o " + format + " is not known: write -o json, or leave it out");
    }
    return true;
  }
}

package io.roadstead.platform.command;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option that names the data directory. */
final class DataOption {
  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "The data directory. Default: $$ROADSTEAD_DATA, else .roadstead.")
  private @Nullable Path data;

  /** As it was named, if it was. */
  @Nullable Path named() {
    return data;
  }

  /** As it was named, or is by default. */
  Path directory() {
    return Connection.dataDirectory(data);
  }
}

package io.roadstead.platform.command;

import io.roadstead.platform.Refused;
import io.roadstead.platform.client.ControlClient;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a command finds the platform, and what it shows it. */
final class Connection {
  static final String DEFAULT_CONTROL = "127.0.0.1:8761";

  /** The property that names another token file, for commands within a platform's own process. */
  static final String TOKEN_FILE = "roadstead.token.file";

  @Option(
      names = "--control",
      paramLabel = "HOST:PORT",
      description =
          "The platform's control plane, also as a URL. Default: $ROADSTEAD_CONTROL, else"
              + " 127.0.0.1:8761.")
  private @Nullable String control;

  ControlClient client() {
    return client(control, null);
  }

  /** As {@link #client()}, with the token of a data directory where one is named. */
  ControlClient client(@Nullable Path data) {
    return client(control, data);
  }

  /** A client of the platform at {@code control}, or where the environment says. */
  static ControlClient client(@Nullable String control, @Nullable Path data) {
    Map<String, String> environment = System.getenv();
    URI base;
    try {
      base =
          ControlClient.address(
              control != null
                  ? control
                  : environment.getOrDefault("ROADSTEAD_CONTROL", DEFAULT_CONTROL));
    } catch (IllegalArgumentException e) {
      throw Refused.usage((control != null ? "--control " : "ROADSTEAD_CONTROL ") + e.getMessage());
    }
    String token = environment.getOrDefault("ROADSTEAD_TOKEN", "");
    if (!token.isEmpty()) {
      return new ControlClient(base, Optional.of(token), "ROADSTEAD_TOKEN");
    }
    String named = System.getProperty(TOKEN_FILE, "");
    Path file = named.isEmpty() ? dataDirectory(data).resolve("token") : Path.of(named);
    try {
      return new ControlClient(base, Optional.of(Files.readString(file).strip()), file.toString());
    } catch (NoSuchFileException e) {
      return new ControlClient(
          base, Optional.empty(), "ROADSTEAD_TOKEN is not set and there is no file " + file);
    } catch (IOException e) {
      return new ControlClient(
          base, Optional.empty(), "ROADSTEAD_TOKEN is not set and " + file + " cannot be read");
    }
  }

  /** The data directory: as named, or $ROADSTEAD_DATA, or .roadstead here. */
  static Path dataDirectory(@Nullable Path named) {
    if (named != null) {
      return named;
    }
    String environment = System.getenv().getOrDefault("ROADSTEAD_DATA", "");
    return Path.of(environment.isEmpty() ? ".roadstead" : environment);
  }
}

package io.roadstead.platform.bench;

import io.roadstead.platform.Refused;
import io.roadstead.platform.demo.stage.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code roadstead bench grid}: has the grid's messages sent through this gateway, nginx and
 * HAProxy, and the table of it written. Its cases and its proof are in the gateway's tests, where
 * {@code verify} holds this gateway to them.
 */
@Command(
    name = "grid",
    description = {
      "What this gateway, nginx and HAProxy make of some 500 messages, most of them not in order.",
      "Peers that are not installed are left out. Fails where an ambiguous one goes through this"
          + " gateway.",
      ""
    })
final class GridCommand implements Callable<Integer> {
  @Option(
      names = "--table",
      paramLabel = "FILE",
      description = "Where the table goes. Default: docs/gateway-grid.md of the repository.")
  private @Nullable Path table;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "json",
      description = "\"json\": how many messages there were, and how many each let through.")
  private @Nullable String format;

  @Override
  public Integer call() throws IOException {
    if (format != null && !format.equals("json")) {
      throw Refused.usage("-o " + format + " is not known: write -o json, or leave it out");
    }
    Sources sources = Sources.near(Program.running().place());
    Path to =
        (table == null ? sources.root().resolve("docs/gateway-grid.md") : table).toAbsolutePath();
    Path log = Files.createTempFile("bench-grid-", ".log");
    System.err.println("sending the messages, which takes some minutes");
    try {
      sources.maven(
          log,
          "the grid was not passed, " + log + " has all that was said",
          List.of(
              "-Pproof",
              "-pl",
              "gateway",
              "-am",
              "test",
              "-Dtest=StrictnessProof",
              "-Dsurefire.failIfNoSpecifiedTests=false",
              "-Dgrid.table=" + to));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Refused.because("the grid was ended before its time");
    }
    Files.delete(log);
    GridSummary summary = GridSummary.of(Files.readAllLines(to));
    System.out.print(
        format == null ? summary.text(to) : JsonMapper.shared().writeValueAsString(summary));
    System.out.flush();
    return 0;
  }
}

package io.roadstead.it.outside;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Thousands of watch streams, readers and platform in processes of their own: each reader is told
 * of each change, once and in order, also where its connection ended, where it had stopped to read,
 * and where the platform was killed with -9. The benchmark's readers check it ({@code roadstead
 * bench watch}); the figures are printed, and their limits are ones that no noise of a shared
 * machine explains.
 */
@Tag("proof")
final class ManyWatchersProof {
  private static final int STREAMS = 3_000;
  private static final long MEBIBYTE = 1L << 20;

  @TempDir private Path directory;

  @Test
  void eachOfThousandsIsToldOnceAndInOrderWhateverHappens() throws Exception {
    try (Launcher roadstead = new Launcher(directory)) {
      Launcher.Said said =
          roadstead.run(
              "bench",
              "watch",
              "--streams",
              Integer.toString(STREAMS),
              "--changes-per-second",
              "20",
              "--duration",
              "3",
              "-o",
              "json");
      assertThat(said.exit()).as(said.err()).isZero();
      System.out.print(said.out());
      JsonNode figures = JsonMapper.shared().readTree(said.out());
      assertThat(figures.path("gaps").asInt(-1)).as("changes not told").isZero();
      assertThat(figures.path("repeated").asInt(-1)).as("changes told twice").isZero();
      assertThat(figures.path("refused").asInt(-1)).as("streams refused").isZero();
      assertThat(figures.path("eurekaMissed").asInt(-1)).as("fetches too old").isZero();

      JsonNode cut = figures.path("incidents").path(0);
      assertThat(cut.path("snapshots").asInt(-1)).as("resumed by their cursors").isZero();
      JsonNode stuck = figures.path("incidents").path(1);
      assertThat(stuck.path("snapshots").asInt()).as("behind").isGreaterThan(0);
      JsonNode killed = figures.path("incidents").path(2);
      assertThat(killed.path("snapshots").asInt()).as("anew").isGreaterThanOrEqualTo(STREAMS);

      long before = figures.path("residentBytesBefore").asLong();
      long grown = stuck.path("residentBytes").asLong() - before;
      assertThat(grown / MEBIBYTE).as("MiB more with nine of ten readers stuck").isLessThan(220);
    }
  }
}

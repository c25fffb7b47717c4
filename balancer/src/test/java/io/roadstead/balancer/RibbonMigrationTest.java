package io.roadstead.balancer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The code of docs/migration-ribbon.md, compiled and run. */
class RibbonMigrationTest {
  private static final long RTT_NANOS = 1_000_000;

  private static Balancer<URI> migrated(long now, long rttNanos) {
    // begin
    Balancer<URI> balancer = Balancer.standard(new SplittableRandom());
    balancer.update(
        List.of(
            new Endpoint<>("orders-1", URI.create("http://10.0.0.1:8080"), 100, "a"),
            new Endpoint<>("orders-2", URI.create("http://10.0.0.2:8080"), 100, "b")),
        now);
    Tried tried = new Tried();
    Member<URI> member = balancer.pick(now, tried); // chooseServer
    if (member != null) {
      tried.add(member);
      balancer.ended(member, now + rttNanos, rttNanos, Outcome.SUCCESS); // noteRequestCompletion
    }
    // end
    return balancer;
  }

  @Test
  void theExampleRuns() {
    assertThat(migrated(0, RTT_NANOS).members())
        .extracting(member -> member.latencyNanos(RTT_NANOS))
        .containsExactlyInAnyOrder(0.0, (double) RTT_NANOS);
  }

  @Test
  void theDocumentShowsThisExample() throws IOException {
    String document = Files.readString(Path.of("../docs/migration-ribbon.md"));
    String source =
        Files.readString(Path.of("src/test/java/io/roadstead/balancer/RibbonMigrationTest.java"));
    String example =
        source
            .substring(source.indexOf("// begin") + 8, source.indexOf("    // end"))
            .replace("\n    ", "\n");
    assertThat(document).contains(example);
  }
}

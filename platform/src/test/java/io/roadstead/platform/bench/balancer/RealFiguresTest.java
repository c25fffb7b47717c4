package io.roadstead.platform.bench.balancer;

import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.platform.bench.balancer.RealFigures.Row;
import io.roadstead.platform.bench.balancer.RealFigures.Shown;
import io.roadstead.platform.bench.balancer.RealRun.Measured;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class RealFiguresTest {
  private static final Contestant NGINX =
      new Contestant(
          "nginx `least_conn`",
          "1.2",
          new InetSocketAddress(InetAddress.getLoopbackAddress(), 1),
          "/",
          null);

  private static Measured measured(long failed, long millis) {
    Histogram latencies = new Histogram(60_000_000L, 3);
    latencies.recordValueWithCount(millis * 1000, 100);
    return new Measured(100, failed, 5, 100, latencies);
  }

  @Test
  void roundsAreCountedTogetherAndTheirRangeIsTold() {
    Row row = new Row(NGINX, List.of(measured(1, 100), measured(3, 200)), List.of());
    RealFigures figures =
        new RealFigures(2, 5, List.of(new Shown(Scenario.real("S2"), List.of(row))));

    assertThat(figures.table())
        .contains("| nginx `least_conn` | 100.0 | 200 [100–200] | 200 | 2.00 | 5.0 | – | – |")
        .contains("1400 requests a second for 4 s")
        .contains("nginx 1.2");
    assertThat(figures.json()).containsEntry("rounds", 2);
  }

  @Test
  void eachFaultOnRealSocketsEndsWithinItsScenario() {
    assertThat(Scenario.real()).extracting(Scenario::id).containsExactly("S2", "S3", "S6");
    assertThat(Scenario.real())
        .allSatisfy(each -> assertThat(each.to()).isLessThan(each.seconds()));
  }
}

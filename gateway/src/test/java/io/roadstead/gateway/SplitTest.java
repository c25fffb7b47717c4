package io.roadstead.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.roadstead.registry.Split;
import io.roadstead.registry.Status;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** How requests are shared among the versions of a service. */
@ExtendWith(NoLeaks.class)
class SplitTest {
  private static final int REQUESTS = 4_000;

  /** Five standard deviations of how often one of five is drawn: passed once in two million. */
  private static final double TOLERANCE = 5 * Math.sqrt(0.2 * 0.8 / REQUESTS);

  private final Harbour harbour = new Harbour();

  @AfterEach
  void close() {
    harbour.close();
  }

  private int answeredBy(String version) {
    int count = 0;
    try (RawClient client = harbour.client()) {
      for (int i = 0; i < REQUESTS; i++) {
        RawClient.Answer answer = client.get("/app");
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        count += answer.body().equals(version) ? 1 : 0;
      }
    }
    return count;
  }

  private void applied() {
    Harbour.await().until(() -> harbour.view.acknowledged() != null);
  }

  @Test
  void eachVersionGetsItsShareAndTheOthersWhatOneThatIsAwayCannotTake() {
    try (Origin first = Origin.saying("old");
        Origin second = Origin.saying("old");
        Origin fresh = Origin.saying("new");
        Origin unnamed = Origin.saying("unnamed")) {
      harbour.view.versions("1");
      harbour.with(first).with(second);
      harbour.view.up("app", "fresh", fresh.port()).remove("app", "fresh");
      harbour.view.versions("2").up("app", "fresh", fresh.port());
      harbour.view.versions("3").up("app", "unnamed", unnamed.port());
      harbour.view.split("app", Split.of(Map.of("1", 80, "2", 20)));
      harbour.gateway();
      applied();

      assertThat(answeredBy("new") / (double) REQUESTS).isCloseTo(0.2, within(TOLERANCE));
      assertThat(unnamed.heads).isEmpty();

      harbour.view.split("app", Split.of(Map.of("1", 0, "2", 100)));
      applied();
      assertThat(answeredBy("new")).isEqualTo(REQUESTS);

      harbour.view.versions("2").status("app", "fresh", Status.DRAINING);
      harbour.view.split("app", Split.of(Map.of("1", 10, "2", 90)));
      applied();
      assertThat(answeredBy("old")).isEqualTo(REQUESTS);
      assertThat(unnamed.heads).isEmpty();
    }
  }
}

package io.roadstead.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.registry.Balancing;
import io.roadstead.registry.Balancing.Strategy;
import io.roadstead.registry.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which strategy a service has, and what happens when it gets another. */
@ExtendWith(NoLeaks.class)
class BalancingTest {
  private final Harbour harbour = new Harbour(config -> config.withLoops(1));

  @AfterEach
  void close() {
    harbour.close();
  }

  private void use(Strategy strategy) {
    harbour.view.traffic("app", Policies.slowStart(Duration.ZERO).with(Balancing.of(strategy)));
    harbour.gateway();
    Harbour.await().until(() -> harbour.view.acknowledged() != null);
  }

  @ParameterizedTest
  @EnumSource(Strategy.class)
  void everyStrategySendsToEveryInstanceAndToNoneThatIsAway(Strategy strategy) {
    try (Origin one = Origin.saying("1");
        Origin two = Origin.saying("2");
        Origin three = Origin.saying("3");
        RawClient client = harbour.client()) {
      harbour.with(one).with(two).with(three);
      use(strategy);
      Set<String> answers = new HashSet<>();
      for (int i = 0; i < 200; i++) {
        answers.add(client.get("/app").body());
      }
      assertThat(answers).containsExactlyInAnyOrder("1", "2", "3");
      harbour.view.status("app", "app-" + two.port(), Status.DRAINING);
      Harbour.await().until(() -> harbour.view.acknowledged() != null);
      for (int i = 0; i < 50; i++) {
        assertThat(client.get("/app").body()).isIn("1", "3");
      }
    }
  }

  private Map<String, Integer> answers(RawClient client) {
    Map<String, Integer> answers = new TreeMap<>();
    for (int i = 0; i < 300; i++) {
      answers.merge(client.get("/app").body(), 1, Integer::sum);
    }
    return answers;
  }

  @Test
  void theGatewaysOwnZoneGoesFirstAndSpillsWhatItCannotCarry() {
    try (Harbour east = new Harbour(config -> config.withLoops(1).withZone("east"));
        Origin one = Origin.saying("east-1");
        Origin two = Origin.saying("east-2");
        Origin far = Origin.saying("west-1");
        RawClient client = east.client()) {
      east.view.zone("east");
      east.with(one).with(two);
      east.view.zone("west");
      east.with(far);
      east.view.traffic(
          "app", Policies.slowStart(Duration.ZERO).with(Balancing.of(Strategy.ZONE_FIRST)));
      Harbour.await().until(() -> east.view.acknowledged() != null);
      // Two thirds of what can serve are here, and half of the callers.
      assertThat(answers(client)).containsOnlyKeys("east-1", "east-2");

      east.view.zone("east").status("app", "app-" + two.port(), Status.DRAINING);
      east.view.zone("west").put("app", "more", "127.0.0.1", far.port(), Status.UP);
      Harbour.await().until(() -> east.view.acknowledged() != null);
      // A third is here now, for half of the callers: some goes to the other zone.
      assertThat(answers(client)).containsOnlyKeys("east-1", "west-1");

      east.view.zone("east").status("app", "app-" + one.port(), Status.DRAINING);
      Harbour.await().until(() -> east.view.acknowledged() != null);
      assertThat(answers(client)).containsOnlyKeys("west-1");
    }
  }

  @Test
  void roundRobinGoesRound() {
    try (Origin one = Origin.saying("1");
        Origin two = Origin.saying("2");
        RawClient client = harbour.client()) {
      harbour.with(one).with(two);
      use(Strategy.ROUND_ROBIN);
      for (int i = 0; i < 100; i++) {
        assertThat(client.get("/app").status()).isEqualTo(200);
      }
      assertThat(one.heads).hasSize(50);
      assertThat(two.heads).hasSize(50);
    }
  }

  @Test
  void whatIsUnderWayCountsForTheNextStrategyToo() {
    CountDownLatch open = new CountDownLatch(1);
    Origin busy =
        new Origin(
            connection -> {
              while (connection.readRequest() != null) {
                try {
                  open.await();
                } catch (InterruptedException e) {
                  return;
                }
                connection.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbusy");
              }
            });
    List<RawClient> waiting = new ArrayList<>();
    try (busy;
        Origin idle = Origin.saying("idle");
        RawClient client = harbour.client()) {
      harbour.with(busy);
      use(Strategy.RANDOM);
      for (int i = 0; i < 3; i++) {
        waiting.add(harbour.client().send("GET /app HTTP/1.1\r\nHost: a\r\n\r\n"));
      }
      Harbour.await().until(() -> busy.heads.size() == 3);
      harbour.with(idle);
      use(Strategy.LEAST_REQUEST);
      for (int i = 0; i < 50; i++) {
        assertThat(client.get("/app").body()).isEqualTo("idle");
      }
      open.countDown();
      for (RawClient each : waiting) {
        assertThat(each.answer().body()).isEqualTo("busy");
      }
      // They were given back as well: nothing counts for ever.
      Set<String> answers = new HashSet<>();
      for (int i = 0; i < 100; i++) {
        answers.add(client.get("/app").body());
      }
      assertThat(answers).contains("busy");
    } finally {
      waiting.forEach(RawClient::close);
    }
  }
}

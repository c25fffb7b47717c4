package io.roadstead.gateway;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.roadstead.balancer.Balancer;
import io.roadstead.balancer.Endpoint;
import io.roadstead.balancer.Member;
import io.roadstead.balancer.Outcome;
import io.roadstead.balancer.Tried;
import io.roadstead.registry.Split;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The law of the draw: shares are kept, whatever the versions' instances, and cost no memory. */
class VersionDrawTest {
  private static final int PICKS = 1_000_000;
  private static final long MILLI = 1_000_000;

  /** An instance of a version, with room or without. */
  private static final class Place implements VersionDraw.Versioned {
    private final String version;
    private boolean full;

    Place(String version) {
      this.version = version;
    }

    @Override
    public String version() {
      return version;
    }

    @Override
    public boolean hasRoom() {
      return !full;
    }

    @Override
    public boolean enter() {
      return !full;
    }
  }

  private final List<Endpoint<Place>> endpoints = new ArrayList<>();
  private final Tried tried = new Tried();
  private long now = MILLI;
  private @Nullable Balancer<Place> balancer;
  private @Nullable VersionDraw<Place> draw;

  /** These many instances of a version, with weights that differ. */
  private void instances(String version, int count) {
    for (int i = 0; i < count; i++) {
      endpoints.add(new Endpoint<>(version + "-" + i, new Place(version), 50 + 50 * (i % 3)));
    }
  }

  private void split(long seed, Map<String, Integer> shares) {
    SplittableRandom random = new SplittableRandom(seed);
    balancer = Balancer.standard(random);
    draw = VersionDraw.order(Split.of(shares), endpoints, random);
    balancer.update(endpoints, now);
  }

  private Member<Place> pick() {
    return requireNonNull(requireNonNull(draw).pick(requireNonNull(balancer), null, now));
  }

  private void end(Member<Place> member, Outcome outcome) {
    requireNonNull(balancer).ended(member, now, MILLI, outcome);
  }

  /** The share of each version, in percent. */
  private Map<String, Double> shares(int picks) {
    Map<String, Double> counts = new TreeMap<>();
    for (int i = 0; i < picks; i++) {
      now += MILLI / 100;
      Member<Place> member = pick();
      counts.merge(member.target().version(), 100.0 / picks, Double::sum);
      end(member, Outcome.SUCCESS);
    }
    return counts;
  }

  /** At a million, two percentage points are forty standard deviations or more. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void eachVersionGetsItsShareOfAMillionHoweverManyInstancesItHas(long seed) {
    instances("1", 7);
    instances("2", 1);
    instances("3", 2);
    instances("unnamed", 5);
    split(seed, Map.of("1", 70, "2", 25, "3", 5, "gone", 0));

    Map<String, Double> shares = shares(PICKS);

    assertThat(shares.keySet()).as("seed %d", seed).containsExactly("1", "2", "3");
    assertThat(shares.get("1")).as("seed %d", seed).isCloseTo(70, within(2.0));
    assertThat(shares.get("2")).as("seed %d", seed).isCloseTo(25, within(2.0));
    assertThat(shares.get("3")).as("seed %d", seed).isCloseTo(5, within(0.5));
  }

  @Test
  void aVersionThatIsNotThereLeavesItsShareInProportion() {
    instances("1", 2);
    instances("2", 2);
    split(4, Map.of("1", 60, "2", 20, "not-yet", 20));

    assertThat(shares(PICKS).get("1")).isCloseTo(75, within(2.0));
  }

  @Test
  void aVersionWhoseInstancesAreAllEjectedLeavesItsShareUntilOneIsBack() {
    instances("1", 3);
    instances("2", 1);
    split(5, Map.of("1", 50, "2", 50));
    for (int i = 0; i < 100; i++) {
      Member<Place> member = pick();
      end(member, member.target().version().equals("2") ? Outcome.CONNECT_FAILED : Outcome.SUCCESS);
    }

    assertThat(shares(10)).containsOnlyKeys("1");
    now += 60_000 * MILLI;
    assertThat(shares(PICKS).get("2")).isCloseTo(50, within(2.0));
  }

  @Test
  void aFurtherAttemptStaysWithTheVersionWhileThatHasAnotherInstance() {
    instances("1", 2);
    instances("2", 3);
    split(6, Map.of("1", 10, "2", 90));
    for (int i = 0; i < 1_000; i++) {
      tried.clear();
      Member<Place> first = pick();
      tried.add(first);
      Member<Place> second =
          requireNonNull(requireNonNull(draw).pick(requireNonNull(balancer), tried, now));
      assertThat(second.target().version()).isEqualTo(first.target().version());
      assertThat(second).isNotSameAs(first);
      end(first, Outcome.SUCCESS);
      end(second, Outcome.SUCCESS);
    }
  }

  @Test
  void theOthersServeWhereAVersionHasNoRoomButNotOneWithoutAShare() {
    instances("1", 2);
    instances("2", 2);
    instances("unnamed", 2);
    split(7, Map.of("1", 50, "2", 50));
    endpoints.forEach(endpoint -> endpoint.target().full = endpoint.key().startsWith("1"));
    assertThat(shares(1_000)).containsOnlyKeys("2");

    endpoints.forEach(endpoint -> endpoint.target().full = !endpoint.key().startsWith("unnamed"));
    assertThat(requireNonNull(draw).pick(requireNonNull(balancer), null, now)).isNull();
  }

  @Test
  void aVersionWithoutAShareServesWhereNoOtherCan() {
    instances("unnamed", 2);
    split(8, Map.of("1", 100));
    assertThat(draw).as("all are alike").isNull();
  }

  @Test
  void aDrawAllocatesNothing() {
    instances("1", 7);
    instances("2", 2);
    instances("unnamed", 1);
    split(9, Map.of("1", 80, "2", 20));
    com.sun.management.ThreadMXBean threads =
        (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    exercise(20_000);
    threads.getCurrentThreadAllocatedBytes();
    long before = threads.getCurrentThreadAllocatedBytes();
    exercise(20_000);
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;

    assertThat(allocated).as("bytes in 40,000 picks").isLessThan(1_000);
  }

  private void exercise(int rounds) {
    for (int i = 0; i < rounds; i++) {
      now += MILLI;
      tried.clear();
      Member<Place> first = pick();
      tried.add(first);
      Member<Place> second =
          requireNonNull(requireNonNull(draw).pick(requireNonNull(balancer), tried, now));
      end(first, (i & 3) == 0 ? Outcome.ERROR : Outcome.SUCCESS);
      end(second, Outcome.SUCCESS);
    }
  }
}

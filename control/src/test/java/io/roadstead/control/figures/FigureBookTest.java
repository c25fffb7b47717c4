package io.roadstead.control.figures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.roadstead.control.figures.FigureBook.Live;
import io.roadstead.control.figures.FigureBook.Past;
import io.roadstead.control.figures.GatewayCounts.InService;
import io.roadstead.control.figures.GatewayCounts.OnInstance;
import io.roadstead.control.figures.GatewayCounts.RequestKey;
import io.roadstead.control.figures.GatewayCounts.Requests;
import io.roadstead.registry.InstanceKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FigureBookTest {
  private static final InstanceKey ONE = new InstanceKey("orders", "orders-1");
  private static final long MILLI = 1_000_000;

  private long nanos;
  private Optional<GatewayCounts> own = Optional.of(GatewayCounts.NONE);
  private final FigureBook book =
      new FigureBook(() -> own, () -> nanos, () -> Instant.EPOCH.plusNanos(nanos));

  private void second() {
    nanos += 1_000 * MILLI;
    book.tick();
  }

  /**
   * So many requests of version 1 since the start, of which some failed, each of so many millis.
   */
  private static GatewayCounts counts(long good, long bad, long refused, long millis) {
    long[] buckets = new long[Buckets.COUNT];
    buckets[Buckets.endingAt(millis * MILLI)] = good + bad + refused;
    return new GatewayCounts(
        List.of(
            new Requests(
                new RequestKey("/orders/**", "orders", "1"),
                new long[] {0, 0, good, 0, refused, bad},
                buckets,
                (good + bad + refused) * millis / 1e3)),
        Map.of("orders", new InService(3, Map.of("idle", 2L), Map.of("connect-failed", bad))),
        Map.of(ONE, new OnInstance("1", good + bad + refused, bad, refused, 3, buckets)),
        5);
  }

  private Live live(SeriesName name) {
    return book.live().series().stream()
        .filter(one -> one.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError(name + " is not in " + book.live()));
  }

  @Test
  void aRouteHasTheFiguresOfAllItsVersionsAndItsTimeouts() {
    Requests one = counts(85, 10, 5, 20).requests().getFirst();
    Requests two =
        new Requests(
            new RequestKey("/orders/**", "orders", "2"), one.byStatusClass(), one.buckets(), 1);
    own =
        Optional.of(
            new GatewayCounts(
                List.of(one, two),
                Map.of(),
                Map.of(),
                0,
                Map.of(
                    new GatewayCounts.Counter(
                        "timeouts", "reason,route", "upstream-timeout,/orders/**"),
                    3L,
                    new GatewayCounts.Counter("timeouts", "reason,route", "queue-timeout,/a,b"),
                    1L)));
    second();
    OfRoute figures = Objects.requireNonNull(book.byRoute().get("/orders/**"));
    assertThat(figures.requests()).isEqualTo(200);
    assertThat(figures.errors()).isEqualTo(20);
    assertThat(figures.clientErrors()).isEqualTo(10);
    assertThat(figures.timeouts()).isEqualTo(3);
    assertThat(figures.p99Millis()).isBetween(10.0, 40.0);
  }

  @Test
  void aKnownLoadHasKnownFigures() {
    own = Optional.of(counts(85, 10, 5, 20));
    second();
    for (SeriesName name :
        List.of(
            SeriesName.TOTAL, SeriesName.service("orders"), new SeriesName("orders", "1", ""))) {
      Figures point = live(name).point();
      assertThat(point.requests()).as(name.toString()).isEqualTo(100);
      assertThat(point.errorShare()).isEqualTo(0.1);
      assertThat(point.clientErrorShare()).isEqualTo(0.05);
      assertThat(point.p50Millis()).isBetween(20.0, 25.0);
      assertThat(point.p99Millis()).isBetween(20.0, 25.0);
      assertThat(point.inFlight()).isEqualTo(3);
      assertThat(live(name).recent().requestsPerSecond()).isEqualTo(100);
    }
    Figures instance = live(new SeriesName("orders", "", "orders-1")).point();
    assertThat(instance.requests()).isEqualTo(100);
    assertThat(instance.errors()).isEqualTo(10);
    assertThat(instance.inFlight()).isEqualTo(3);
    assertThat(instance.clientErrorShare()).isEqualTo(0.05);
    assertThat(instance.p99Millis()).isBetween(20.0, 25.0);
    assertThat(book.recent().ofInstance("orders", "orders-1").requestsPerSecond()).isEqualTo(100);
    assertThat(book.recent().ofService("orders").errorShare()).isEqualTo(0.1);
    assertThat(book.recent().ofService("nobody")).isEqualTo(Figures.NOTHING);
    assertThat(book.of(ONE)).isEqualTo(new Traffic.Sum(100, 10, 3));
    assertThat(book.live().known()).isTrue();

    second();
    assertThat(live(SeriesName.TOTAL).point().requests()).as("nothing new").isZero();
    assertThat(live(SeriesName.TOTAL).point().p50Millis()).isNaN();
    assertThat(live(SeriesName.TOTAL).recent().requestsPerSecond()).isEqualTo(50);
    assertThat(live(SeriesName.TOTAL).recent().errorShare()).isEqualTo(0.1);
  }

  @Test
  void quantilesOfAStretchAreThoseOfItsRequestsNotOfItsSeconds() {
    own = Optional.of(counts(99, 0, 0, 1));
    second();
    own = Optional.of(slower(99, 1, 1_000));
    second();
    Figures both = live(SeriesName.service("orders")).recent();
    assertThat(both.requests()).isEqualTo(100);
    assertThat(both.p50Millis()).isBetween(1.0, 1.25);
    assertThat(both.p99Millis()).isBetween(1.0, 1.25);
    own = Optional.of(slower(99, 3, 1_000));
    second();
    assertThat(live(SeriesName.service("orders")).recent().p99Millis()).isBetween(1_000.0, 1_250.0);
  }

  private static GatewayCounts slower(long quick, long slow, long slowMillis) {
    long[] buckets = new long[Buckets.COUNT];
    buckets[Buckets.endingAt(MILLI)] = quick;
    buckets[Buckets.endingAt(slowMillis * MILLI)] = slow;
    return new GatewayCounts(
        List.of(
            new Requests(
                new RequestKey("/orders/**", "orders", "1"),
                new long[] {0, 0, quick + slow, 0, 0, 0},
                buckets,
                1)),
        Map.of(),
        Map.of(),
        0);
  }

  @Test
  void thePastHasAPointForEachSecondTheNewestLast() {
    for (int i = 1; i <= 310; i++) {
      own = Optional.of(counts(i * (i + 1L) / 2, 0, 0, 1)); // i more in second i
      second();
    }
    List<Past> past = book.past("orders", 300).series();
    assertThat(past).extracting(one -> one.name().toString()).hasSize(3);
    Columns columns = past.getFirst().columns();
    assertThat(columns.requests()).isEqualTo(IntStream.rangeClosed(11, 310).toArray());
    assertThat(columns.p50Millis()[299]).isBetween(1.0, 1.25);
    assertThat(book.past("", 2).series())
        .extracting(one -> one.name())
        .containsExactly(SeriesName.TOTAL, SeriesName.service("orders"));
    assertThat(book.past("", 2).series().getFirst().columns().requests()).containsExactly(309, 310);
    assertThat(book.past("", 2).series().getFirst().window().requestsPerSecond())
        .isCloseTo(309.5, within(1e-9));
    assertThat(book.past("other", 300).series()).isEmpty();
  }

  @Test
  void aBeatThatComesEarlyOrLateIsTheSecondThatItIsFor() {
    long[] beats = {1_030, 1_990, 3_020, 3_980, 8_000};
    for (int i = 0; i < beats.length; i++) {
      nanos = beats[i] * MILLI;
      own = Optional.of(counts(10L * (i + 1), 0, 0, 1));
      book.tick();
    }
    int[] requests = book.past("", 8).series().getFirst().columns().requests();
    assertThat(requests)
        .as("one beat stands for four seconds")
        .containsExactly(10, 10, 10, 10, 0, 0, 0, 10);
  }

  @Test
  void whatAGatewayTellsIsADifferenceSoALostMessageLosesNothing() {
    assertThat(book.hear("g1", new Telling(true, true, counts(1_000, 0, 0, 1), List.of())))
        .isTrue();
    second();
    assertThat(book.live().series())
        .as("counted before anybody listened")
        .allSatisfy(one -> assertThat(one.point().requests()).isZero());
    book.hear("g1", partial(counts(1_010, 0, 0, 1)));
    second();
    assertThat(live(SeriesName.TOTAL).point().requests()).isEqualTo(10);
    second(); // one message lost
    book.hear("g1", partial(counts(1_030, 0, 0, 1)));
    second();
    assertThat(live(SeriesName.TOTAL).point().requests()).isEqualTo(20);
    book.hear("g1", partial(counts(1_030, 0, 0, 1)));
    second();
    assertThat(live(SeriesName.TOTAL).point().requests()).as("told twice").isZero();
    assertThat(book.of(ONE)).isEqualTo(new Traffic.Sum(30, 0, 3));
  }

  private static Telling partial(GatewayCounts counts) {
    return new Telling(false, true, counts, List.of());
  }

  @Test
  void aGatewayThatIsNotKnownIsToTellEverything() {
    assertThat(book.hear("g1", partial(counts(1_000, 0, 0, 1)))).isFalse();
    Telling first = new Telling(true, false, counts(1_000, 0, 0, 1), List.of());
    assertThat(book.hear("g1", first)).isTrue();
    second();
    assertThat(book.hear("g1", new Telling(true, true, GatewayCounts.NONE, List.of()))).isTrue();
    assertThat(book.hear("g1", partial(counts(1_001, 0, 0, 1)))).isTrue();
    second();
    assertThat(live(SeriesName.TOTAL).point().requests()).isEqualTo(1);
    assertThat(book.of(ONE).requests()).isEqualTo(1);
  }

  @Test
  void gatewaysAreSummedAndOneThatIsSilentHasNothingInFlight() {
    own = Optional.empty();
    second();
    assertThat(book.live().known()).isFalse();
    for (String gateway : List.of("g1", "g2")) {
      book.hear(gateway, new Telling(true, true, counts(0, 0, 0, 1), List.of()));
      book.hear(gateway, partial(counts(40, 10, 0, 1)));
    }
    second();
    assertThat(book.live().known()).isTrue();
    assertThat(live(SeriesName.TOTAL).point().requests()).isEqualTo(100);
    assertThat(live(SeriesName.TOTAL).point().errorShare()).isEqualTo(0.2);
    assertThat(live(SeriesName.TOTAL).point().inFlight()).isEqualTo(6);
    GatewayCounts sum = book.counts();
    assertThat(sum.requests()).singleElement().satisfies(r -> assertThat(r.count()).isEqualTo(100));
    assertThat(sum.services().get("orders"))
        .isEqualTo(new InService(6, Map.of("idle", 4L), Map.of("connect-failed", 20L)));
    assertThat(sum.clientConnections()).isEqualTo(10);
    for (int i = 0; i < 6; i++) {
      second();
      book.hear("g2", partial(GatewayCounts.NONE));
    }
    second();
    assertThat(live(SeriesName.TOTAL).point().inFlight()).as("g2 alone").isEqualTo(3);
    assertThat(book.counts().requests().getFirst().count()).as("never less").isEqualTo(100);
    assertThat(book.counts().services())
        .hasEntrySatisfying(
            "orders", one -> assertThat(one.retries()).isEqualTo(Map.of("connect-failed", 20L)));
  }

  @Test
  void whatIsQuietForFiveMinutesGoes() {
    own = Optional.of(counts(1, 0, 0, 1));
    second();
    own = Optional.empty();
    for (int i = 0; i < 299; i++) {
      second();
    }
    assertThat(book.past("", 300).series()).hasSize(2);
    second();
    assertThat(book.past("", 300).series()).isEmpty();
    assertThat(book.live().series()).isEmpty();
    assertThat(book.of(ONE)).isEqualTo(Traffic.Sum.NONE);
    assertThat(book.counts().requests()).as("a counter stays").hasSize(1);
  }

  @Test
  void itsMemoryIsBounded() {
    List<Requests> many = new ArrayList<>();
    for (int i = 0; i < FigureBook.MOST_TOTALS + 10; i++) {
      many.add(
          new Requests(
              new RequestKey("/", "service-" + i, "1"),
              new long[] {0, 0, 1, 0, 0, 0},
              new long[Buckets.COUNT],
              1));
    }
    own = Optional.of(new GatewayCounts(many, Map.of(), Map.of(), 0));
    second();
    assertThat(book.live().series()).hasSizeLessThanOrEqualTo(FigureBook.MOST_SERIES);
    assertThat(book.counts().requests()).hasSize(FigureBook.MOST_TOTALS);
    for (int i = 0; i < FigureBook.MOST_GATEWAYS; i++) {
      book.hear("g" + i, new Telling(true, true, GatewayCounts.NONE, List.of()));
    }
    assertThatThrownBy(
            () -> book.hear("more", new Telling(true, true, GatewayCounts.NONE, List.of())))
        .hasMessageContaining(Integer.toString(FigureBook.MOST_GATEWAYS));
  }

  @Test
  void bucketsHoldWhatTheySay() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int i = 0; i < 10_000; i++) {
      long nanos = random.nextLong(1L << 36) >>> random.nextInt(36);
      int bucket = Buckets.endingAt(nanos);
      assertThat(Buckets.upperNanos(bucket)).as("seed " + seed).isGreaterThanOrEqualTo(nanos);
      if (bucket > 0) {
        assertThat(Buckets.upperNanos(bucket - 1)).as("seed " + seed).isLessThan(nanos);
      }
    }
    for (int bucket = 0; bucket < Buckets.COUNT; bucket++) {
      assertThat(Buckets.endingAt(Buckets.upperNanos(bucket))).isEqualTo(bucket);
    }
  }
}

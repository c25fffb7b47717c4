package io.roadstead.registry;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.registry.Subscribers.Known;
import io.roadstead.registry.event.Event;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class SubscribersTest {
  private static final Duration LIMIT = ofSeconds(10);
  private static final InstanceKey A1 = new InstanceKey("orders", "a1");

  private final ManualTime time = new ManualTime();
  private final List<Event> events = Collections.synchronizedList(new ArrayList<>());
  private final Subscribers subscribers =
      new Subscribers("e7", time, time, events::add, Runnable::run);

  private static Cursor v(long n) {
    return new Cursor("e7", n);
  }

  private String gateway(String name) {
    return subscribers.connect(name, SubscriberKind.GATEWAY, Set.of(), () -> {});
  }

  private void ack(String name, String stream, long n) {
    subscribers.acknowledge(name, stream, v(n), Map.of());
  }

  /** The barrier as it is now: it ends at once, heard or not. */
  private BarrierOutcome now(long n) {
    return await("orders", n, Duration.ZERO);
  }

  private BarrierOutcome await(String service, long n, Duration limit) {
    try {
      return subscribers.await(service, v(n), limit);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** A barrier that has begun to wait, or has ended already. */
  private CompletableFuture<BarrierOutcome> waiting(long n) {
    return begun(() -> await("orders", n, LIMIT));
  }

  private static <T> CompletableFuture<T> begun(Supplier<T> wait) {
    CompletableFuture<T> result = new CompletableFuture<>();
    Thread thread = Thread.ofVirtual().start(() -> result.complete(wait.get()));
    Awaitility.await()
        .until(() -> result.isDone() || thread.getState() == Thread.State.TIMED_WAITING);
    return result;
  }

  private void pass(Duration length) {
    time.pass(length);
    subscribers.sweep();
  }

  private static BarrierOutcome get(CompletableFuture<BarrierOutcome> future) {
    Awaitility.await().until(future::isDone);
    return future.join();
  }

  @Test
  void withNobodyToWaitForABarrierIsProvenAtOnce() {
    assertThat(await("orders", 1, LIMIT).proven()).isTrue();
    assertThat(subscribers.busy(A1, v(1))).isEqualTo(OptionalInt.of(0));
  }

  @Test
  void aBarrierEndsWhenEveryGatewayHasAcknowledged() {
    String one = gateway("one");
    String two = gateway("two");
    CompletableFuture<BarrierOutcome> barrier = waiting(5);
    ack("one", one, 5);
    assertThat(now(5).unheard()).containsExactly("two");
    assertThat(barrier).isNotDone();
    ack("two", two, 4);
    assertThat(barrier).isNotDone();
    ack("two", two, 6);

    assertThat(get(barrier).heard()).containsExactly("one", "two");
    assertThat(get(barrier).proven()).isTrue();
  }

  @Test
  void aKilledGatewayIsWaitedForNoLongerThanItsLease() {
    String stream = gateway("one");
    ack("one", stream, 4);
    CompletableFuture<BarrierOutcome> barrier = waiting(5);
    subscribers.disconnect("one", stream);
    pass(ofMillis(2999));
    assertThat(barrier).isNotDone();
    pass(ofMillis(1));

    assertThat(get(barrier).unheard()).containsExactly("one");
    assertThat(subscribers.list()).isEmpty();
    assertThat(events).extracting(Event::kind).containsExactly("subscriber.gone");
  }

  @Test
  void onlyAcknowledgementsRenewTheLease() {
    String stream = gateway("one");
    for (int second = 0; second < 20; second++) {
      ack("one", stream, 4);
      pass(ofSeconds(1));
    }
    assertThat(subscribers.list().getFirst().lagging()).isFalse();
    pass(ofSeconds(2));
    assertThat(subscribers.list().getFirst().lagging()).isTrue();
    ack("one", stream, 4);
    assertThat(subscribers.list().getFirst().lagging()).isFalse();
    assertThat(events)
        .extracting(Event::kind)
        .containsExactly("subscriber.lagging", "subscriber.caught-up");
  }

  @Test
  void whoRenewsButDoesNotApplyLagsAfterFiveSecondsAndIsBackWhenItHasCaughtUp() {
    String stream = gateway("one");
    ack("one", stream, 4);
    CompletableFuture<BarrierOutcome> barrier = waiting(5);
    for (int second = 1; second <= 5; second++) {
      assertThat(barrier).isNotDone();
      pass(ofSeconds(1));
      ack("one", stream, 4);
    }
    assertThat(get(barrier).unheard()).containsExactly("one");

    assertThat(get(waiting(6)).unheard()).containsExactly("one");
    ack("one", stream, 5);
    assertThat(subscribers.list().getFirst().lagging()).isFalse();
    assertThat(events)
        .extracting(Event::kind)
        .containsExactly("subscriber.lagging", "subscriber.caught-up");
  }

  @Test
  void aWatchThatNeverAcknowledgesStallsNoLongerThanItsLease() {
    subscribers.connect("mute", SubscriberKind.WATCH, Set.of(), () -> {});
    CompletableFuture<BarrierOutcome> barrier = waiting(5);
    pass(ofSeconds(3));
    assertThat(get(barrier).unheard()).containsExactly("mute");
    assertThat(await("orders", 6, LIMIT).unheard()).containsExactly("mute");
  }

  @Test
  void aNewStreamEndsTheOlderAndOnlyItsAcknowledgementsCount() {
    AtomicInteger replaced = new AtomicInteger();
    String old =
        subscribers.connect("one", SubscriberKind.GATEWAY, Set.of(), replaced::incrementAndGet);
    ack("one", old, 9);
    String current = gateway("one");

    assertThat(replaced).hasValue(1);
    assertThat(now(5).unheard()).containsExactly("one");
    ack("one", old, 9);
    assertThat(now(5).unheard()).containsExactly("one");
    subscribers.disconnect("one", old);
    ack("one", current, 9);
    assertThat(now(5).heard()).containsExactly("one");
  }

  @Test
  void anAcknowledgementOfAnotherEpochCountsForNothing() {
    String stream = gateway("one");
    subscribers.acknowledge("one", stream, new Cursor("e6", 99), Map.of());
    assertThat(now(5).unheard()).containsExactly("one");
  }

  @Test
  void aSubscriberCountsOnlyForItsServices() {
    subscribers.connect("payments", SubscriberKind.WATCH, Set.of("payments"), () -> {});
    assertThat(await("orders", 5, LIMIT).proven()).isTrue();
    assertThat(await("payments", 5, Duration.ZERO).unheard()).containsExactly("payments");
  }

  @Test
  void anIdentifiedPollerHasAppliedAnAnswerASecondAfterItBeginsTheNextFetch() {
    subscribers.pollBegan("p", true);
    subscribers.pollAnswered("p", v(5));
    pass(ofSeconds(2));
    assertThat(now(5).unheard()).containsExactly("p");
    subscribers.pollBegan("p", true);
    pass(ofMillis(999));
    assertThat(now(5).unheard()).containsExactly("p");
    pass(ofMillis(1));
    assertThat(now(5).heard()).containsExactly("p");
    assertThat(now(6).unheard()).containsExactly("p");
  }

  @Test
  void aFetchThatBeganBeforeTheAnswerProvesNothing() {
    subscribers.pollBegan("p", true);
    subscribers.pollBegan("p", true);
    subscribers.pollAnswered("p", v(5));
    pass(ofSeconds(3));
    assertThat(now(5).unheard()).containsExactly("p");
  }

  @Test
  void anIdentifiedPollerLagsAfterEightSecondsOfSilence() {
    subscribers.pollBegan("p", true);
    CompletableFuture<BarrierOutcome> barrier = waiting(5);
    pass(ofMillis(7999));
    assertThat(barrier).isNotDone();
    pass(ofMillis(1));
    assertThat(get(barrier).unheard()).containsExactly("p");
    pass(ofSeconds(82));
    assertThat(subscribers.list()).isEmpty();
  }

  @Test
  void aPollerThatHasEndedIsNotWaitedFor() {
    subscribers.pollBegan("p", true);
    CompletableFuture<BarrierOutcome> barrier = waiting(5);
    assertThat(now(5).unheard()).containsExactly("p");
    subscribers.forget("p");
    assertThat(get(barrier).proven()).isTrue();
    assertThat(now(5).proven()).isTrue();
  }

  @Test
  void aStreamAndAPollerOfOneNameAreTwo() {
    String stream = gateway("same");
    ack("same", stream, 5);
    subscribers.pollBegan("same", true);
    assertThat(now(5).heard()).containsExactly("same");
    assertThat(now(5).unheard()).containsExactly("same");
  }

  @Test
  void anAnonymousPollerIsNeverProofButBounded() {
    subscribers.pollBegan("10.0.0.9", false);
    assertThat(now(5).proven()).isTrue();
    pass(ofSeconds(40));
    subscribers.pollBegan("10.0.0.9", false);
    subscribers.pollAnswered("10.0.0.9", v(5));

    BarrierOutcome outcome = now(5);
    assertThat(outcome.proven()).isFalse();
    assertThat(outcome.unheard()).isEmpty();
    assertThat(outcome.pollers())
        .containsExactly(new BarrierOutcome.Poller("10.0.0.9", ofSeconds(75)));

    pass(ofSeconds(90));
    assertThat(now(5).proven()).isTrue();
  }

  @Test
  void aFrequentAnonymousPollerIsBoundedByTheUsualInterval() {
    for (int i = 0; i < 5; i++) {
      subscribers.pollBegan("10.0.0.9", false);
      pass(ofSeconds(5));
    }
    assertThat(now(5).pollers())
        .containsExactly(new BarrierOutcome.Poller("10.0.0.9", ofSeconds(65)));
  }

  @Test
  void countsAreKnownOnlyFromAnAcknowledgementAtOrAfterTheDrain() {
    String one = gateway("one");
    String two = gateway("two");
    subscribers.acknowledge("one", one, v(5), Map.of(A1, 3));
    subscribers.acknowledge("two", two, v(4), Map.of());
    assertThat(subscribers.busy(A1, v(5))).isEmpty();
    subscribers.acknowledge("two", two, v(5), Map.of(A1, 2));
    assertThat(subscribers.busy(A1, v(5))).hasValue(5);
    subscribers.acknowledge("one", one, v(5), Map.of());
    assertThat(subscribers.busy(A1, v(5))).hasValue(2);

    subscribers.disconnect("two", two);
    pass(ofSeconds(2));
    ack("one", one, 5);
    assertThat(subscribers.busy(A1, v(5))).hasValue(2);
    pass(ofSeconds(1));
    assertThat(subscribers.busy(A1, v(5))).hasValue(0);
  }

  private CompletableFuture<OptionalInt> idle() {
    return begun(
        () -> {
          try {
            return subscribers.awaitIdle(A1, v(5), ofSeconds(30));
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
        });
  }

  @Test
  void aGatewayThatRenewsAndAppliesNothingIsWaitedForAsLongAsItMayLag() {
    String deaf = gateway("deaf");
    String one = gateway("one");
    subscribers.acknowledge("one", one, v(5), Map.of(A1, 1));
    CompletableFuture<BarrierOutcome> barrier = waiting(5);
    for (int second = 0; second < 5; second++) {
      assertThat(barrier).isNotDone();
      pass(ofSeconds(1));
      ack("deaf", deaf, 4);
      subscribers.acknowledge("one", one, v(5), Map.of(A1, 1));
    }
    assertThat(get(barrier).unheard()).containsExactly("deaf");
    CompletableFuture<OptionalInt> idle = idle();
    pass(ofSeconds(1));
    assertThat(idle).as("the other's request is waited for").isNotDone();
    subscribers.acknowledge("one", one, v(5), Map.of());
    Awaitility.await().until(idle::isDone);
    assertThat(idle.join()).isEmpty();
  }

  @Test
  void whoLeavesIsWaitedForNoMore() {
    String one = gateway("one");
    String two = gateway("two");
    subscribers.acknowledge("one", one, v(4), Map.of(A1, 7));
    ack("two", two, 5);
    CompletableFuture<BarrierOutcome> barrier = waiting(5);
    assertThat(subscribers.leave("one", "another stream")).isFalse();
    assertThat(barrier).isNotDone();
    assertThat(subscribers.leave("one", one)).isTrue();
    assertThat(get(barrier).unheard()).isEmpty();
    assertThat(subscribers.busy(A1, v(5))).hasValue(0);
    assertThat(events).extracting(Event::kind).contains("subscriber.left");
  }

  @Test
  void idleIsWaitedForUntilTheLastRequestHasEnded() {
    String one = gateway("one");
    subscribers.acknowledge("one", one, v(5), Map.of(A1, 1));
    CompletableFuture<OptionalInt> idle = idle();
    for (int second = 0; second < 5; second++) {
      pass(ofSeconds(1));
      subscribers.acknowledge("one", one, v(5), Map.of(A1, 1));
    }
    assertThat(idle).isNotDone();
    subscribers.acknowledge("one", one, v(5), Map.of());
    Awaitility.await().until(idle::isDone);
    assertThat(idle.join()).hasValue(0);
  }

  @Test
  void aRestoredSubscriberIsWaitedForUntilTheLimitAndThenDroppedForGood() {
    subscribers.restore(List.of(new Known("gone", SubscriberKind.GATEWAY, Set.of())));
    assertThat(subscribers.busy(A1, v(1))).isEmpty();
    CompletableFuture<BarrierOutcome> barrier = waiting(5);
    pass(ofMillis(9999));
    assertThat(barrier).isNotDone();
    pass(ofMillis(1));

    assertThat(get(barrier).unheard()).containsExactly("gone");
    assertThat(await("orders", 6, LIMIT).proven()).isTrue();
    assertThat(subscribers.busy(A1, v(1))).hasValue(0);
    assertThat(events).extracting(Event::kind).containsExactly("subscriber.gone");
  }

  @Test
  void aRestoredSubscriberThatComesBackIsHeard() {
    subscribers.restore(List.of(new Known("back", SubscriberKind.GATEWAY, Set.of())));
    CompletableFuture<BarrierOutcome> barrier = waiting(5);
    pass(ofSeconds(7));
    String stream = gateway("back");
    ack("back", stream, 5);
    assertThat(get(barrier).heard()).containsExactly("back");
    assertThat(get(barrier).proven()).isTrue();
  }

  @Test
  void whoIsToBeRememberedIsToldWheneverThatChanges() {
    List<List<Known>> told = new CopyOnWriteArrayList<>();
    subscribers.onKnownChanged(told::add);
    String stream = gateway("one");
    ack("one", stream, 1);
    subscribers.pollBegan("p", true);
    subscribers.pollBegan("10.0.0.9", false);
    subscribers.pollBegan("10.0.0.9", false);
    subscribers.disconnect("one", stream);
    pass(ofSeconds(3));

    Known one = new Known("one", SubscriberKind.GATEWAY, Set.of());
    Known p = new Known("p", SubscriberKind.EUREKA, Set.of());
    assertThat(told).containsExactly(List.of(one), List.of(one, p), List.of(p));
  }

  @Test
  void whatCouldNotBeRememberedIsToldAgain() {
    AtomicInteger calls = new AtomicInteger();
    subscribers.onKnownChanged(
        _ -> {
          if (calls.incrementAndGet() == 1) {
            throw new IllegalStateException("disk full");
          }
        });
    gateway("one");
    assertThat(calls).hasValue(1);
    subscribers.sweep();
    subscribers.sweep();
    assertThat(calls).hasValue(2);
  }
}

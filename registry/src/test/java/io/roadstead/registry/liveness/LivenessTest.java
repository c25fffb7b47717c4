package io.roadstead.registry.liveness;

import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.registry.InstanceKey;
import io.roadstead.registry.Life;
import io.roadstead.registry.ManagedInstance;
import io.roadstead.registry.ManualTime;
import io.roadstead.registry.Registration;
import io.roadstead.registry.Registry;
import io.roadstead.registry.Status;
import io.roadstead.registry.event.Event;
import io.roadstead.registry.liveness.ActiveChecks.How;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who is taken out, and who is let back in, by what probes see. Time stands still. */
class LivenessTest {
  private static final InstanceKey A = new InstanceKey("orders", "a");

  private final ManualTime time = new ManualTime();
  private final List<Event> events = new ArrayList<>();
  private final Registry registry = new Registry("t", time, time, events::add, Runnable::run);
  private final FakeProber prober = new FakeProber();
  private Liveness liveness = liveness(ActiveChecks.NONE);

  private Liveness liveness(ActiveChecks checks) {
    return new Liveness(registry, prober, checks, Runnable::run, time, time, events::add);
  }

  private void checking(int suspectAfter, int downAfter) {
    liveness =
        liveness(
            new ActiveChecks(
                How.HTTP, Duration.ofSeconds(10), Duration.ofSeconds(1), suspectAfter, downAfter));
  }

  @AfterEach
  void close() {
    liveness.close();
  }

  private static Registration registration(String id, int port, Status status) {
    return new Registration(
        "orders",
        id,
        "10.0.0.1",
        "",
        port,
        false,
        status,
        100,
        Map.of(),
        Duration.ofSeconds(90),
        null);
  }

  private void register(String... ids) {
    for (String id : ids) {
      registry.register(registration(id, 80, Status.UP));
    }
  }

  private Status status(String id) {
    return registry.snapshot().instance(new InstanceKey("orders", id)).orElseThrow().status();
  }

  private void refused(String... ids) {
    liveness.refused(
        "gateway-1", List.of(ids).stream().map(id -> new InstanceKey("orders", id)).toList());
  }

  /** Lets time pass in steps as small as its own. */
  private void pass(Duration length) {
    liveness.step();
    for (long left = length.toMillis(); left > 0; left -= 50) {
      time.pass(Duration.ofMillis(Math.min(50, left)));
      liveness.step();
    }
  }

  private void watchChanges() {
    // As start() does, without its thread.
    liveness.follow();
  }

  private List<String> kinds() {
    return events.stream()
        .map(Event::kind)
        .filter(kind -> !kind.equals("instance.status") && !kind.equals("instance.registered"))
        .toList();
  }

  @Test
  void aRefusedInstanceIsSuspectAtOnce() {
    register("a");
    prober.refuses("a");
    refused("a");
    assertThat(status("a")).isEqualTo(Status.SUSPECT);
    assertThat(kinds()).containsExactly("instance.suspect");
  }

  @Test
  void oneThatRefusesTheProbesTooIsTakenOutWithinASecond() {
    register("a", "b");
    prober.refuses("a");
    refused("a");
    pass(Duration.ofMillis(650));
    assertThat(status("a")).isEqualTo(Status.SUSPECT);
    pass(Duration.ofMillis(100));
    assertThat(status("a")).isEqualTo(Status.DOWN);
    assertThat(status("b")).isEqualTo(Status.UP);
    assertThat(prober.connects).containsExactly("a", "a", "a", "a");
    assertThat(kinds()).containsExactly("instance.suspect", "instance.ejected");
    assertThat(registry.counters().ejected()).containsEntry("orders", 1L);
  }

  @Test
  void oneGatewaysWordTakesNobodyOut() {
    register("a");
    refused("a");
    liveness.step();
    assertThat(status("a")).isEqualTo(Status.UP);
    assertThat(kinds()).containsExactly("instance.suspect", "instance.recovered");
  }

  @Test
  void theSameFalseAlarmIsHeardLessAndLess() {
    register("a");
    for (int second = 0; second < 600; second++) {
      refused("a");
      pass(Duration.ofSeconds(1));
    }
    assertThat(prober.connects.size()).isBetween(10, 17);
  }

  @Test
  void heartbeatsAndRegisteringAnewDoNotBringItBack() {
    register("a");
    watchChanges();
    prober.refuses("a");
    refused("a");
    for (int i = 0; i < 30; i++) {
      pass(Duration.ofSeconds(1));
      registry.renew("orders", "a");
      register("a");
      registry.register(registration("a", 80 + i % 2, Status.UP));
      assertThat(status("a")).isEqualTo(Status.DOWN);
    }
    registry.deregister(A);
    register("a");
    assertThat(status("a")).isEqualTo(Status.DOWN);
    assertThat(kinds())
        .containsExactly("instance.suspect", "instance.ejected", "instance.deregistered");
  }

  @Test
  void itIsBackAsSoonAsItAcceptsConnections() {
    register("a");
    prober.refuses("a");
    refused("a");
    pass(Duration.ofMinutes(1));
    assertThat(status("a")).isEqualTo(Status.DOWN);
    prober.lives("a");
    pass(Duration.ofSeconds(2));
    assertThat(status("a")).isEqualTo(Status.UP);
    assertThat(kinds()).endsWith("instance.recovered");
  }

  @Test
  void whatCannotBeAskedIsNeitherTakenOutNorLetBackIn() {
    register("a", "b");
    prober.refuses("a");
    prober.seen.put("b", new Prober.Seen.Unasked("its host does not resolve"));
    refused("a", "b");
    pass(Duration.ofSeconds(1));
    assertThat(status("a")).isEqualTo(Status.DOWN);
    assertThat(status("b")).isEqualTo(Status.UP);
    prober.seen.put("a", new Prober.Seen.Unasked("its host does not resolve"));
    pass(Duration.ofSeconds(10));
    assertThat(status("a")).isEqualTo(Status.DOWN);
  }

  @Test
  void oneThatIsStartedAgainIsAskedAtOnce() {
    register("a");
    watchChanges();
    prober.refuses("a");
    refused("a");
    pass(Duration.ofMinutes(1));
    prober.lives("a");
    registry.register(registration("a", 81, Status.UP));
    pass(Duration.ofMillis(100));
    assertThat(status("a")).isEqualTo(Status.UP);
  }

  @Test
  void oneThatRegistersAnewAfterItWasOutIsAskedBeforeItGetsTraffic() {
    register("a");
    watchChanges();
    prober.refuses("a");
    refused("a");
    pass(Duration.ofSeconds(1));
    registry.deregister(A);
    prober.lives("a");
    register("a");
    assertThat(status("a")).isEqualTo(Status.DOWN);
    liveness.step();
    assertThat(status("a")).isEqualTo(Status.UP);
  }

  @Test
  void oneThatIsTakenOutAgainAndAgainMustHoldOutLonger() {
    register("a");
    long longest = 0;
    for (int round = 0; round < 5; round++) {
      prober.refuses("a");
      refused("a");
      pass(Duration.ofSeconds(3));
      assertThat(status("a")).isEqualTo(Status.DOWN);
      prober.lives("a");
      long before = time.nanos();
      while (status("a") != Status.UP) {
        pass(Duration.ofMillis(100));
      }
      longest = Duration.ofNanos(time.nanos() - before).toMillis();
    }
    assertThat(longest).isBetween(8_000L, 12_000L);
  }

  @Test
  void aStartedInstanceIsOnlyDoubted() {
    registry.manage(new ManagedInstance("orders", "m", "127.0.0.1", 80, "v1", 100, Map.of()));
    registry.mark(new InstanceKey("orders", "m"), marks -> marks.withGateOpen(true));
    prober.refuses("m");
    refused("m");
    pass(Duration.ofSeconds(20));
    assertThat(status("m")).isEqualTo(Status.SUSPECT);
    prober.lives("m");
    pass(Duration.ofSeconds(2));
    assertThat(status("m")).isEqualTo(Status.UP);
  }

  @Test
  void whoIsNotThereOrTakesNoTrafficIsNotAsked() {
    registry.register(registration("a", 80, Status.OUT_OF_SERVICE));
    refused("a", "nobody");
    pass(Duration.ofSeconds(1));
    assertThat(prober.connects).isEmpty();
    assertThat(kinds()).isEmpty();
  }

  @Test
  void oneThatLeavesWhileItIsDoubtedIsForgotten() {
    register("a");
    watchChanges();
    prober.refuses("a");
    refused("a");
    registry.deregister(A);
    pass(Duration.ofSeconds(5));
    assertThat(prober.connects).isEmpty();
  }

  @Test
  void anEjectedOneExpiresWhereTheGuardHoldsTheOthers() {
    register("a", "b", "c", "d", "e");
    prober.refuses("a");
    refused("a");
    pass(Duration.ofSeconds(1));
    time.pass(Duration.ofSeconds(90));
    registry.expire();
    assertThat(registry.snapshot().instance(A)).isEmpty();
    assertThat(registry.held()).hasSize(4);
    assertThat(registry.counters().held()).containsEntry("orders", 4);
  }

  @Test
  void heldInstancesThatRefuseConnectionsAreLetGo() {
    register("a", "b", "c", "d", "e");
    time.pass(Duration.ofSeconds(90));
    registry.expire();
    assertThat(registry.held()).hasSize(5);
    prober.refuses("a");
    liveness.sweep();
    pass(Duration.ofSeconds(1));
    registry.expire();
    assertThat(registry.snapshot().instance(A)).isEmpty();
    assertThat(registry.held()).hasSize(4);
    liveness.sweep();
    assertThat(prober.connects.stream().filter("b"::equals)).hasSize(1);
  }

  @Test
  void failedChecksMakeSuspectThenDownAndASuccessClears() {
    checking(2, 3);
    register("a", "b");
    prober.fails("a");
    pass(Duration.ofSeconds(9));
    assertThat(status("a")).isEqualTo(Status.UP);
    pass(Duration.ofSeconds(10));
    assertThat(status("a")).isEqualTo(Status.SUSPECT);
    pass(Duration.ofSeconds(10));
    assertThat(status("a")).isEqualTo(Status.DOWN);
    assertThat(status("b")).isEqualTo(Status.UP);
    prober.lives("a");
    pass(Duration.ofSeconds(10));
    assertThat(status("a")).isEqualTo(Status.UP);
    assertThat(kinds())
        .containsExactly("instance.suspect", "instance.ejected", "instance.recovered");
  }

  @Test
  void aCheckThatIsRefusedEjectsWithinASecond() {
    checking(2, 3);
    register("a");
    prober.refuses("a");
    pass(Duration.ofSeconds(1));
    assertThat(status("a")).isEqualTo(Status.DOWN);
    prober.lives("a");
    pass(Duration.ofSeconds(2));
    assertThat(status("a")).isEqualTo(Status.UP);
  }

  @Test
  void checksTakeAtMostHalfOfAServiceOut() {
    checking(1, 2);
    register("a", "b", "c", "d", "e", "f");
    List.of("a", "b", "c", "d", "e").forEach(prober::fails);
    pass(Duration.ofSeconds(30));
    assertThat(Stream.of("a", "b", "c", "d", "e", "f").map(this::status).sorted())
        .containsExactly(
            Status.UP, Status.DOWN, Status.DOWN, Status.DOWN, Status.SUSPECT, Status.SUSPECT);
    assertThat(kinds()).containsOnlyOnce("registry.checks-held");
  }

  /** As Spring's does, which counts what Eureka says of it into its health. */
  @Test
  void oneThatIsDownBecauseItIsToldSoComesBackOnTrial() {
    checking(1, 2);
    register("a", "b");
    prober.fails("a");
    pass(Duration.ofSeconds(20));
    assertThat(status("a")).isEqualTo(Status.DOWN);
    pass(Duration.ofSeconds(50));
    assertThat(status("a")).isEqualTo(Status.DOWN);
    pass(Duration.ofSeconds(20));
    assertThat(status("a")).as("on trial").isEqualTo(Status.SUSPECT);
    prober.lives("a");
    pass(Duration.ofSeconds(10));
    assertThat(status("a")).isEqualTo(Status.UP);
  }

  @Test
  void oneThatFailsItsTrialsIsTriedLessAndLess() {
    checking(1, 2);
    register("a", "b");
    prober.fails("a");
    int trials = 0;
    Status before = Status.UP;
    for (int i = 0; i < 360; i++) {
      pass(Duration.ofSeconds(10));
      if (before == Status.DOWN && status("a") == Status.SUSPECT) {
        trials++;
      }
      before = status("a");
    }
    assertThat(trials).isBetween(4, 7);
  }

  @Test
  void checksAreSpreadEvenlyOverTheInterval() {
    checking(2, 3);
    for (int i = 0; i < 1000; i++) {
      register("i" + i);
    }
    liveness.step();
    int before = prober.asks.size();
    for (int tenth = 1; tenth < 10; tenth++) {
      pass(Duration.ofSeconds(1));
      assertThat(prober.asks.size() - before).isBetween(95, 105);
      before = prober.asks.size();
    }
    assertThat(prober.asks).doesNotHaveDuplicates();
  }

  @Test
  void startedInstancesAreLeftToTheirOwnProbes() {
    checking(1, 2);
    registry.manage(new ManagedInstance("orders", "m", "127.0.0.1", 80, "v1", 100, Map.of()));
    registry.mark(new InstanceKey("orders", "m"), marks -> marks.withGateOpen(true));
    pass(Duration.ofSeconds(30));
    assertThat(prober.asks).isEmpty();
  }

  @Test
  void anAnswerThatItCannotServeIsNoRefusal() {
    checking(1, 5);
    register("a", "b");
    prober.fails("a");
    pass(Duration.ofSeconds(10));
    assertThat(status("a")).isEqualTo(Status.SUSPECT);
    assertThat(registry.marks(A).orElseThrow().life()).isEqualTo(Life.DOUBTED);
    assertThat(prober.connects).isEmpty();
  }
}

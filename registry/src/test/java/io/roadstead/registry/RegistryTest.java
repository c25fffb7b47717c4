package io.roadstead.registry;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.roadstead.registry.Registry.Batch;
import io.roadstead.registry.event.Event;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class RegistryTest {
  private static final InstanceKey A1 = new InstanceKey("orders", "a1");

  private final ManualTime time = new ManualTime();
  private final List<Event> events = Collections.synchronizedList(new ArrayList<>());
  private final Registry registry = new Registry("e7", time, time, events::add);

  private static Registration registration(String service, String id) {
    return registration(service, id, Status.UP, 30);
  }

  private static Registration registration(
      String service, String id, Status status, int leaseSeconds) {
    return new Registration(
        service,
        id,
        "10.0.0.1",
        "10.0.0.1",
        8000,
        false,
        status,
        100,
        Map.of("zone", "east"),
        ofSeconds(leaseSeconds),
        null);
  }

  private Status status(InstanceKey key) {
    return registry.snapshot().instance(key).orElseThrow().status();
  }

  @Test
  void aRegistrationIsInTheSnapshotWhenTheCallReturns() {
    Registry.Written written = registry.register(registration("Orders", "a1"));

    assertThat(written.created()).isTrue();
    assertThat(written.version()).isEqualTo(new Cursor("e7", 1));
    assertThat(registry.snapshot().version()).isEqualTo(written.version());
    Instance instance = registry.snapshot().instance(A1).orElseThrow();
    assertThat(instance.zone()).isEqualTo("east");
    assertThat(instance.managed()).isFalse();
    assertThat(events).extracting(Event::kind).containsExactly("instance.registered");
  }

  @Test
  void equalReRegistrationIsARenewalAndTakesNoVersion() {
    registry.register(registration("orders", "a1"));
    Snapshot before = registry.snapshot();
    time.pass(ofSeconds(29));

    assertThat(registry.register(registration("orders", "a1")).created()).isFalse();

    assertThat(registry.snapshot()).isSameAs(before);
    time.pass(ofSeconds(29));
    registry.expire();
    assertThat(registry.snapshot()).isSameAs(before);
    assertThat(events).hasSize(1);
  }

  @Test
  void anUnchangedInstanceIsTheSameObjectInLaterSnapshots() {
    registry.register(registration("orders", "a1"));
    Instance before = registry.snapshot().instance(A1).orElseThrow();
    Service payments = service("payments", "p1");

    registry.register(registration("orders", "a2"));

    assertThat(registry.snapshot().instance(A1).orElseThrow()).isSameAs(before);
    assertThat(registry.snapshot().service("payments")).isSameAs(payments);
  }

  private Service service(String name, String id) {
    registry.register(registration(name, id));
    return Optional.ofNullable(registry.snapshot().service(name)).orElseThrow();
  }

  @Test
  void aLeaseLastsExactlyItsDuration() {
    registry.register(registration("orders", "a1", Status.UP, 30));
    time.pass(ofSeconds(30).minusNanos(1));
    registry.expire();
    assertThat(registry.snapshot().instance(A1)).isPresent();

    time.pass(Duration.ofNanos(1));
    registry.expire();

    assertThat(registry.snapshot().instance(A1)).isEmpty();
    assertThat(registry.snapshot().services()).isEmpty();
    assertThat(registry.counters().expired()).containsEntry("orders", 1L);
    assertThat(events).extracting(Event::kind).endsWith("instance.expired");
  }

  @Test
  void aRenewalBeginsTheLeaseAnewAndTakesNoVersion() {
    registry.register(registration("orders", "a1", Status.UP, 30));
    Snapshot before = registry.snapshot();
    for (int i = 0; i < 5; i++) {
      time.pass(ofSeconds(29));
      assertThat(registry.renew(i % 2 == 0 ? "orders" : "ORDERS", "a1")).isTrue();
      registry.expire();
    }
    assertThat(registry.snapshot()).isSameAs(before);
    assertThat(registry.counters().renewals()).isEqualTo(5);
    assertThat(events).hasSize(1);
  }

  @Test
  void renewAfterExpiryIsRefused() {
    registry.register(registration("orders", "a1", Status.UP, 30));
    time.pass(ofSeconds(30));
    registry.expire();

    assertThat(registry.renew("orders", "a1")).isFalse();
    assertThat(registry.renew("nobody", "a1")).isFalse();
    assertThat(registry.deregister(A1)).isFalse();
    assertThat(registry.update(A1, r -> r.withStatus(Status.DOWN))).isEmpty();
  }

  @Test
  void aDrainSurvivesHeartbeatsAndReRegistration() {
    registry.register(registration("orders", "a1"));
    registry.mark(A1, m -> m.withDraining(true));
    assertThat(status(A1)).isEqualTo(Status.DRAINING);

    registry.renew("orders", "a1");
    registry.register(registration("orders", "a1", Status.STARTING, 30));
    registry.register(registration("orders", "a1", Status.UP, 30));
    assertThat(status(A1)).isEqualTo(Status.DRAINING);

    registry.deregister(A1);
    registry.register(registration("orders", "a1"));
    assertThat(status(A1)).isEqualTo(Status.DRAINING);

    registry.mark(A1, m -> m.withDraining(false));
    assertThat(status(A1)).isEqualTo(Status.UP);
  }

  @Test
  void aDrainMayBeTakenBackWhileTheInstanceIsAway() {
    registry.register(registration("orders", "a1"));
    registry.mark(A1, m -> m.withDraining(true));
    registry.deregister(A1);

    assertThat(registry.mark(A1, m -> m.withDraining(false))).isEmpty();
    registry.register(registration("orders", "a1"));

    assertThat(status(A1)).isEqualTo(Status.UP);
  }

  @Test
  void aRestoredDrainIsThereFromTheFirstVersionOfTheInstance() {
    registry.restoreMark(A1, Marks.NONE.withDraining(true));
    List<Status> seen = new CopyOnWriteArrayList<>();
    registry.register(registration("orders", "a1"));
    registry
        .changesSince(new Cursor("e7", 0))
        .orElseThrow()
        .changes()
        .forEach(change -> seen.add(((Change.Put) change).instance().status()));

    assertThat(seen).containsExactly(Status.DRAINING);
  }

  @Test
  void oneEventPerTransition() {
    registry.register(registration("orders", "a1", Status.STARTING, 30));
    registry.update(A1, r -> r.withStatus(Status.UP));
    registry.update(A1, r -> r.withStatus(Status.UP));
    registry.mark(A1, m -> m.withDraining(true));
    registry.mark(A1, m -> m.withDraining(true));
    registry.deregister(A1);

    assertThat(events)
        .extracting(Event::kind)
        .containsExactly(
            "instance.registered", "instance.status", "instance.status", "instance.deregistered");
  }

  @Test
  void routesAreFactsOfTheirOwnVersion() {
    Cursor one = registry.routes("Orders", List.of(new Route("", "/orders", true)));
    Cursor same = registry.routes("orders", List.of(new Route("", "/orders", true)));

    assertThat(one).isEqualTo(new Cursor("e7", 1));
    assertThat(same).isEqualTo(one);
    assertThat(registry.snapshot().services()).containsOnlyKeys("orders");

    registry.routes("orders", List.of());
    assertThat(registry.snapshot().services()).isEmpty();
  }

  @Test
  void aCursorOfAnotherEpochOrOfLongAgoIsNotResumed() {
    registry.register(registration("orders", "a1"));
    assertThat(registry.changesSince(new Cursor("e6", 0))).isEmpty();
    assertThat(registry.changesSince(new Cursor("e7", 2))).isEmpty();
    assertThat(registry.changesSince(new Cursor("e7", -1))).isEmpty();
    assertThat(registry.changesSince(new Cursor("e7", 1)).orElseThrow().changes()).isEmpty();

    for (int i = 0; i < ChangeLog.CAPACITY; i++) {
      registry.mark(A1, m -> m.withSuspect(!m.suspect()));
    }
    assertThat(registry.changesSince(new Cursor("e7", 0))).isEmpty();
    assertThat(registry.changesSince(new Cursor("e7", 1)).orElseThrow().changes())
        .hasSize(ChangeLog.CAPACITY);
  }

  @Test
  void listenersGetEachChangeOnceAndInOrder() {
    registry.register(registration("orders", "before"));
    List<Batch> batches = new CopyOnWriteArrayList<>();
    Registry.Listening listening = registry.listen(batches::add);
    for (int i = 0; i < 200; i++) {
      registry.register(registration("orders", "i" + i));
    }
    Cursor last = registry.snapshot().version();
    Awaitility.await()
        .until(() -> !batches.isEmpty() && batches.getLast().after().version().equals(last));

    long n = 1;
    for (Batch batch : batches) {
      assertThat(batch.from().n()).isEqualTo(n);
      n += batch.changes().size();
      assertThat(batch.after().version().n()).isEqualTo(n);
    }
    assertThat(batches).hasSizeLessThan(201);
    listening.close();
    registry.deregister(A1);
    assertThat(n).isEqualTo(201);
  }

  @Test
  void aListenerThatFailsHidesNothingFromTheOthers() {
    List<Batch> batches = new CopyOnWriteArrayList<>();
    registry.listen(
        _ -> {
          throw new IllegalStateException("broken");
        });
    registry.listen(batches::add);
    registry.register(registration("orders", "a1"));

    Awaitility.await().until(() -> batches.size() == 1);
    assertThat(events).extracting(Event::kind).contains("registry.listener-failed");
  }

  @Test
  void aDecisionSeesWhatIsThereAndMayNotChangeTheName() {
    registry.register(
        A1,
        before -> {
          assertThat(before).isNull();
          return registration("orders", "a1");
        });
    registry.register(
        A1,
        before -> {
          assertThat(before).isEqualTo(registration("orders", "a1"));
          return registration("orders", "a1", Status.DOWN, 30);
        });
    assertThat(status(A1)).isEqualTo(Status.DOWN);

    assertThatThrownBy(() -> registry.register(A1, _ -> registration("orders", "a2")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("orders/a1");
    assertThat(registry.registration(A1)).contains(registration("orders", "a1", Status.DOWN, 30));
  }

  @Test
  void leaseTimesTellWhenItRegisteredRenewedAndCameUp() {
    long start = time.millis();
    registry.register(registration("orders", "a1", Status.STARTING, 30));
    time.pass(ofSeconds(3));
    registry.update(A1, r -> r.withStatus(Status.UP));
    time.pass(ofSeconds(4));
    registry.renew("orders", "a1");
    time.pass(ofSeconds(5));

    assertThat(registry.lease(A1))
        .contains(new Registry.LeaseTimes(start, start + 7000, start + 3000, 30_000));
    assertThat(registry.lease(new InstanceKey("orders", "nobody"))).isEmpty();
  }

  @Test
  void instanceIdsAreCaseSensitive() {
    registry.register(registration("orders", "A1"));
    assertThat(registry.snapshot().instance(A1)).isEmpty();
    assertThat(registry.renew("orders", "a1")).isFalse();
    assertThat(registry.renew("orders", "A1")).isTrue();
  }

  /** The sweep looks at a service only when a lease in it may have run out. */
  @Test
  void aLeaseThatBecameShorterRunsOutInItsNewTime() {
    registry.register(registration("orders", "a1", Status.UP, 90));
    registry.expire();
    registry.register(registration("orders", "a1", Status.UP, 5));
    registry.expire();
    time.pass(ofSeconds(5));
    registry.expire();

    assertThat(registry.snapshot().instance(A1)).isEmpty();
    assertThat(registry.counters().sweeps()).isEqualTo(3);
  }

  @Test
  void whoKeepsRenewingOutlivesWhoDoesNot() {
    registry.register(registration("orders", "a1", Status.UP, 30));
    registry.register(registration("orders", "a2", Status.UP, 30));
    for (int second = 0; second < 100; second++) {
      time.pass(ofSeconds(1));
      if (second % 10 == 0) {
        assertThat(registry.renew("orders", "a1")).isTrue();
      }
      registry.expire();
      assertThat(registry.snapshot().instance(new InstanceKey("orders", "a2")).isPresent())
          .as("in second %s", second + 1)
          .isEqualTo(second + 1 < 30);
    }
    assertThat(registry.snapshot().instance(A1)).isPresent();
  }
}

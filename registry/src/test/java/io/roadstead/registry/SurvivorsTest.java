package io.roadstead.registry;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.registry.event.Event;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What becomes of the instances of before a restart. */
class SurvivorsTest {
  private static final InstanceKey A = new InstanceKey("orders", "a");
  private static final InstanceKey STARTED = new InstanceKey("orders", "orders-1");

  private final ManualTime time = new ManualTime();
  private final List<Event> events = new ArrayList<>();
  private Registry registry = new Registry("e1", time, time, events::add);

  private static Registration own(String service, String id, int port, Status status) {
    return new Registration(
        service,
        id,
        "127.0.0.1",
        "",
        port,
        false,
        status,
        100,
        Map.of("zone", "east"),
        ofSeconds(30),
        null);
  }

  private static ManagedInstance managed() {
    return new ManagedInstance("orders", "orders-1", "127.0.0.1", 20_001, "1.4", 100, Map.of());
  }

  private Set<Remembered> remembered() {
    return Set.copyOf(registry.remembered(registry.rememberedKeys()));
  }

  /** Another life of the registry, given what this one had to remember. */
  private void restart(Duration away) {
    Set<Remembered> before = remembered();
    time.pass(away);
    events.clear();
    registry = new Registry("e2", time, time, events::add);
    registry.restore(before);
  }

  private @Nullable Instance listed(InstanceKey key) {
    return registry.snapshot().instance(key).orElse(null);
  }

  private List<String> told() {
    return events.stream().map(Event::kind).toList();
  }

  @Test
  void theLastViewIsServedAtOnceAndUnconfirmed() {
    registry.register(own("orders", "a", 9001, Status.UP));
    Instance before = listed(A);
    restart(Duration.ofMinutes(10));
    assertThat(listed(A)).isEqualTo(before);
    assertThat(registry.unconfirmed(A)).isTrue();
    assertThat(registry.unconfirmed()).isEqualTo(1);
    assertThat(registry.lease(A).orElseThrow().upSinceMillis()).isPositive();
    assertThat(told()).isEmpty();
  }

  @Test
  void aHeartbeatConfirmsIt() {
    registry.register(own("orders", "a", 9001, Status.UP));
    restart(Duration.ofMinutes(10));
    Cursor version = registry.snapshot().version();
    assertThat(registry.renew("orders", "a")).isTrue();
    assertThat(registry.unconfirmed(A)).isFalse();
    assertThat(registry.unconfirmed()).isZero();
    assertThat(registry.snapshot().version()).isEqualTo(version);
    assertThat(told()).containsExactly("registry.confirmed");
    assertThat(registry.renew("orders", "a")).isTrue();
    assertThat(told()).hasSize(1);
  }

  @Test
  void aRegistrationConfirmsItToo() {
    registry.register(own("orders", "a", 9001, Status.UP));
    restart(Duration.ofMinutes(10));
    assertThat(registry.register(own("orders", "a", 9001, Status.UP)).created()).isFalse();
    assertThat(registry.unconfirmed()).isZero();
  }

  @Test
  void whoIsNotHeardOfExpiresAfterOneLeaseFromTheEndOfTheStart() {
    registry.register(own("orders", "a", 9001, Status.UP));
    restart(Duration.ofMinutes(10));
    time.pass(Duration.ofMinutes(1));
    registry.expire();
    registry.restored();
    time.pass(ofSeconds(29));
    registry.expire();
    assertThat(listed(A)).isNotNull();
    time.pass(ofSeconds(1));
    registry.expire();
    assertThat(listed(A)).isNull();
    assertThat(told()).containsExactly("registry.confirmed", "instance.expired");
    assertThat(events.getFirst().data()).containsEntry("gone", 1).containsEntry("confirmed", 0);
    assertThat(remembered()).isEmpty();
  }

  @Test
  void theExpiryGuardHoldsWhereMostAreNotHeardOf() {
    for (int i = 0; i < 6; i++) {
      registry.register(own("orders", "i" + i, 9000 + i, Status.UP));
    }
    restart(ofSeconds(1));
    registry.restored();
    time.pass(ofSeconds(31));
    registry.expire();
    assertThat(registry.counters().held()).containsEntry("orders", 6);
    assertThat(registry.unconfirmed()).isEqualTo(6);
    time.pass(ofSeconds(90));
    registry.expire();
    assertThat(registry.unconfirmed()).isZero();
    assertThat(registry.snapshot().services()).isEmpty();
  }

  @Test
  void aDrainStaysAlsoOfOneThatWasGone() {
    registry.register(own("orders", "a", 9001, Status.UP));
    registry.register(own("orders", "b", 9002, Status.UP));
    registry.mark(A, marks -> marks.withDraining(true));
    InstanceKey b = new InstanceKey("orders", "b");
    registry.mark(b, marks -> marks.withDraining(true));
    registry.deregister(b);
    restart(ofSeconds(1));
    assertThat(registry.marks(A).orElseThrow().draining()).isTrue();
    registry.register(own("orders", "b", 9002, Status.UP));
    assertThat(registry.marks(b).orElseThrow().draining()).isTrue();
  }

  @Test
  void oneThatThePlatformStartedIsListedOnlyWhenItIsFoundAlive() {
    registry.manage(managed());
    registry.register(own("named-otherwise", "x", 20_001, Status.OUT_OF_SERVICE));
    restart(ofSeconds(1));
    assertThat(listed(STARTED)).isNull();
    assertThat(remembered()).hasSize(1);
    registry.manage(managed());
    registry.restored();
    assertThat(registry.ownStatus(STARTED)).contains(Status.OUT_OF_SERVICE);
    assertThat(registry.renew("named-otherwise", "x")).isTrue();
    assertThat(registry.unconfirmed()).isZero();
  }

  @Test
  void oneThatThePlatformStartedAndThatEndedMeanwhileIsForgotten() {
    registry.manage(managed());
    registry.register(own("orders", "orders-1", 20_001, Status.UP));
    restart(ofSeconds(1));
    registry.restored();
    assertThat(remembered()).isEmpty();
    registry.expire();
    assertThat(listed(STARTED)).isNull();
    assertThat(registry.renew("orders", "orders-1")).isFalse();
  }

  @Test
  void itsNewerWordWinsOverTheRememberedOne() {
    registry.manage(managed());
    registry.register(own("orders", "orders-1", 20_001, Status.STARTING));
    restart(ofSeconds(1));
    registry.register(own("orders", "orders-1", 20_001, Status.UP));
    registry.manage(managed());
    assertThat(registry.ownStatus(STARTED)).contains(Status.UP);
  }

  @Test
  void aStartedOneThatTookItsWordBackIsStillDown() {
    registry.manage(managed());
    registry.register(own("orders", "orders-1", 20_001, Status.UP));
    registry.deregister(STARTED);
    restart(ofSeconds(1));
    registry.manage(managed());
    assertThat(registry.snapshot().instance(STARTED).orElseThrow().status()).isEqualTo(Status.DOWN);
  }

  @Test
  void theJournalIsToldOfEveryChangeAndOfNoHeartbeat() {
    List<InstanceKey> changed = new ArrayList<>();
    registry.keepIn(
        new Journal() {
          @Override
          public void changed(InstanceKey key) {
            changed.add(key);
          }

          @Override
          public String trouble() {
            return "";
          }
        });
    registry.register(own("orders", "a", 9001, Status.UP));
    registry.register(own("orders", "a", 9001, Status.UP));
    assertThat(registry.renew("orders", "a")).isTrue();
    assertThat(changed).containsExactly(A);
    registry.update(A, own -> own.withStatus(Status.DOWN));
    assertThat(changed).hasSize(2);
    registry.mark(A, marks -> marks.withDraining(true));
    registry.mark(A, marks -> marks.withDraining(true));
    registry.mark(A, marks -> marks.withSuspect(true));
    assertThat(changed).hasSize(3);
    time.pass(ofSeconds(31));
    registry.expire();
    assertThat(changed).hasSize(4);
  }
}

package io.roadstead.registry;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.roadstead.registry.event.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Instances that the platform started, and what they say of themselves. */
class ManagedInstanceTest {
  private static final InstanceKey KEY = new InstanceKey("orders", "orders-1");

  private final ManualTime time = new ManualTime();
  private final List<Event> events = new ArrayList<>();
  private Registry registry = new Registry("e7", time, time, events::add);

  @BeforeEach
  void started() {
    registry.manage(managed("orders-1", 20_001));
  }

  private static ManagedInstance managed(String id, int port) {
    return new ManagedInstance("orders", id, "127.0.0.1", port, "1.4", 70, Map.of("zone", "east"));
  }

  private static Registration own(String service, String id, String host, int port, Status status) {
    return new Registration(
        service,
        id,
        host,
        "",
        port,
        false,
        status,
        100,
        Map.of("version", "liar", "tier", "gold"),
        ofSeconds(30),
        null);
  }

  private Instance instance() {
    return registry.snapshot().instance(KEY).orElseThrow();
  }

  private List<Instance> orders() {
    return Optional.ofNullable(registry.snapshot().service("orders")).orElseThrow().instances();
  }

  private void open() {
    registry.mark(KEY, m -> m.withGateOpen(true));
  }

  @Test
  void itStartsBehindAClosedGateAndIsUpOnceThatOpens() {
    assertThat(instance().status()).isEqualTo(Status.STARTING);
    assertThat(instance().managed()).isTrue();
    assertThat(instance().weight()).isEqualTo(70);
    open();
    assertThat(instance().status()).isEqualTo(Status.UP);
  }

  @Test
  void trafficNeedsTheGateAndItsOwnWord() {
    registry.register(own("orders", "orders-1", "localhost", 20_001, Status.STARTING));
    open();
    assertThat(instance().status()).isEqualTo(Status.STARTING);
    registry.update(KEY, r -> r.withStatus(Status.UP));
    assertThat(instance().status()).isEqualTo(Status.UP);
    registry.mark(KEY, m -> m.withGateOpen(false));
    assertThat(instance().status()).isEqualTo(Status.STARTING);
  }

  @Test
  void addressAndReleaseAreThePlatformsTheRestItsOwn() {
    registry.register(own("orders", "orders-1", "elsewhere", 9, Status.UP));
    assertThat(instance().host()).isEqualTo("127.0.0.1");
    assertThat(instance().port()).isEqualTo(20_001);
    assertThat(instance().version()).isEqualTo("1.4");
    assertThat(instance().zone()).isEqualTo("east");
    assertThat(instance().metadata()).containsEntry("tier", "gold");
    assertThat(registry.snapshot().services()).hasSize(1);
  }

  @Test
  void itHasNoLease() {
    time.pass(ofSeconds(100_000));
    registry.expire();
    assertThat(instance()).isNotNull();
    assertThat(registry.renew("orders", "orders-1")).isFalse();

    registry.register(own("orders", "orders-1", "localhost", 20_001, Status.UP));
    time.pass(ofSeconds(100_000));
    registry.expire();
    assertThat(registry.renew("orders", "orders-1")).isTrue();
  }

  @Test
  void anotherIdAtItsPortIsAnAliasForEveryCall() {
    InstanceKey alias = new InstanceKey("orders", "myhost:orders:20001");
    assertThat(
            registry.register(own("orders", alias.id(), "myhost", 20_001, Status.DOWN)).created())
        .isTrue();
    open();

    assertThat(orders()).hasSize(1);
    assertThat(instance().status()).isEqualTo(Status.DOWN);
    assertThat(registry.renew("orders", alias.id())).isTrue();
    assertThat(registry.renew("orders", "orders-1")).isTrue();
    assertThat(registry.registration(alias)).isPresent().isEqualTo(registry.registration(KEY));
    assertThat(registry.lease(alias)).isPresent().isEqualTo(registry.lease(KEY));
    assertThat(registry.resolve(alias)).contains(KEY);
    registry.update(alias, r -> r.withStatus(Status.UP));
    assertThat(instance().status()).isEqualTo(Status.UP);
    assertThat(registry.mark(alias, m -> m.withDraining(true))).isPresent();
    assertThat(instance().status()).isEqualTo(Status.DRAINING);
    registry.mark(KEY, m -> m.withDraining(false));

    assertThat(registry.deregister(alias)).isTrue();
    assertThat(instance().status()).isEqualTo(Status.DOWN);
    assertThat(registry.renew("orders", alias.id())).isFalse();
    assertThat(registry.deregister(alias)).isFalse();
    registry.register(own("orders", alias.id(), "myhost", 20_001, Status.UP));
    assertThat(instance().status()).isEqualTo(Status.UP);
    assertThat(events).extracting(Event::kind).doesNotContain("registry.name-differs");
  }

  @Test
  void underAnotherServicesNameTheSpecificationsStands() {
    registry.register(own("my-app", "x", "localhost", 20_001, Status.DOWN));
    assertThat(registry.snapshot().services()).containsOnlyKeys("orders");
    assertThat(instance().status()).isEqualTo(Status.DOWN);
    assertThat(registry.renew("MY-APP", "x")).isTrue();
    assertThat(events).extracting(Event::kind).containsOnlyOnce("registry.name-differs");

    registry.register(own("my-app", "x", "localhost", 20_001, Status.UP));
    assertThat(events).extracting(Event::kind).containsOnlyOnce("registry.name-differs");
  }

  @Test
  void theSameIdUnderAnotherServicesNameIsTheInstance() {
    registry.register(own("my-app", "orders-1", "whoknows", 20_001, Status.UP));
    assertThat(registry.snapshot().services()).containsOnlyKeys("orders");
  }

  @Test
  void anotherMachineAtTheSamePortIsAnotherInstance() {
    registry.register(own("my-app", "x", "203.0.113.9", 20_001, Status.UP));
    registry.register(own("orders", "y", "localhost", 20_002, Status.UP));
    assertThat(registry.snapshot().services()).containsOnlyKeys("my-app", "orders");
    assertThat(orders()).hasSize(2);
  }

  @Test
  void whatRegisteredBeforeItWasListedIsTakenToBeIt() {
    registry.register(own("orders", "early", "localhost", 20_003, Status.UP));
    registry.register(own("my-app", "orders-4", "localhost", 20_004, Status.UP));
    registry.register(own("orders", "orders-5", "localhost", 20_005, Status.UP));

    registry.manage(managed("orders-3", 20_003));
    registry.manage(managed("orders-4", 20_004));
    registry.manage(managed("orders-5", 20_005));

    assertThat(registry.snapshot().services()).containsOnlyKeys("orders");
    assertThat(orders())
        .extracting(Instance::id)
        .containsExactly("orders-1", "orders-3", "orders-4", "orders-5");
    assertThat(orders()).extracting(Instance::status).containsOnly(Status.STARTING);
    assertThat(registry.renew("orders", "early")).isTrue();
    assertThat(registry.renew("my-app", "orders-4")).isTrue();
  }

  @Test
  void oneTakenOverKeepsTheMarksThatWereRestored() {
    InstanceKey taken = new InstanceKey("orders", "orders-9");
    registry.restoreMark(taken, Marks.NONE);
    registry.manage(managed("orders-9", 20_009));
    assertThat(registry.snapshot().instance(taken).orElseThrow().status()).isEqualTo(Status.UP);

    InstanceKey early = new InstanceKey("orders", "orders-8");
    registry.register(own("orders", "orders-8", "localhost", 20_008, Status.UP));
    registry.restoreMark(early, Marks.NONE.withDraining(true));
    registry.manage(managed("orders-8", 20_008));
    assertThat(registry.snapshot().instance(early).orElseThrow().status())
        .isEqualTo(Status.DRAINING);
    registry.mark(early, m -> m.withDraining(false));
    assertThat(registry.snapshot().instance(early).orElseThrow().status()).isEqualTo(Status.UP);
  }

  @Test
  void withItsProcessAllOfItIsGone() {
    registry.register(own("my-app", "x", "localhost", 20_001, Status.UP));
    registry.mark(KEY, m -> m.withDraining(true));
    registry.unmanage(KEY);

    assertThat(registry.snapshot().services()).isEmpty();
    assertThat(registry.renew("my-app", "x")).isFalse();
    assertThat(registry.renew("orders", "orders-1")).isFalse();
    assertThat(registry.marks(KEY)).isEmpty();
    registry.register(own("my-app", "x", "localhost", 20_001, Status.UP));
    assertThat(registry.snapshot().services()).containsOnlyKeys("my-app");
  }

  @Test
  void aNewNameOfItsOwnReplacesTheOld() {
    registry.register(own("orders", "first", "localhost", 20_001, Status.UP));
    registry.register(own("orders", "second", "localhost", 20_001, Status.UP));
    assertThat(registry.renew("orders", "first")).isFalse();
    assertThat(registry.renew("orders", "second")).isTrue();
  }

  @Test
  void aRegistrationThatComesAfterTheEndListsNobody() {
    registry.unmanage(KEY);

    assertThatThrownBy(
            () -> registry.register(own("orders", "orders-1", "localhost", 20_001, Status.UP)))
        .isInstanceOf(InvalidRegistration.class)
        .hasMessageContaining("its registration came late");
    assertThatThrownBy(
            () ->
                registry.register(own("orders", "my-host:orders", "localhost", 20_001, Status.UP)))
        .isInstanceOf(InvalidRegistration.class);
    assertThat(registry.snapshot().service("orders")).isNull();
  }

  @Test
  void whatIsElsewhereOrComesALeaseLaterIsNotTakenForAnEndedInstance() {
    registry.unmanage(KEY);

    registry.register(own("orders", "other", "10.1.2.3", 20_001, Status.UP));
    registry.register(own("orders", "another", "localhost", 20_002, Status.UP));
    assertThat(orders()).extracting(Instance::id).containsExactly("another", "other");
    registry.manage(managed("orders-2", 20_001));
    registry.register(own("orders", "my-host:orders", "localhost", 20_001, Status.UP));
    assertThat(orders()).extracting(Instance::id).containsExactly("another", "orders-2");

    registry.unmanage(new InstanceKey("orders", "orders-2"));
    time.pass(ofSeconds(91));
    registry.register(own("orders", "third", "localhost", 20_001, Status.UP));
    assertThat(orders()).extracting(Instance::id).contains("third");
  }
}

package io.roadstead.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.roadstead.registry.Route;
import io.roadstead.registry.Split;
import io.roadstead.registry.SubscriberKind;
import io.roadstead.registry.Subscribers;
import io.roadstead.registry.event.Event;
import io.roadstead.rollout.Cause;
import io.roadstead.rollout.Health;
import io.roadstead.rollout.InstanceRecord;
import io.roadstead.rollout.ProcessMark;
import io.roadstead.rollout.Release;
import io.roadstead.rollout.Resources;
import io.roadstead.rollout.Rollout;
import io.roadstead.rollout.RolloutPolicy;
import io.roadstead.rollout.ServiceSpec;
import io.roadstead.rollout.ServiceState;
import io.roadstead.rollout.Source;
import io.roadstead.rollout.SpecCodec;
import io.roadstead.rollout.StateStore.StoredEvent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteStoreTest {
  private static final Cause CAUSE = new Cause("me", "a slow query, mended");
  private static final Instant AT = Instant.parse("2026-11-22T19:17:00.123456789Z");

  @TempDir Path folder;
  private SqliteStore store;

  @BeforeEach
  void open() {
    store = SqliteStore.open(file(), folder.resolve("native"), new Words());
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void splitsAreThereAfterReopeningUntilTheyAreCleared() {
    Split split = Split.of(Map.of("1", 90, "2", 10));
    store.saveSplit("orders", Split.of(Map.of("1", 100)));
    store.saveSplit("orders", split);
    store.saveSplit("cart", split);
    store.saveSplit("cart", Split.NONE);
    store.close();
    open();
    assertThat(store.splits()).isEqualTo(Map.of("orders", split));
  }

  @Test
  void whatWasSavedIsThereAfterReopening() {
    var state = new ServiceState("orders", 2, 1, 3, true, false);
    var instance =
        new InstanceRecord(
            "orders",
            "orders-1",
            2,
            "secret",
            true,
            false,
            true,
            false,
            new ProcessMark(4711, AT, 20001));
    var rollout = rollout("r-1", "orders", Rollout.State.RUNNING);
    var known = new Subscribers.Known("gw", SubscriberKind.GATEWAY, Set.of("orders", "payments"));
    store.save(new ServiceState("orders", 1, 0, 1, false, false), release("orders", 1));
    store.save(state, release("orders", 2));
    store.save(instance);
    store.save(rollout);
    store.saveKnownSubscribers(List.of(known));
    long event = store.append(event("instance.started"));

    reopen();

    assertThat(store.services()).containsExactly(state);
    assertThat(store.releases("orders"))
        .containsExactly(release("orders", 2), release("orders", 1));
    assertThat(store.instances()).containsExactly(instance);
    assertThat(store.rollout("r-1")).contains(rollout);
    assertThat(store.knownSubscribers()).containsExactly(known);
    assertThat(store.events(0, 10))
        .containsExactly(new StoredEvent(event, event("instance.started")));
  }

  @Test
  void savingAgainReplaces() {
    store.save(new ServiceState("orders", 1, 0, 1, false, false));
    store.save(new ServiceState("orders", 1, 1, 5, true, true));
    var mark = new ProcessMark(1, AT, 20001);
    store.save(new InstanceRecord("orders", "a", 1, "t", mark));
    store.save(new InstanceRecord("orders", "a", 1, "t", true, true, true, true, mark));
    store.saveKnownSubscribers(
        List.of(new Subscribers.Known("old", SubscriberKind.WATCH, Set.of())));
    store.saveKnownSubscribers(
        List.of(new Subscribers.Known("new", SubscriberKind.EUREKA, Set.of())));

    assertThat(store.services()).containsExactly(new ServiceState("orders", 1, 1, 5, true, true));
    assertThat(store.instances())
        .containsExactly(new InstanceRecord("orders", "a", 1, "t", true, true, true, true, mark));
    assertThat(store.knownSubscribers()).extracting(Subscribers.Known::name).containsExactly("new");
  }

  @Test
  void aDeletedServiceLeavesItsRolloutsOnly() {
    store.save(new ServiceState("orders", 1, 0, 1, false, false), release("orders", 1));
    store.save(new ServiceState("payments", 1, 0, 1, false, false), release("payments", 1));
    store.save(new InstanceRecord("orders", "a", 1, "t", new ProcessMark(1, AT, 20001)));
    store.save(rollout("r-1", "orders", Rollout.State.SUCCEEDED));

    store.deleteService("orders");

    assertThat(store.services()).extracting(ServiceState::name).containsExactly("payments");
    assertThat(store.releases("orders")).isEmpty();
    assertThat(store.releases("payments")).hasSize(1);
    assertThat(store.instances()).isEmpty();
    assertThat(store.rollouts("orders", 10)).hasSize(1);
  }

  @Test
  void rolloutsAreListedNewestFirstAndChangeInPlace() {
    store.save(rollout("r-1", "orders", Rollout.State.RUNNING));
    store.save(rollout("r-2", "payments", Rollout.State.RUNNING));
    store.save(rollout("r-3", "orders", Rollout.State.QUEUED));
    store.save(rollout("r-1", "orders", Rollout.State.ROLLED_BACK));

    assertThat(store.rollouts("", 10)).extracting(Rollout::id).containsExactly("r-3", "r-2", "r-1");
    assertThat(store.rollouts("orders", 10)).extracting(Rollout::id).containsExactly("r-3", "r-1");
    assertThat(store.rollouts("", 1)).extracting(Rollout::id).containsExactly("r-3");
    assertThat(store.rollout("r-1").orElseThrow().state()).isEqualTo(Rollout.State.ROLLED_BACK);
    assertThat(store.rollout("r-9")).isEmpty();
  }

  @Test
  void theOldestEndedRolloutsOfAServiceGo() {
    store.save(rollout("running", "orders", Rollout.State.RUNNING));
    for (int i = 0; i <= SqliteStore.MAX_ROLLOUTS_OF_SERVICE; i++) {
      store.save(rollout("r-" + i, "orders", Rollout.State.SUCCEEDED));
    }

    assertThat(store.rollout("r-0")).isEmpty();
    assertThat(store.rollout("r-1")).isPresent();
    assertThat(store.rollout("running")).isPresent();
  }

  @Test
  void releasesAndInstancesCanBeForgotten() {
    store.save(new ServiceState("orders", 1, 0, 1, false, false), release("orders", 1));
    store.save(new InstanceRecord("orders", "a", 1, "t", new ProcessMark(1, AT, 20001)));

    store.deleteRelease("orders", 1);
    store.deleteInstance("a");

    assertThat(store.releases("orders")).isEmpty();
    assertThat(store.instances()).isEmpty();
  }

  @Test
  void eventsAreReadFromWhereAReaderStoppedAndTheOldestGo() {
    int more = 250;
    for (int i = 0; i < SqliteStore.MAX_EVENTS + more; i++) {
      long _ = store.append(event("e" + i));
    }

    List<StoredEvent> first = store.events(0, 5);
    assertThat(first.getFirst().number()).isBetween((long) more - 100, more + 1L);
    assertThat(store.events(first.getLast().number(), 1).getFirst().number())
        .isEqualTo(first.getLast().number() + 1);
    assertThat(store.events(SqliteStore.MAX_EVENTS + more, 10)).isEmpty();
  }

  @Test
  void noEpochComesTwice() {
    long first = store.nextEpoch();
    reopen();
    long second = store.nextEpoch();

    assertThat(second).isGreaterThan(first);
  }

  @Test
  void manyWritersLoseNothing() throws Exception {
    int writers = 8;
    int each = 25;
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var all = new ArrayList<Future<?>>();
      for (int w = 0; w < writers; w++) {
        int writer = w;
        all.add(
            threads.submit(
                () -> {
                  for (int i = 0; i < each; i++) {
                    store.save(rollout(writer + "-" + i, "s" + writer, Rollout.State.RUNNING));
                    long _ = store.append(event("e"));
                  }
                }));
      }
      for (Future<?> one : all) {
        Object _ = one.get();
      }
    }

    assertThat(store.rollouts("", 1000)).hasSize(writers * each);
    assertThat(store.events(0, 1000)).hasSize(writers * each);
  }

  @Test
  void anInterruptDoesNotBreakACallOff() {
    Thread.currentThread().interrupt();

    store.save(new ServiceState("orders", 1, 0, 1, false, false));

    assertThat(Thread.interrupted()).isTrue();
    assertThat(store.services()).hasSize(1);
  }

  @Test
  void aFileOfANewerBuildIsRefusedAndStaysAsItIs() throws Exception {
    store.close();
    sql("UPDATE schema_version SET version = 99");

    assertThatThrownBy(this::open)
        .isInstanceOf(StoreUnusable.class)
        .hasMessageContaining("version 99")
        .hasMessageContaining("version " + Schema.VERSION)
        .hasMessageContaining("run the newer Roadstead");
    sql("UPDATE schema_version SET version = " + Schema.VERSION);
    open();
  }

  @Test
  void aDamagedFileIsNamedWithTheFix() throws Exception {
    store.close();
    Files.deleteIfExists(folder.resolve("state.db-wal"));
    Files.writeString(file(), "this has never been a database\n".repeat(500));

    assertThatThrownBy(this::open)
        .isInstanceOf(StoreUnusable.class)
        .hasMessageContaining(file().toString())
        .hasMessageContaining("damaged")
        .hasMessageContaining("move state.db* and that folder away");
  }

  @Test
  void aFileDamagedInTheMiddleIsNoticed() throws Exception {
    for (int i = 0; i < 200; i++) {
      store.save(rollout("r-" + i, "s" + i, Rollout.State.RUNNING));
    }
    store.close();
    byte[] bytes = Files.readAllBytes(file());
    for (int i = 8192; i < bytes.length - 8192; i++) {
      bytes[i] = 0x55;
    }
    Files.write(file(), bytes);

    assertThatThrownBy(this::open)
        .isInstanceOf(StoreUnusable.class)
        .hasMessageContaining("damaged");
  }

  @Test
  void aClosedStoreSaysSo() {
    store.close();

    assertThatThrownBy(() -> store.services())
        .isInstanceOf(StoreFailed.class)
        .hasMessageContaining("closed");
  }

  @Test
  void nobodyElseCanReadTheFiles() throws Exception {
    store.save(new ServiceState("orders", 1, 0, 1, false, false));

    try (var files = Files.list(folder)) {
      assertThat(files.filter(Files::isRegularFile))
          .hasSizeGreaterThan(1)
          .allSatisfy(
              path ->
                  assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                      .isEqualTo("rw-------"));
    }
  }

  @Test
  void nothingIsWrittenOutsideTheFolder() throws Exception {
    try (var files = Files.walk(folder.resolve("native"))) {
      assertThat(files.filter(Files::isRegularFile)).hasSize(1);
    }
    assertThat(System.getProperty("org.sqlite.lib.path")).startsWith(folder.toString());
  }

  private void reopen() {
    store.close();
    open();
  }

  private Path file() {
    return folder.resolve("state.db");
  }

  private void sql(String statement) throws Exception {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file());
        Statement s = connection.createStatement()) {
      s.executeUpdate(statement);
    }
  }

  private static Release release(String service, long number) {
    var spec =
        new ServiceSpec(
            service,
            new Source.Shell("sleep 1"),
            "v" + number,
            1,
            List.of(new Route("", "/" + service, true)),
            Health.DEFAULT,
            Map.of(),
            Resources.UNLIMITED,
            RolloutPolicy.DEFAULT);
    return new Release(service, number, "v" + number, "ab".repeat(32), spec, AT, CAUSE);
  }

  private static Rollout rollout(String id, String service, Rollout.State state) {
    return new Rollout(
        id,
        service,
        "1.0",
        "1.1",
        "deploy",
        "rolling",
        state,
        state == Rollout.State.ROLLED_BACK ? "exit code 3" : "",
        AT,
        state.ended() ? Optional.of(AT.plusSeconds(3)) : Optional.empty(),
        CAUSE,
        List.of(
            new Rollout.Step(
                "start",
                service + "-1",
                Rollout.StepState.DONE,
                AT,
                Optional.of(Duration.ofMillis(318)),
                ""),
            new Rollout.Step(
                "drain",
                "",
                Rollout.StepState.RUNNING,
                AT,
                Optional.empty(),
                "direct calls: not counted")));
  }

  private static Event event(String kind) {
    return new Event(
        AT, kind, "orders", "orders-1", "", "it started", Map.of("port", 20001, "host", "here"));
  }

  /** Specifications as their service and version; this store does not look into them. */
  private static final class Words implements SpecCodec {
    @Override
    public String write(ServiceSpec spec) {
      return spec.version();
    }

    @Override
    public ServiceSpec read(String name, String text) {
      return release(name, Long.parseLong(text.substring(1))).spec();
    }
  }
}

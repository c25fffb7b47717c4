package io.roadstead.store;

import io.roadstead.registry.Split;
import io.roadstead.registry.Splits;
import io.roadstead.registry.SubscriberKind;
import io.roadstead.registry.Subscribers;
import io.roadstead.registry.event.Event;
import io.roadstead.rollout.Cause;
import io.roadstead.rollout.InstanceRecord;
import io.roadstead.rollout.ProcessMark;
import io.roadstead.rollout.Release;
import io.roadstead.rollout.Rollout;
import io.roadstead.rollout.ServiceState;
import io.roadstead.rollout.SpecCodec;
import io.roadstead.rollout.StateStore;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * The platform's memory in one SQLite file.
 *
 * <p>What it promises: <em>a crash at any line loses nothing that was acknowledged.</em> Each call
 * is one transaction in a write-ahead log that is on the disk before the call returns (synchronous
 * FULL), so neither a {@code kill -9} nor a loss of power takes back what a caller was told. A call
 * costs one {@code fsync}; a roll-out makes some tens of them, over seconds. Events are the
 * exception: they come in numbers, and nothing is decided by them. They are kept with synchronous
 * NORMAL, which outlives a {@code kill -9}, but the last of them may be missing after a loss of
 * power; never one before another that is there.
 *
 * <p>Safe from any thread.
 */
public final class SqliteStore implements StateStore, Splits.Kept {
  /** How many events are kept. */
  static final int MAX_EVENTS = 10_000;

  /** How many roll-outs of one service are kept, and of all. */
  static final int MAX_ROLLOUTS_OF_SERVICE = 200;

  static final int MAX_ROLLOUTS = 10_000;

  private static final int PRUNE_EVERY = 100;
  private static final TypeReference<List<Rollout.Step>> STEPS = new TypeReference<>() {};
  private static final TypeReference<Set<String>> NAMES = new TypeReference<>() {};
  private static final TypeReference<Map<String, Object>> DATA = new TypeReference<>() {};

  private final Database database;
  private final SpecCodec specs;
  private final StateCopies copies;
  private long copied = -1;

  private SqliteStore(Database database, SpecCodec specs, StateCopies copies) {
    this.database = database;
    this.specs = specs;
    this.copies = copies;
  }

  /**
   * Opens the file, and makes it where it is not there.
   *
   * @param nativeLibraries the folder for SQLite's own library
   * @throws StoreUnusable when the file is damaged or was written by a newer Roadstead
   */
  public static SqliteStore open(Path file, Path nativeLibraries, SpecCodec specs) {
    NativeLibrary.unpack(nativeLibraries);
    return new SqliteStore(Database.open(file), specs, new StateCopies(file));
  }

  /**
   * Makes a verified copy of the state, in {@code backups} beside it, where it has changed since
   * the last one of this life; the newest three stay. Events are no change. Blocks for some tens of
   * milliseconds, while others write on; for one thread.
   *
   * @param now for its name
   * @return the copy, where one was made
   * @throws StoreFailed where it could not be made; the copies that there were stay
   */
  public Optional<Path> copyIfChanged(Instant now) {
    long changes = database.changes();
    if (changes == copied) {
      return Optional.empty();
    }
    Path copy = copies.make(now);
    copied = changes;
    return Optional.of(copy);
  }

  /**
   * What is wrong with the state of a data directory, all of it read; nothing where it is sound.
   * Changes nothing, and may be asked while a platform uses it.
   */
  public static Optional<String> fault(Path file, Path nativeLibraries) {
    NativeLibrary.useUnpacked(nativeLibraries);
    return StateCopies.fault(file);
  }

  /** The newest copy of a state in which nothing is found to be wrong. */
  public static Optional<Path> newestSoundCopy(Path file, Path nativeLibraries) {
    NativeLibrary.useUnpacked(nativeLibraries);
    return new StateCopies(file).newestSound();
  }

  @Override
  public List<ServiceState> services() {
    return database.read(
        db ->
            db.query(
                row ->
                    new ServiceState(
                        row.getString("name"),
                        row.getLong("target"),
                        row.getLong("last_good"),
                        row.getInt("replicas"),
                        row.getBoolean("scaled"),
                        row.getBoolean("removing"),
                        warm(row)),
                "SELECT * FROM service ORDER BY name"));
  }

  @Override
  public void save(ServiceState state, Release release) {
    String spec = specs.write(release.spec());
    int _ =
        database.transaction(
            db -> {
              db.update(
                  "INSERT OR REPLACE INTO release VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                  release.service(),
                  release.number(),
                  release.version(),
                  release.digest(),
                  spec,
                  release.createdAt().toString(),
                  release.cause().by(),
                  release.cause().why());
              return write(db, state);
            });
  }

  @Override
  public void save(ServiceState state) {
    int _ = database.transaction(db -> write(db, state));
  }

  @Override
  public void deleteService(String name) {
    int _ =
        database.transaction(
            db ->
                db.update("DELETE FROM service WHERE name = ?", name)
                    + db.update("DELETE FROM release WHERE service = ?", name)
                    + db.update("DELETE FROM instance WHERE service = ?", name));
  }

  @Override
  public List<Release> releases(String service) {
    return database.read(
        db ->
            db.query(
                row ->
                    new Release(
                        row.getString("service"),
                        row.getLong("number"),
                        row.getString("version"),
                        row.getString("digest"),
                        specs.read(service, row.getString("spec")),
                        Instant.parse(row.getString("created_at")),
                        cause(row)),
                "SELECT * FROM release WHERE service = ? ORDER BY number DESC",
                service));
  }

  @Override
  public void deleteRelease(String service, long number) {
    int _ =
        database.transaction(
            db ->
                db.update("DELETE FROM release WHERE service = ? AND number = ?", service, number));
  }

  @Override
  public List<InstanceRecord> instances() {
    return database.read(
        db ->
            db.query(
                row ->
                    new InstanceRecord(
                        row.getString("service"),
                        row.getString("id"),
                        row.getLong("release"),
                        row.getString("token"),
                        row.getBoolean("draining"),
                        row.getBoolean("detached"),
                        row.getBoolean("leaving"),
                        row.getBoolean("available"),
                        new ProcessMark(
                            row.getLong("pid"),
                            Instant.parse(row.getString("started_at")),
                            row.getInt("port"))),
                "SELECT * FROM instance ORDER BY service, id"));
  }

  @Override
  public void save(InstanceRecord instance) {
    int _ =
        database.transaction(
            db ->
                db.update(
                    "INSERT OR REPLACE INTO instance VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    instance.id(),
                    instance.service(),
                    instance.release(),
                    instance.token(),
                    instance.draining(),
                    instance.detached(),
                    instance.mark().pid(),
                    instance.mark().startedAt().toString(),
                    instance.mark().port(),
                    instance.leaving(),
                    instance.available()));
  }

  @Override
  public void deleteInstance(String id) {
    int _ = database.transaction(db -> db.update("DELETE FROM instance WHERE id = ?", id));
  }

  @Override
  public void save(Rollout rollout) {
    String steps = json().writeValueAsString(rollout.steps());
    int _ =
        database.transaction(
            db -> {
              @Nullable String endedAt = rollout.endedAt().map(Instant::toString).orElse(null);
              int changed =
                  db.update(
                      "UPDATE rollout SET state = ?, reason = ?, ended_at = ?, steps = ?"
                          + " WHERE id = ?",
                      rollout.state().name(),
                      rollout.reason(),
                      endedAt,
                      steps,
                      rollout.id());
              return changed > 0 ? changed : insert(db, rollout, endedAt, steps);
            });
  }

  @Override
  public Optional<Rollout> rollout(String id) {
    return database
        .read(db -> db.query(this::rollout, "SELECT * FROM rollout WHERE id = ?", id))
        .stream()
        .findFirst();
  }

  @Override
  public List<Rollout> rollouts(String service, int limit) {
    return database.read(
        db ->
            service.isEmpty()
                ? db.query(
                    this::rollout, "SELECT * FROM rollout ORDER BY number DESC LIMIT ?", limit)
                : db.query(
                    this::rollout,
                    "SELECT * FROM rollout WHERE service = ? ORDER BY number DESC LIMIT ?",
                    service,
                    limit));
  }

  @Override
  public List<Subscribers.Known> knownSubscribers() {
    return database.read(
        db ->
            db.query(
                row ->
                    new Subscribers.Known(
                        row.getString("name"),
                        SubscriberKind.valueOf(row.getString("kind")),
                        json().readValue(row.getString("services"), NAMES)),
                "SELECT * FROM subscriber ORDER BY name"));
  }

  @Override
  public void saveKnownSubscribers(List<Subscribers.Known> known) {
    int _ =
        database.transaction(
            db -> {
              int changed = db.update("DELETE FROM subscriber");
              for (Subscribers.Known one : known) {
                changed +=
                    db.update(
                        "INSERT OR REPLACE INTO subscriber VALUES (?, ?, ?)",
                        one.name(),
                        one.kind().name(),
                        json().writeValueAsString(one.services()));
              }
              return changed;
            });
  }

  @Override
  public Map<String, Split> splits() {
    record Share(String service, String version, int share) {}
    Map<String, SortedMap<String, Integer>> shares = new TreeMap<>();
    List<Share> rows =
        database.read(
            db ->
                db.query(
                    row ->
                        new Share(
                            row.getString("service"),
                            row.getString("version"),
                            row.getInt("share")),
                    "SELECT * FROM split"));
    for (Share row : rows) {
      shares.computeIfAbsent(row.service(), _ -> new TreeMap<>()).put(row.version(), row.share());
    }
    Map<String, Split> splits = new TreeMap<>();
    shares.forEach((service, of) -> splits.put(service, new Split(of)));
    return splits;
  }

  @Override
  public void saveSplit(String service, Split split) {
    int _ =
        database.transaction(
            db -> {
              int changed = db.update("DELETE FROM split WHERE service = ?", service);
              for (Map.Entry<String, Integer> each : split.shares().entrySet()) {
                changed +=
                    db.update(
                        "INSERT INTO split VALUES (?, ?, ?)",
                        service,
                        each.getKey(),
                        each.getValue());
              }
              return changed;
            });
  }

  @Override
  public long append(Event event) {
    String data = json().writeValueAsString(event.data());
    return database.unsynchronised(
        db -> {
          db.update(
              "INSERT INTO event (at, kind, service, instance, rollout, message, data)"
                  + " VALUES (?, ?, ?, ?, ?, ?, ?)",
              event.at().toString(),
              event.kind(),
              event.service(),
              event.instance(),
              event.rollout(),
              event.message(),
              data);
          long number = number(db, "SELECT last_insert_rowid()");
          if (number % PRUNE_EVERY == 0) {
            db.update("DELETE FROM event WHERE number <= ?", number - MAX_EVENTS);
          }
          return number;
        });
  }

  @Override
  public List<StoredEvent> events(long after, int limit) {
    return database.read(
        db ->
            db.query(
                row ->
                    new StoredEvent(
                        row.getLong("number"),
                        new Event(
                            Instant.parse(row.getString("at")),
                            row.getString("kind"),
                            row.getString("service"),
                            row.getString("instance"),
                            row.getString("rollout"),
                            row.getString("message"),
                            json().readValue(row.getString("data"), DATA))),
                "SELECT * FROM event WHERE number > ? ORDER BY number LIMIT ?",
                after,
                limit));
  }

  @Override
  public long nextEpoch() {
    return database.transaction(
        db -> {
          db.update("UPDATE epoch SET number = number + 1");
          return number(db, "SELECT number FROM epoch");
        });
  }

  @Override
  public void close() {
    database.close();
  }

  private static int write(Database db, ServiceState state) throws SQLException {
    return db.update(
        "INSERT OR REPLACE INTO service VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        state.name(),
        state.target(),
        state.lastGood(),
        state.replicas(),
        state.scaled(),
        state.removing(),
        state.warm().map(ServiceState.Warm::release).orElse(0L),
        state.warm().map(kept -> kept.until().toString()).orElse(""));
  }

  private static int insert(Database db, Rollout rollout, @Nullable String endedAt, String steps)
      throws SQLException {
    int inserted =
        db.update(
            "INSERT INTO rollout (id, service, from_version, to_version, kind, strategy, state,"
                + " reason, started_at, ended_at, requested_by, steps, why)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            rollout.id(),
            rollout.service(),
            rollout.from(),
            rollout.to(),
            rollout.kind(),
            rollout.strategy(),
            rollout.state().name(),
            rollout.reason(),
            rollout.startedAt().toString(),
            endedAt,
            rollout.cause().by(),
            steps,
            rollout.cause().why());
    db.update(
        "DELETE FROM rollout WHERE ended_at IS NOT NULL AND service = ? AND number <= ("
            + "SELECT number FROM rollout WHERE service = ? ORDER BY number DESC LIMIT 1 OFFSET ?)",
        rollout.service(),
        rollout.service(),
        MAX_ROLLOUTS_OF_SERVICE);
    db.update(
        "DELETE FROM rollout WHERE ended_at IS NOT NULL AND number <="
            + " (SELECT max(number) FROM rollout) - ?",
        MAX_ROLLOUTS);
    return inserted;
  }

  private static Optional<ServiceState.Warm> warm(ResultSet row) throws SQLException {
    long release = row.getLong("warm");
    return release == 0
        ? Optional.empty()
        : Optional.of(new ServiceState.Warm(release, Instant.parse(row.getString("warm_until"))));
  }

  private Rollout rollout(ResultSet row) throws SQLException {
    return new Rollout(
        row.getString("id"),
        row.getString("service"),
        row.getString("from_version"),
        row.getString("to_version"),
        row.getString("kind"),
        row.getString("strategy"),
        Rollout.State.valueOf(row.getString("state")),
        row.getString("reason"),
        Instant.parse(row.getString("started_at")),
        Optional.ofNullable(row.getString("ended_at")).map(Instant::parse),
        cause(row),
        json().readValue(row.getString("steps"), STEPS));
  }

  private static Cause cause(ResultSet row) throws SQLException {
    return new Cause(row.getString("requested_by"), row.getString("why"));
  }

  /** Made at its first use: making it takes longer than opening the file. */
  private static JsonMapper json() {
    return JsonMapper.shared();
  }

  private static long number(Database db, String sql) throws SQLException {
    return db.query(row -> row.getLong(1), sql).getFirst();
  }
}

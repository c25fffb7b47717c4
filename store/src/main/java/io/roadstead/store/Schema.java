package io.roadstead.store;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * The tables, as the sequence of steps that made them. A file is brought up by the steps it has not
 * had, each in a transaction with the version it leads to. A step that was once released is never
 * changed; a new one is added.
 */
final class Schema {
  private static final List<List<String>> STEPS =
      List.of(
          List.of(
              """
              CREATE TABLE service (
                name TEXT PRIMARY KEY, target INTEGER NOT NULL, last_good INTEGER NOT NULL,
                replicas INTEGER NOT NULL, scaled INTEGER NOT NULL, removing INTEGER NOT NULL
              ) WITHOUT ROWID\
              """,
              """
              CREATE TABLE release (
                service TEXT NOT NULL, number INTEGER NOT NULL, version TEXT NOT NULL,
                digest TEXT NOT NULL, spec TEXT NOT NULL, created_at TEXT NOT NULL,
                requested_by TEXT NOT NULL, PRIMARY KEY (service, number)
              ) WITHOUT ROWID\
              """,
              """
              CREATE TABLE instance (
                id TEXT PRIMARY KEY, service TEXT NOT NULL, release INTEGER NOT NULL,
                token TEXT NOT NULL, draining INTEGER NOT NULL, detached INTEGER NOT NULL,
                pid INTEGER NOT NULL, started_at TEXT NOT NULL, port INTEGER NOT NULL
              ) WITHOUT ROWID\
              """,
              """
              CREATE TABLE rollout (
                number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
                service TEXT NOT NULL, from_version TEXT NOT NULL, to_version TEXT NOT NULL,
                kind TEXT NOT NULL, strategy TEXT NOT NULL, state TEXT NOT NULL,
                reason TEXT NOT NULL, started_at TEXT NOT NULL, ended_at TEXT,
                requested_by TEXT NOT NULL, steps TEXT NOT NULL
              )\
              """,
              "CREATE INDEX rollout_of_service ON rollout (service, number)",
              """
              CREATE TABLE subscriber (
                name TEXT PRIMARY KEY, kind TEXT NOT NULL, services TEXT NOT NULL
              ) WITHOUT ROWID\
              """,
              """
              CREATE TABLE event (
                number INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, kind TEXT NOT NULL,
                service TEXT NOT NULL, instance TEXT NOT NULL, rollout TEXT NOT NULL,
                message TEXT NOT NULL, data TEXT NOT NULL
              )\
              """,
              "CREATE TABLE epoch (number INTEGER NOT NULL)",
              "INSERT INTO epoch VALUES (0)"),
          List.of(
              "ALTER TABLE instance ADD COLUMN leaving INTEGER NOT NULL DEFAULT 0",
              "ALTER TABLE instance ADD COLUMN available INTEGER NOT NULL DEFAULT 0"),
          List.of(
              """
              CREATE TABLE split (
                service TEXT NOT NULL, version TEXT NOT NULL, share INTEGER NOT NULL,
                PRIMARY KEY (service, version)
              ) WITHOUT ROWID\
              """),
          List.of(
              "ALTER TABLE service ADD COLUMN warm INTEGER NOT NULL DEFAULT 0",
              "ALTER TABLE service ADD COLUMN warm_until TEXT NOT NULL DEFAULT ''"),
          List.of(
              "ALTER TABLE release ADD COLUMN why TEXT NOT NULL DEFAULT ''",
              "ALTER TABLE rollout ADD COLUMN why TEXT NOT NULL DEFAULT ''"));

  /** The version that this build writes. */
  static final int VERSION = STEPS.size();

  private Schema() {}

  /**
   * Brings the file to this build's version.
   *
   * @throws StoreUnusable when it was written by a newer build
   */
  static void migrate(Connection connection, String file) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)");
      int version = 0;
      try (ResultSet row = statement.executeQuery("SELECT version FROM schema_version")) {
        version = row.next() ? row.getInt(1) : 0;
      }
      if (version > VERSION) {
        throw new StoreUnusable(
            "the state in "
                + file
                + " has schema version "
                + version
                + ", written by a newer Roadstead; this one knows up to version "
                + VERSION
                + ": run the newer Roadstead again, or choose another directory with --data DIR");
      }
      for (; version < VERSION; version++) {
        statement.execute("BEGIN IMMEDIATE");
        try {
          for (String step : STEPS.get(version)) {
            statement.execute(step);
          }
          statement.execute("DELETE FROM schema_version");
          statement.execute("INSERT INTO schema_version VALUES (" + (version + 1) + ")");
          statement.execute("COMMIT");
        } catch (SQLException e) {
          statement.execute("ROLLBACK");
          throw e;
        }
      }
    }
  }
}

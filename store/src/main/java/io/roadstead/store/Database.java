package io.roadstead.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * One connection, confined to one thread of its own, which callers wait for. A call into SQLite
 * holds the thread that makes it until the disk has answered: made on a virtual thread it would
 * take a carrier away from everybody else's.
 *
 * <p>At most {@value #MAX_WAITING} calls wait; further callers wait to be let in. An interrupt does
 * not break a call off, because nobody could say then whether it has been kept.
 */
final class Database implements AutoCloseable {
  private static final int MAX_WAITING = 256;
  private static final Duration CLOSING = Duration.ofSeconds(10);

  /** Work on the connection. */
  interface Work<T> {
    T on(Database database) throws SQLException;
  }

  /** Reads one row. */
  interface Row<T> {
    T read(ResultSet row) throws SQLException;
  }

  private final Path file;
  private final Connection connection;
  private final Map<String, PreparedStatement> prepared = new HashMap<>();
  private final AtomicLong changes = new AtomicLong();
  private final Semaphore waiting = new Semaphore(MAX_WAITING);
  private final ThreadPoolExecutor thread =
      new ThreadPoolExecutor(
          1,
          1,
          0,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(MAX_WAITING + 1),
          Thread.ofPlatform().name("store").daemon().factory());

  private Database(Path file, Connection connection) {
    this.file = file;
    this.connection = connection;
  }

  /**
   * @throws StoreUnusable when the file cannot be used
   */
  static Database open(Path file) {
    var config = new SQLiteConfig();
    config.setBusyTimeout(5_000);
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.setJournalSizeLimit(8 << 20);
    try {
      refuseEmptied(file);
      forOwnerOnly(file);
      Connection connection = config.createConnection("jdbc:sqlite:" + file);
      try {
        check(connection, file);
        Schema.migrate(connection, file.toString());
        return new Database(file, connection);
      } catch (SQLException | RuntimeException e) {
        connection.close();
        throw e;
      }
    } catch (SQLException e) {
      throw new StoreUnusable(
          damaged(e)
              ? damage(file, String.valueOf(e.getMessage()))
              : "the state in "
                  + file
                  + " cannot be opened ("
                  + e.getMessage()
                  + "); see that the folder is writable and the disk not full"
                  + DiskWords.free(file.resolveSibling("")),
          e);
    }
  }

  /** Runs work as one transaction; when it returns, it is on the disk. */
  <T> T transaction(Work<T> work) {
    T result = onThread(() -> committed(work));
    changes.incrementAndGet();
    return result;
  }

  /** How many transactions there have been since it was opened. */
  long changes() {
    return changes.get();
  }

  /** Runs work as one transaction that outlives the process, but not surely a loss of power. */
  <T> T unsynchronised(Work<T> work) {
    return onThread(
        () -> {
          execute("PRAGMA synchronous = NORMAL");
          try {
            return committed(work);
          } finally {
            execute("PRAGMA synchronous = FULL");
          }
        });
  }

  /** Runs work that only reads. */
  <T> T read(Work<T> work) {
    return onThread(
        () -> {
          try {
            return work.on(this);
          } catch (RuntimeException e) {
            // SQLite finds what is wrong with its pages, not with what is written on them.
            throw new StoreFailed(damage(file, "a row cannot be understood: " + e.getMessage()), e);
          }
        });
  }

  /** Within work: changes rows, and says how many. */
  int update(String sql, @Nullable Object... values) throws SQLException {
    return statement(sql, values).executeUpdate();
  }

  /** Within work: the rows that a query finds. */
  <T> List<T> query(Row<T> row, String sql, @Nullable Object... values) throws SQLException {
    try (ResultSet rows = statement(sql, values).executeQuery()) {
      var found = new ArrayList<T>();
      while (rows.next()) {
        found.add(row.read(rows));
      }
      return found;
    }
  }

  @Override
  public void close() {
    try {
      thread.execute(this::closeConnection);
    } catch (RejectedExecutionException _) {
      return; // closed already
    }
    thread.shutdown();
    try {
      boolean _ = thread.awaitTermination(CLOSING.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private interface Call<T> {
    T run() throws SQLException;
  }

  private <T> T onThread(Call<T> call) {
    var result = new CompletableFuture<T>();
    waiting.acquireUninterruptibly();
    try {
      thread.execute(
          () -> {
            try {
              result.complete(call.run());
            } catch (SQLException | RuntimeException | Error e) {
              result.completeExceptionally(e);
            }
          });
      return await(result);
    } catch (RejectedExecutionException e) {
      throw new StoreFailed("the state in " + file + " is closed; the platform is stopping", e);
    } finally {
      waiting.release();
    }
  }

  private <T> T committed(Work<T> work) throws SQLException {
    execute("BEGIN IMMEDIATE");
    try {
      T result = work.on(this);
      execute("COMMIT");
      return result;
    } catch (SQLException | RuntimeException e) {
      rollback(e);
      throw e;
    }
  }

  private <T> T await(CompletableFuture<T> result) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return result.get();
        } catch (InterruptedException _) {
          interrupted = true;
        }
      }
    } catch (ExecutionException e) {
      throw switch (e.getCause()) {
        case SQLException sql -> failed(sql);
        case StoreFailed failed -> new StoreFailed(String.valueOf(failed.getMessage()), failed);
        case null, default -> new StoreFailed("the state in " + file + " failed: " + e, e);
      };
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private PreparedStatement statement(String sql, @Nullable Object... values) throws SQLException {
    PreparedStatement statement = prepared.get(sql);
    if (statement == null) {
      statement = connection.prepareStatement(sql);
      prepared.put(sql, statement);
    }
    for (int i = 0; i < values.length; i++) {
      statement.setObject(i + 1, values[i]);
    }
    return statement;
  }

  private void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private void rollback(Exception cause) {
    try {
      execute("ROLLBACK");
    } catch (SQLException e) {
      cause.addSuppressed(e); // some errors, such as a full disk, have rolled back by themselves
    }
  }

  private void closeConnection() {
    try {
      for (PreparedStatement statement : prepared.values()) {
        statement.close();
      }
      connection.close();
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  private StoreFailed failed(SQLException e) {
    if (damaged(e)) {
      return new StoreFailed(damage(file, String.valueOf(e.getMessage())), e);
    }
    Path folder = file.resolveSibling("");
    String what =
        switch (primary(e)) {
          case SQLITE_FULL ->
              "the disk of "
                  + file
                  + " is full, nothing was changed; free some space"
                  + DiskWords.free(folder)
                  + " and try again";
          case SQLITE_READONLY ->
              file
                  + " has become read-only, nothing was changed; make it and its folder writable,"
                  + " or its file system, and try again";
          default -> "the state in " + file + " could not be read or written: " + e.getMessage();
        };
    return new StoreFailed(what, e);
  }

  /** The kind of failure, without its finer points. */
  private static SQLiteErrorCode primary(SQLException e) {
    return e instanceof SQLiteException sqlite
        ? SQLiteErrorCode.getErrorCode(sqlite.getResultCode().code & 0xff)
        : SQLiteErrorCode.UNKNOWN_ERROR;
  }

  /** SQLite takes an empty file for a new state: what was wanted would be forgotten unnoticed. */
  private static void refuseEmptied(Path file) {
    boolean there = Files.exists(file);
    try {
      if ((!there || Files.size(file) == 0) && new StateCopies(file).any()) {
        throw new StoreUnusable(
            "the state in "
                + file
                + (there ? " is empty" : " has gone")
                + ", and there are copies of it; services that run go on; "
                + StateCopies.remedy(file));
      }
    } catch (IOException e) {
      throw new StoreUnusable(
          "the state in " + file + " cannot be read (" + DiskWords.reason(e) + ")", e);
    }
  }

  /** It holds the instances' credentials; SQLite gives the log beside it the same permissions. */
  private static void forOwnerOnly(Path file) {
    boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
    try {
      if (!Files.exists(file)) {
        Files.createFile(file);
      }
      if (posix) {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
      }
    } catch (IOException e) {
      throw new StoreUnusable(
          "the state in "
              + file
              + " cannot be opened ("
              + DiskWords.reason(e)
              + "); "
              + DiskWords.fix(e, file.resolveSibling("")),
          e);
    }
  }

  private static void check(Connection connection, Path file) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet found = statement.executeQuery("PRAGMA quick_check(1)")) {
      String verdict = found.next() ? found.getString(1) : "no answer";
      if (!"ok".equals(verdict)) {
        throw new StoreUnusable(damage(file, verdict));
      }
    }
  }

  private static boolean damaged(SQLException e) {
    SQLiteErrorCode kind = primary(e);
    return kind == SQLiteErrorCode.SQLITE_NOTADB || kind == SQLiteErrorCode.SQLITE_CORRUPT;
  }

  private static String damage(Path file, String what) {
    return "the state in "
        + file
        + " is damaged ("
        + what.lines().findFirst().orElse("")
        + "); it is left as it is, and services that run go on; "
        + StateCopies.remedy(file);
  }
}

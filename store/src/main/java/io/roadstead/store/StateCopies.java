package io.roadstead.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.sqlite.SQLiteConfig;

/**
 * Verified copies of the state, in a folder beside it, the newest {@value #KEPT}.
 *
 * <p>A copy is made by SQLite itself on a connection of its own, while others write, then read
 * again from the disk as a whole; only when that finds it sound does it get its name. So what has
 * the name of a copy can be put in the place of a damaged file. The names sort by their number, not
 * by their time: a clock may jump. Confined to the caller.
 */
final class StateCopies {
  static final int KEPT = 3;

  private static final String START = "state-";
  private static final String END = ".db";
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

  private final Path state;
  private final Path folder;

  StateCopies(Path state) {
    this.state = state;
    this.folder = state.resolveSibling("backups");
  }

  /**
   * Makes a copy of what has been committed and deletes the oldest.
   *
   * @param now for its name, which people read
   * @throws StoreFailed where it could not be made, or what was made is not sound; the copies that
   *     there were stay
   */
  Path make(Instant now) {
    Path part = folder.resolve("copy.part");
    try {
      if (!Files.isDirectory(folder)) {
        Files.createDirectories(folder);
        restrict(folder, "rwx------");
      }
      Files.deleteIfExists(part);
      try (Connection connection = connect(state);
          Statement statement = connection.createStatement()) {
        statement.execute("VACUUM INTO '" + part.toString().replace("'", "''") + "'");
      }
      restrict(part, "rw-------");
      Optional<String> fault = fault(part);
      if (fault.isPresent()) {
        throw new StoreFailed(
            "a copy of the state in " + state + " is not sound: " + fault.get() + "; look at it");
      }
      try (FileChannel file = FileChannel.open(part, StandardOpenOption.WRITE)) {
        file.force(true);
      }
      List<Path> before = all();
      long number = before.isEmpty() ? 1 : number(before.getLast()) + 1;
      Path copy = folder.resolve(START + number + "-" + TIME.format(now) + END);
      Files.move(part, copy, StandardCopyOption.ATOMIC_MOVE);
      for (int i = 0; i <= before.size() - KEPT; i++) {
        Files.deleteIfExists(before.get(i));
      }
      return copy;
    } catch (IOException e) {
      throw new StoreFailed(
          "no copy of the state could be made in "
              + folder
              + " ("
              + DiskWords.reason(e)
              + "); "
              + DiskWords.fix(e, state.resolveSibling("")),
          e);
    } catch (SQLException e) {
      throw new StoreFailed(
          "no copy of the state could be made in "
              + folder
              + " ("
              + e.getMessage()
              + "); see that the disk is not full"
              + DiskWords.free(state.resolveSibling("")),
          e);
    } finally {
      delete(part);
    }
  }

  /** The newest, where there is one. */
  Optional<Path> newest() {
    try {
      List<Path> all = all();
      return all.isEmpty() ? Optional.empty() : Optional.of(all.getLast());
    } catch (IOException _) {
      return Optional.empty();
    }
  }

  /** The newest in which nothing is found to be wrong now. */
  Optional<Path> newestSound() {
    try {
      for (Path copy : all().reversed()) {
        if (fault(copy).isEmpty()) {
          return Optional.of(copy);
        }
      }
    } catch (IOException _) {
      // then none can be offered
    }
    return Optional.empty();
  }

  /**
   * What is wrong with a state, all of it read; nothing where it is sound. Changes nothing, and may
   * be asked while a platform uses it.
   */
  static Optional<String> fault(Path file) {
    try (Connection connection = connect(file);
        Statement statement = connection.createStatement();
        ResultSet found = statement.executeQuery("PRAGMA integrity_check(1)")) {
      String verdict = found.next() ? found.getString(1) : "no answer";
      return "ok".equals(verdict) ? Optional.empty() : Optional.of(firstLine(verdict));
    } catch (SQLException e) {
      return Optional.of(firstLine(String.valueOf(e.getMessage())));
    }
  }

  private static String firstLine(String text) {
    return text.lines().findFirst().orElse("");
  }

  private static Connection connect(Path file) throws SQLException {
    var config = new SQLiteConfig();
    config.setReadOnly(true);
    config.setBusyTimeout(5_000);
    // Without a log beside it nobody writes it, and a look at it need not leave one there.
    boolean log = Files.exists(file.resolveSibling(file.getFileName() + "-wal"));
    return config.createConnection(
        log ? "jdbc:sqlite:" + file : "jdbc:sqlite:" + file.toUri() + "?immutable=1");
  }

  /**
   * In a sentence: what to do about a state that is damaged or has gone.
   *
   * @param file the state
   */
  static String remedy(Path file) {
    StateCopies copies = new StateCopies(file);
    Path directory = file.resolveSibling("");
    String name = String.valueOf(file.getFileName());
    return copies
        .newestSound()
        .map(
            copy ->
                "put back its newest sound copy: (cd "
                    + directory
                    + " && mkdir -p damaged && { mv "
                    + name
                    + "* damaged/; cp -p "
                    + directory.relativize(copy)
                    + " "
                    + name
                    + "; }), then start again, and apply what was changed after it was made")
        .orElseGet(
            () ->
                "there is no sound copy of it in "
                    + copies.folder
                    + ": put back one of your own, or move "
                    + name
                    + "* and that folder away and apply your services again");
  }

  /** Whether there are any, sound or not: then there was a state. */
  boolean any() {
    return newest().isPresent();
  }

  /** Oldest first. */
  private List<Path> all() throws IOException {
    List<Path> copies = new ArrayList<>();
    if (!Files.isDirectory(folder)) {
      return copies;
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, START + "*" + END)) {
      for (Path file : files) {
        if (number(file) > 0) {
          copies.add(file);
        }
      }
    }
    copies.sort(Comparator.comparingLong(StateCopies::number));
    return copies;
  }

  private static long number(Path copy) {
    String name = String.valueOf(copy.getFileName());
    int dash = name.indexOf('-', START.length());
    try {
      return dash < 0 ? 0 : Long.parseLong(name.substring(START.length(), dash));
    } catch (NumberFormatException _) {
      return 0;
    }
  }

  private static void restrict(Path path, String permissions) throws IOException {
    if (path.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
    }
  }

  private static void delete(Path part) {
    try {
      Files.deleteIfExists(part);
    } catch (IOException _) {
      // the next copy tries again
    }
  }
}

package io.roadstead.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The one folder in which the platform keeps everything, held by one platform at a time. Closing it
 * lets another have it; so does the end of the process, however it comes.
 *
 * <p>Two files make the hold. {@code lock} is locked and never read, because on POSIX closing any
 * descriptor of a file drops all of the process's locks on it; {@code pid} says who holds it, for
 * people.
 */
public final class DataDirectory implements AutoCloseable {
  private static final Set<PosixFilePermission> OWNER_ONLY_FOLDER =
      PosixFilePermissions.fromString("rwx------");
  private static final Set<PosixFilePermission> OWNER_ONLY_FILE =
      PosixFilePermissions.fromString("rw-------");
  private static final int TOKEN_BYTES = 32;
  private static final int ID_BYTES = 16;
  private static final Pattern HEX = Pattern.compile("[0-9a-f]{32,}");
  private static final String LOCK = "lock";
  private static final String PID = "pid";

  private final Path path;
  private final FileChannel lockFile;
  private final FileLock lock;
  private final String token;
  private final String platformId;
  private final @Nullable Path made;
  private boolean discarded;

  private DataDirectory(
      Path path,
      @Nullable Path made,
      FileChannel lockFile,
      FileLock lock,
      String token,
      String platformId) {
    this.path = path;
    this.made = made;
    this.lockFile = lockFile;
    this.lock = lock;
    this.token = token;
    this.platformId = platformId;
  }

  /**
   * Makes the folder where it is not there, and holds it.
   *
   * @param random for the token and the platform's id, so a secure one
   * @throws StoreUnusable when another platform holds it, or it cannot be written
   */
  public static DataDirectory open(Path directory, RandomGenerator random) {
    Path path = directory.toAbsolutePath().normalize();
    Path made = firstToMake(path);
    try {
      makeFolder(path);
      for (String folder : new String[] {"artifacts", "logs", "tmp", "native"}) {
        makeFolder(path.resolve(folder));
      }
      FileChannel file =
          FileChannel.open(path.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      try {
        FileLock lock = tryLock(file);
        if (lock == null) {
          throw held(path);
        }
        write(path.resolve(PID), ProcessHandle.current().pid() + "\n");
        keepOutOfVersionControl(path);
        String token = secret(path.resolve("token"), TOKEN_BYTES, random);
        String id = secret(path.resolve("platform-id"), ID_BYTES, random);
        return new DataDirectory(path, made, file, lock, token, id);
      } catch (IOException | RuntimeException e) {
        file.close();
        throw e;
      }
    } catch (IOException e) {
      if (made != null) {
        deleteAll(made);
      }
      throw new StoreUnusable(
          "the data directory "
              + path
              + " cannot be written ("
              + DiskWords.reason(e)
              + "); "
              + DiskWords.fix(e, nearest(path))
              + ", or choose another with --data DIR or ROADSTEAD_DATA",
          e);
    }
  }

  /**
   * The pid of the platform that holds a data directory, if one does. Not to be asked by the one
   * that holds it: it would lose its hold.
   */
  public static OptionalLong holder(Path directory) {
    Path path = directory.toAbsolutePath().normalize();
    if (!Files.exists(path.resolve(LOCK))) {
      return OptionalLong.empty();
    }
    try (FileChannel file = FileChannel.open(path.resolve(LOCK), StandardOpenOption.WRITE)) {
      return tryLock(file) == null ? pid(path) : OptionalLong.empty();
    } catch (IOException _) {
      return pid(path); // not ours to open: then whoever wrote the pid is not us either
    }
  }

  public Path path() {
    return path;
  }

  /** Where {@link SqliteStore} keeps its file. */
  public Path stateFile() {
    return path.resolve("state.db");
  }

  /** Where registrations are kept over a restart. */
  public Path registrations() {
    return path.resolve("registry");
  }

  /** Where {@link ArtifactFiles} keeps jars. */
  public Path artifacts() {
    return path.resolve("artifacts");
  }

  public Path logs() {
    return path.resolve("logs");
  }

  /** For temporary files; {@code java.io.tmpdir} of the platform itself belongs here. */
  public Path temporary() {
    return path.resolve("tmp");
  }

  /** Where native libraries are unpacked. */
  public Path nativeLibraries() {
    return path.resolve("native");
  }

  public Path tokenFile() {
    return path.resolve("token");
  }

  /** The credential for changing calls; a secret, never logged. */
  public String token() {
    return token;
  }

  /** What tells this platform from every other; no secret. */
  public String platformId() {
    return platformId;
  }

  /**
   * Has {@link #close} take away what {@link #open} made, where there was nothing before: for a
   * start that came to nothing.
   */
  public void discard() {
    discarded = true;
  }

  /** Lets it go. */
  @Override
  public void close() {
    try {
      if (discarded && made != null) {
        deleteAll(made);
      }
      Files.deleteIfExists(path.resolve(PID));
      lock.release();
      lockFile.close();
    } catch (IOException e) {
      throw new StoreFailed(
          "the hold on " + path + " could not be let go: " + DiskWords.reason(e), e);
    }
  }

  @Override
  public String toString() {
    return "DataDirectory[" + path + "]";
  }

  private static @Nullable FileLock tryLock(FileChannel file) throws IOException {
    try {
      return file.tryLock();
    } catch (OverlappingFileLockException _) {
      return null; // held by this very process
    }
  }

  private static StoreUnusable held(Path path) {
    OptionalLong pid = pid(path);
    return new StoreUnusable(
        "the data directory "
            + path
            + " is in use by a running platform"
            + (pid.isPresent() ? " (pid " + pid.getAsLong() + ")" : "")
            + "; stop it with: roadstead down --data "
            + path
            + ", or choose another directory with --data DIR");
  }

  private static OptionalLong pid(Path path) {
    try {
      return OptionalLong.of(Long.parseLong(Files.readString(path.resolve(PID)).strip()));
    } catch (IOException | NumberFormatException _) {
      return OptionalLong.empty();
    }
  }

  /** The topmost folder that has to be made, or null where all are there. */
  private static @Nullable Path firstToMake(Path path) {
    Path first = null;
    for (Path each = path; each != null && !Files.exists(each); each = each.getParent()) {
      first = each;
    }
    return first;
  }

  /** As far as it can be: what stays is no reason to fail a second time. */
  private static void deleteAll(Path folder) {
    List<Path> all;
    try (Stream<Path> found = Files.walk(folder)) {
      all = found.sorted(Comparator.reverseOrder()).toList();
    } catch (IOException | UncheckedIOException _) {
      return;
    }
    for (Path each : all) {
      try {
        Files.deleteIfExists(each);
      } catch (IOException _) {
        return;
      }
    }
  }

  private static void makeFolder(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      try {
        Files.createDirectories(folder);
      } catch (FileAlreadyExistsException e) {
        throw new FileSystemException(folder.toString(), null, "is a file, not a folder");
      }
      restrict(folder, OWNER_ONLY_FOLDER);
    }
  }

  /** A secret is there before its file has its name, and readable by nobody else at any time. */
  private static String secret(Path file, int bytes, RandomGenerator random) throws IOException {
    if (Files.exists(file)) {
      String kept = Files.readString(file).strip();
      if (!HEX.matcher(kept).matches()) {
        throw new StoreUnusable(
            "the file " + file + " is damaged; delete it, and a new one is made at the next start");
      }
      restrict(file, OWNER_ONLY_FILE);
      return kept;
    }
    byte[] secret = new byte[bytes];
    random.nextBytes(secret);
    String text = HexFormat.of().formatHex(secret);
    write(file, text + "\n");
    return text;
  }

  private static void write(Path file, String text) throws IOException {
    Path temporary = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(temporary);
    Files.createFile(temporary);
    restrict(temporary, OWNER_ONLY_FILE);
    Files.writeString(temporary, text);
    Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private static void restrict(Path path, Set<PosixFilePermission> permissions) throws IOException {
    boolean posix = path.getFileSystem().supportedFileAttributeViews().contains("posix");
    if (posix
        && !Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS).equals(permissions)) {
      Files.setPosixFilePermissions(path, permissions);
    }
  }

  /** The folder lies in the project's own by default, and the token in it is a secret. */
  private static void keepOutOfVersionControl(Path path) throws IOException {
    Path ignore = path.resolve(".gitignore");
    if (!Files.exists(ignore)) {
      Files.writeString(ignore, "*\n");
    }
  }

  private static Path nearest(Path path) {
    Path there = path;
    while (there.getParent() != null && !Files.exists(there)) {
      there = there.getParent();
    }
    return there;
  }
}

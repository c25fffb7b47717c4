package io.roadstead.store;

import io.roadstead.registry.Ticker;
import io.roadstead.rollout.Artifacts;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Jars in a folder, each named by the SHA-256 of its bytes. A file has that name only when all of
 * its bytes are on the disk, so what is there is whole. Safe from any thread.
 */
public final class ArtifactFiles implements Artifacts {
  private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");
  private static final String JAR = ".jar";
  private static final String UNFINISHED = ".part";

  /** A deployment uploads first and names its artifact then: so long the two may be apart. */
  private static final Duration YOUNG = Duration.ofMinutes(2);

  private static final int PIECE_BYTES = 64 * 1024;

  private final Path folder;
  private final Ticker ticker;
  private final Map<String, Long> added = new ConcurrentHashMap<>();

  /**
   * @param ticker tells what is young: a clock may jump while an upload waits for its deployment
   */
  public ArtifactFiles(Path folder, Ticker ticker) {
    this.folder = folder;
    this.ticker = ticker;
  }

  @Override
  public String add(InputStream bytes) throws IOException {
    Path part = newPart();
    try {
      MessageDigest sha256 = sha256();
      try (FileChannel file = FileChannel.open(part, StandardOpenOption.WRITE)) {
        byte[] piece = new byte[PIECE_BYTES];
        // What fails here is the sender's; what fails in writing is ours, and is said so.
        for (int count = bytes.read(piece); count >= 0; count = bytes.read(piece)) {
          sha256.update(piece, 0, count);
          write(file, ByteBuffer.wrap(piece, 0, count));
        }
        force(file);
      }
      String digest = HexFormat.of().formatHex(sha256.digest());
      Files.move(
          part, file(digest), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      added.put(digest, ticker.nanos());
      syncFolder();
      return digest;
    } finally {
      Files.deleteIfExists(part);
    }
  }

  @Override
  public Optional<Path> path(String sha256) {
    return DIGEST.matcher(sha256).matches()
        ? Optional.of(file(sha256)).filter(Files::isRegularFile)
        : Optional.empty();
  }

  /**
   * Deletes all but these; uploads that are under way stay, and so does what was added within the
   * last two minutes, for the deployment that it was added for may still be on its way.
   */
  @Override
  public void retain(Set<String> digests) throws IOException {
    long now = ticker.nanos();
    added.values().removeIf(at -> now - at >= YOUNG.toNanos());
    try (var files = Files.newDirectoryStream(folder, "*" + JAR)) {
      for (Path file : files) {
        String name = String.valueOf(file.getFileName());
        String digest = name.substring(0, name.length() - JAR.length());
        if (!digests.contains(digest) && !added.containsKey(digest)) {
          Files.deleteIfExists(file);
          deleteFolder(folder.resolve(digest));
        }
      }
    }
  }

  /** What a runtime has made of an artifact lies beside it, in a folder with its name. */
  private static void deleteFolder(Path made) throws IOException {
    if (!Files.isDirectory(made, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try (Stream<Path> files = Files.walk(made)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }

  /** Deletes what uploads of an earlier life left unfinished; to be called before the first. */
  public void deleteUnfinished() throws IOException {
    try (var files = Files.newDirectoryStream(folder, "*" + UNFINISHED)) {
      for (Path file : files) {
        Files.deleteIfExists(file);
      }
    }
  }

  private Path newPart() {
    try {
      return Files.createTempFile(folder, "upload-", UNFINISHED);
    } catch (IOException e) {
      throw notKept(e);
    }
  }

  private void write(FileChannel file, ByteBuffer bytes) {
    try {
      while (bytes.hasRemaining()) {
        int _ = file.write(bytes);
      }
    } catch (IOException e) {
      throw notKept(e);
    }
  }

  private void force(FileChannel file) {
    try {
      file.force(true);
    } catch (IOException e) {
      throw notKept(e);
    }
  }

  private StoreFailed notKept(IOException e) {
    return new StoreFailed(
        "the artifact could not be kept in "
            + folder
            + " ("
            + DiskWords.reason(e)
            + "), nothing was changed; "
            + DiskWords.fix(e, folder)
            + " and try again",
        e);
  }

  private Path file(String digest) {
    return folder.resolve(digest + JAR);
  }

  /** So that the new name, too, outlives a loss of power. */
  private void syncFolder() {
    try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
      directory.force(true);
    } catch (IOException _) {
      // not every file system lets a folder be synchronised
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}

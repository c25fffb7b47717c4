package io.roadstead.rollout;

import io.roadstead.rollout.DeployRefused.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Accepts what is to be run, and keeps the artifacts that some release needs. A look at a source
 * finds what cannot run before anything is changed. Safe from any thread; blocks.
 */
final class ReleaseShelf {
  /**
   * A source that can be kept.
   *
   * @param digest SHA-256 of the artifact's bytes, or of the command's text
   */
  record Accepted(Source source, String digest) {}

  private final Artifacts artifacts;
  // Whoever adds holds the read lock until the artifact is on the list of what is held.
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
  private final Map<String, Integer> held = new ConcurrentHashMap<>();
  private final Map<String, Set<String>> neededBy = new ConcurrentHashMap<>();

  ReleaseShelf(Artifacts artifacts) {
    this.artifacts = artifacts;
  }

  /** Checks and copies; the artifact stays until {@link #letGo}, whatever the releases need. */
  Accepted accept(String service, Source source) {
    return switch (source) {
      case Source.Jar(Path path) -> acceptJar(service, path);
      case Source.Artifact(String sha256) -> acceptKept(service, sha256);
      case Source.Shell(String command) -> {
        if (command.isBlank()) {
          throw invalid("empty-command", service + ": the command is empty: say what to run");
        }
        yield new Accepted(source, digest(command));
      }
      case Source.Exec exec -> {
        Programs.check(service, exec);
        yield new Accepted(source, digest(String.join("\0", exec.command())));
      }
    };
  }

  void letGo(Accepted accepted) {
    if (accepted.source() instanceof Source.Artifact(String sha256)) {
      held.computeIfPresent(sha256, (key, count) -> count == 1 ? null : count - 1);
    }
  }

  /** From now on the service needs these and no others. */
  void mustKeep(String service, Set<String> digests) {
    if (digests.isEmpty()) {
      neededBy.remove(service);
    } else {
      neededBy.put(service, Set.copyOf(digests));
    }
  }

  /** Deletes what no service needs. */
  void clean() throws IOException {
    lock.writeLock().lock();
    try {
      Set<String> all = new HashSet<>(held.keySet());
      neededBy.values().forEach(all::addAll);
      artifacts.retain(all);
    } finally {
      lock.writeLock().unlock();
    }
  }

  private Accepted acceptJar(String service, Path path) {
    if (!Files.isRegularFile(path)) {
      throw invalid(
          "jar-missing",
          service + ": there is no file " + path + ": build it, or correct the path");
    }
    lock.readLock().lock();
    try (InputStream bytes = Files.newInputStream(path)) {
      checkArchive(service, path);
      String sha256 = artifacts.add(bytes);
      held.merge(sha256, 1, Integer::sum);
      return new Accepted(new Source.Artifact(sha256), sha256);
    } catch (IOException e) {
      throw invalid(
          "jar-unreadable", service + ": " + path + " cannot be copied: " + e.getMessage());
    } finally {
      lock.readLock().unlock();
    }
  }

  private Accepted acceptKept(String service, String sha256) {
    lock.readLock().lock();
    try {
      if (!sha256.matches("[0-9a-f]{64}") || artifacts.path(sha256).isEmpty()) {
        throw invalid(
            "artifact-missing",
            service + ": no artifact " + sha256 + " is kept: upload it first, then deploy");
      }
      held.merge(sha256, 1, Integer::sum);
      return new Accepted(new Source.Artifact(sha256), sha256);
    } finally {
      lock.readLock().unlock();
    }
  }

  private static void checkArchive(String service, Path path) throws IOException {
    try (InputStream bytes = Files.newInputStream(path)) {
      byte[] head = bytes.readNBytes(2);
      if (head.length < 2 || head[0] != 'P' || head[1] != 'K') {
        throw invalid(
            "not-a-jar", service + ": " + path + " is not a jar: name the file that was built");
      }
    }
  }

  private static DeployRefused invalid(String code, String message) {
    return new DeployRefused(Kind.INVALID, code, message);
  }

  private static String digest(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }
}

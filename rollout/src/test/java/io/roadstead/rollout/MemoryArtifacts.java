package io.roadstead.rollout;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Remembers which artifacts there are, not their bytes. */
final class MemoryArtifacts implements Artifacts {
  private final Set<String> kept = new TreeSet<>();

  @Override
  public synchronized String add(InputStream bytes) throws IOException {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes.readAllBytes());
      String sha256 = HexFormat.of().formatHex(digest);
      kept.add(sha256);
      return sha256;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public synchronized Optional<Path> path(String sha256) {
    return kept.contains(sha256) ? Optional.of(Path.of("/artifacts", sha256)) : Optional.empty();
  }

  @Override
  public synchronized void retain(Set<String> digests) {
    kept.retainAll(digests);
  }

  synchronized Set<String> kept() {
    return Set.copyOf(kept);
  }
}

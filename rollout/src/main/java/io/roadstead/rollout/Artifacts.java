package io.roadstead.rollout;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/** Jars kept by the SHA-256 of their bytes. Safe from any thread; blocks. */
public interface Artifacts {
  /**
   * Copies the bytes in, atomically.
   *
   * @return the digest, 64 lower-case hex digits
   */
  String add(InputStream bytes) throws IOException;

  /** Where an artifact lies, if it is kept. */
  Optional<Path> path(String sha256);

  /** Deletes all but these, and but those that were added just now. */
  void retain(Set<String> digests) throws IOException;
}

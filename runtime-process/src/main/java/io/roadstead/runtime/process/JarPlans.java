package io.roadstead.runtime.process;

import io.roadstead.rollout.ServiceSpec;
import io.roadstead.rollout.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says how a jar is to be run so that it starts soon. Safe from any thread; blocks. */
final class JarPlans {
  private static final Logger log = LoggerFactory.getLogger(JarPlans.class);

  /** How a JVM ends that has run into something wrong in its own memory. */
  private static final Set<String> CRASHES = Set.of("SIGSEGV", "SIGBUS", "SIGILL", "SIGABRT");

  /**
   * How one jar is run.
   *
   * @param jar what of it
   * @param flags of its JVM
   * @param options that its JVM finds in its environment
   * @param place of its cache, whether it is there or not; nothing where it is to have none
   */
  record JarPlan(Path jar, List<String> flags, String options, Optional<Path> place) {
    /** The cache to start with. */
    Optional<Path> cache() {
      return place.filter(Files::isRegularFile);
    }
  }

  private final ExtractedJars extracted = new ExtractedJars();
  private final AotCaches caches;
  private final Set<Path> distrusted = ConcurrentHashMap.newKeySet();

  JarPlans(Path java) {
    this.caches = new AotCaches(java);
  }

  /**
   * Makes the plan, and what it needs: extracts the jar where that has not been done.
   *
   * @param artifact the jar as it is kept, or as it lies somewhere
   */
  JarPlan plan(Path artifact, ServiceSpec spec, Map<String, String> env) {
    List<String> flags = JvmFlags.of(spec.resources(), env);
    String options = JvmFlags.options(env);
    if (!(spec.source() instanceof Source.Artifact)) {
      return new JarPlan(artifact, flags, options, Optional.empty()); // it may change under us
    }
    Path jar = spec.start().extract() ? extracted.of(artifact) : artifact;
    Optional<Path> place =
        spec.start().cache() ? caches.place(artifact, jar, flags, options) : Optional.empty();
    return new JarPlan(jar, flags, options, place.filter(p -> !distrusted.contains(p)));
  }

  /**
   * A JVM that used a cache has ended.
   *
   * @param signal that it ended by, or ""
   */
  void ended(Path cache, String signal) {
    if (CRASHES.contains(signal) && distrusted.add(cache)) {
      log.warn(
          "a JVM that started with {} crashed with {}: the cache is deleted, and none is made in"
              + " its place before the platform starts again",
          cache,
          signal);
      try {
        Files.deleteIfExists(cache);
      } catch (IOException _) {
        // not used all the same
      }
    }
  }
}

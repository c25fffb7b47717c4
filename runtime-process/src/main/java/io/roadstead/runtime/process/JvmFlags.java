package io.roadstead.runtime.process;

import io.roadstead.rollout.Resources;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The flags that make a JVM fit the memory and the cores of a specification. A flag that the
 * specification's own options set is left out, for what stands on the command line would win over
 * them.
 *
 * <p>Of the memory the heap gets what the rest does not need: threads, code, classes and buffers
 * take a hundred mebibytes and more in most JVMs, and some share of a larger one. Metaspace is
 * bounded generously, so that a leak of class loaders ends in a message and not in the kernel's
 * kill.
 */
final class JvmFlags {
  private static final long MEBIBYTE = 1L << 20;
  private static final long LEAST_HEAP = 16 * MEBIBYTE;
  private static final long LEAST_REST = 160 * MEBIBYTE;
  private static final long MOST_REST = 1024 * MEBIBYTE;
  private static final double REST_SHARE = 0.3;
  private static final long LEAST_METASPACE = 64 * MEBIBYTE;
  private static final long MOST_METASPACE = 512 * MEBIBYTE;

  /** From here on the JVM holds a machine for a server and prefers G1, given two cores. */
  private static final long SERVER_MEMORY = 1792 * MEBIBYTE;

  private static final List<String> OPTIONS =
      List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS");

  private JvmFlags() {}

  static List<String> of(Resources resources, Map<String, String> env) {
    String own = options(env);
    var flags = new ArrayList<String>();
    long memory = resources.memoryBytes();
    if (memory > 0) {
      if (!sets(own, "-Xmx", "MaxHeapSize", "MaxRAM")) {
        flags.add("-Xmx" + mebibytes(heap(memory)) + "m");
      }
      if (!sets(own, "MaxMetaspaceSize")) {
        long metaspace = Math.clamp(memory / 3, LEAST_METASPACE, MOST_METASPACE);
        flags.add("-XX:MaxMetaspaceSize=" + mebibytes(metaspace) + "m");
      }
    }
    boolean small = memory > 0 && memory < SERVER_MEMORY;
    boolean slow = resources.cpu() > 0 && resources.cpu() < 2;
    if ((small || slow) && !choosesCollector(own)) {
      flags.add("-XX:+UseSerialGC");
    }
    if (resources.cpu() > 0 && !sets(own, "ActiveProcessorCount")) {
      flags.add("-XX:ActiveProcessorCount=" + (int) Math.ceil(resources.cpu()));
    }
    if (!sets(own, "ExitOnOutOfMemoryError", "CrashOnOutOfMemoryError")) {
      flags.add("-XX:+ExitOnOutOfMemoryError");
    }
    return flags;
  }

  /** What the specification, or what the platform inherited, tells every JVM. */
  static String options(Map<String, String> env) {
    return OPTIONS.stream()
        .map(name -> env.getOrDefault(name, ""))
        .filter(text -> !text.isBlank())
        .collect(Collectors.joining(" "));
  }

  static boolean sets(String options, String... flags) {
    return Stream.of(flags).anyMatch(options::contains);
  }

  private static long heap(long memory) {
    long rest = Math.clamp((long) (memory * REST_SHARE), LEAST_REST, MOST_REST);
    return Math.max(LEAST_HEAP, memory - Math.min(rest, memory / 2));
  }

  /** {@code -XX:+UseZGC} and its like. */
  private static boolean choosesCollector(String options) {
    return options.matches("(?s).*-XX:[+]Use\\w*GC\\b.*");
  }

  private static long mebibytes(long bytes) {
    return bytes / MEBIBYTE;
  }
}

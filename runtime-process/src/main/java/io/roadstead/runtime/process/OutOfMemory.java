package io.roadstead.runtime.process;

import io.roadstead.rollout.Exit;
import io.roadstead.rollout.Resources;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Recognises that an instance ended for want of memory, and says so: with the limit, what it had,
 * and what to do.
 */
final class OutOfMemory {
  /** {@code -XX:+ExitOnOutOfMemoryError}. */
  private static final int JVM_EXIT = 3;

  private static final long MEBIBYTE = 1L << 20;
  private static final Pattern ERROR =
      Pattern.compile("java\\.lang\\.OutOfMemoryError(?:: (?<what>[^|\\r\\n]{1,100}))?");

  private OutOfMemory() {}

  /**
   * For a sentence; "" where it ended for another reason.
   *
   * @param kills how often the kernel killed something of it at its limit
   * @param peakBytes the most that it had, or 0
   * @param lastLines that it wrote
   */
  static String explain(
      String service,
      Exit exit,
      Resources resources,
      List<String> flags,
      long kills,
      long peakBytes,
      List<String> lastLines) {
    long limit = resources.memoryBytes();
    if (kills > 0) {
      return "out of memory: the kernel killed it at its limit, resources.memory "
          + mebibytes(limit)
          + (peakBytes > 0 ? " (it had " + mebibytes(peakBytes) + ")" : "")
          + "; "
          + raise(service, limit);
    }
    Optional<String> error = lastLines.reversed().stream().flatMap(OutOfMemory::error).findFirst();
    boolean failed = exit.code().isPresent() && exit.code().getAsInt() != 0;
    if (error.isEmpty() || !(failed || exit.code().isEmpty())) {
      return "";
    }
    String what = error.get();
    boolean heap = what.isEmpty() || what.contains("heap") || what.contains("GC overhead");
    String bound = heap ? flag(flags, "-Xmx") : flag(flags, "-XX:MaxMetaspaceSize=");
    boolean said = !bound.isEmpty() && (heap || what.contains("Metaspace"));
    return "out of memory"
        + (what.isEmpty() ? "" : ": " + what)
        + (exit.code().orElse(0) == JVM_EXIT ? ", at which the JVM ends" : "")
        + (said
            ? "; of resources.memory "
                + mebibytes(limit)
                + " the "
                + (heap ? "heap" : "metaspace")
                + " may have "
                + bound
            : "")
        + "; "
        + (limit > 0
            ? raise(service, limit)
            : "give it more memory with roadstead scale " + service + " --memory SIZE")
        + ", or look for a leak";
  }

  private static Stream<String> error(String line) {
    Matcher matcher = ERROR.matcher(line);
    return matcher.find()
        ? Stream.of(Optional.ofNullable(matcher.group("what")).orElse("").trim())
        : Stream.empty();
  }

  private static String raise(String service, long limit) {
    return "raise it with roadstead scale " + service + " --memory " + quantity(2 * limit);
  }

  /** {@code 64 MiB} of {@code -Xmx64m}. */
  private static String flag(List<String> flags, String name) {
    return flags.stream()
        .filter(flag -> flag.startsWith(name))
        .map(flag -> flag.substring(name.length()).replaceFirst("m$", " MiB"))
        .findFirst()
        .orElse("");
  }

  private static String mebibytes(long bytes) {
    return bytes % MEBIBYTE == 0 || bytes > 64 * MEBIBYTE
        ? bytes / MEBIBYTE + " MiB"
        : String.format(Locale.ROOT, "%.1f MiB", bytes / (double) MEBIBYTE);
  }

  private static String quantity(long bytes) {
    return Math.max(1, bytes / MEBIBYTE) + "Mi";
  }
}

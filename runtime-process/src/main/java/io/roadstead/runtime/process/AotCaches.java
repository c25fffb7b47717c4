package io.roadstead.runtime.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Ahead-of-time caches of jars, beside the artifacts that they are of: {@code
 * artifacts/DIGEST/KEY.aot}.
 *
 * <p>A cache serves exactly the jar and the JDK that it was made with, and much the same flags. All
 * that has a say is in its key, the jar's path and time too: so a JDK that is upgraded, or a data
 * directory that is moved, finds no cache and gets a new one, and a wrong one is never tried. The
 * JVM checks again, and does without what it does not like. Safe from any thread; blocks.
 */
final class AotCaches {
  private static final int LEAST_JDK = 25;
  private static final int KEPT = 3;
  private static final String SUFFIX = ".aot";
  private static final Pattern VERSION = Pattern.compile("(?m)^JAVA_VERSION=\"?(\\d+)");

  /** Options with which a cache is void, or somebody else's affair. */
  private static final String[] OTHERS = {
    "AOTCache",
    "AOTMode",
    "AOTConfiguration",
    "SharedArchiveFile",
    "ArchiveClassesAtExit",
    "-Xshare",
    "-javaagent",
    "-agentlib",
    "-agentpath",
    "-agentlib",
    "-Xbootclasspath"
  };

  private final String jdk;

  /**
   * @param java the executable that runs jars
   */
  AotCaches(Path java) {
    this.jdk = identity(java);
  }

  /** Whether the JDK can make and use caches. */
  boolean supported() {
    return !jdk.isEmpty();
  }

  /**
   * Where the cache of a jar is or would be; nothing where it can have none.
   *
   * @param artifact what the jar comes from
   * @param jar the one that is run
   * @param flags of its JVM
   * @param options that its JVM finds in its environment
   */
  Optional<Path> place(Path artifact, Path jar, List<String> flags, String options) {
    if (!supported() || JvmFlags.sets(options, OTHERS)) {
      return Optional.empty();
    }
    try {
      var key = new StringBuilder(jdk);
      key.append('\n').append(jar.toAbsolutePath());
      key.append('\n').append(Files.size(jar));
      key.append('\n').append(Files.getLastModifiedTime(jar));
      key.append('\n').append(options);
      flags.stream().filter(flag -> flag.startsWith("-XX:+Use")).forEach(key.append('\n')::append);
      return Optional.of(ExtractedJars.folder(artifact).resolve(digest(key.toString()) + SUFFIX));
    } catch (IOException _) {
      return Optional.empty(); // the jar is going
    }
  }

  /** Deletes an artifact's oldest caches, this one not among them. */
  static void prune(Path kept) throws IOException {
    List<Path> caches = new ArrayList<>();
    Path folder = kept.toAbsolutePath().getParent();
    if (folder == null) {
      return;
    }
    try (var files = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
      files.forEach(caches::add);
    }
    caches.remove(kept.toAbsolutePath());
    caches.sort(Comparator.comparingLong(AotCaches::age).reversed());
    for (Path old : caches.subList(Math.min(KEPT - 1, caches.size()), caches.size())) {
      Files.deleteIfExists(old);
    }
  }

  private static long age(Path file) {
    try {
      return Files.getLastModifiedTime(file).toMillis();
    } catch (IOException _) {
      return 0;
    }
  }

  /** What tells one build of the JDK from another; "" where it has no such caches. */
  private static String identity(Path java) {
    try {
      Path real = java.toRealPath();
      Path home = real.resolveSibling("..").normalize();
      String release = Files.readString(home.resolve("release"));
      Matcher version = VERSION.matcher(release);
      boolean can = version.find() && Integer.parseInt(version.group(1)) >= LEAST_JDK;
      return can ? real + "\n" + release : "";
    } catch (IOException | NumberFormatException _) {
      return ""; // no whole JDK: then starts are as they are
    }
  }

  private static String digest(String text) {
    try {
      byte[] all =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(all, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}

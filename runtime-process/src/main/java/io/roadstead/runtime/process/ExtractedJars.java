package io.roadstead.runtime.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Spring Boot jars, each extracted once, beside the artifact that it comes from: what is made of
 * {@code artifacts/DIGEST.jar} lies in {@code artifacts/DIGEST/}, and goes with it.
 *
 * <p>An extraction appears under its name as a whole. Its list of files, with their sizes, is
 * looked at once in each life of the platform: after a loss of power a file may be there and empty.
 * Whatever goes wrong, the jar can be run as it is. Safe from any thread; of one artifact one
 * thread extracts, and the others wait for it.
 */
final class ExtractedJars {
  private static final Logger log = LoggerFactory.getLogger(ExtractedJars.class);
  private static final String THIN = "app.jar";
  private static final String LIST = "files";

  private final Map<Path, Path> runnable = new ConcurrentHashMap<>();

  /** Where what is made of an artifact is kept. */
  static Path folder(Path artifact) {
    String name = String.valueOf(artifact.getFileName());
    return artifact.resolveSibling(name.replaceFirst("\\.jar$", ""));
  }

  /** The jar to run instead of this one; this one, where there is nothing to extract. */
  Path of(Path artifact) {
    Path known = runnable.get(artifact);
    if (known != null && Files.isRegularFile(known)) {
      return known;
    }
    runnable.keySet().removeIf(kept -> !Files.exists(kept)); // as many as there are artifacts
    runnable.remove(artifact);
    return runnable.computeIfAbsent(artifact, ExtractedJars::extracted);
  }

  private static Path extracted(Path artifact) {
    try {
      if (!SpringBootJar.extractable(artifact)) {
        return artifact;
      }
      Path place = folder(artifact).resolve("app");
      if (!whole(place)) {
        Files.createDirectories(folder(artifact));
        Folders.delete(place);
        extract(artifact, place);
      }
      return place.resolve(THIN);
    } catch (IOException | RuntimeException e) {
      log.warn(
          "{} could not be extracted and is run as it is, which takes longer to start ({}); check"
              + " the free disk",
          artifact,
          e.toString());
      return artifact;
    }
  }

  private static void extract(Path artifact, Path place) throws IOException {
    Path part = place.resolveSibling("app.part");
    Folders.delete(part);
    try {
      Files.createDirectory(part);
      SpringBootJar.extract(artifact, part, THIN);
      Files.write(part.resolve(LIST), list(part));
      Files.move(part, place, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Folders.delete(part);
    }
  }

  private static boolean whole(Path place) throws IOException {
    try {
      List<String> expected = Files.readAllLines(place.resolve(LIST));
      return !expected.isEmpty() && expected.equals(list(place));
    } catch (NoSuchFileException _) {
      return false;
    }
  }

  /** {@code SIZE PATH} of each file but the list itself, in order. */
  private static List<String> list(Path place) throws IOException {
    var lines = new ArrayList<String>();
    try (var files = Files.walk(place)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        String name = place.relativize(file).toString();
        if (!name.equals(LIST)) {
          lines.add(Files.size(file) + " " + name);
        }
      }
    }
    return lines;
  }
}

package io.roadstead.runtime.process;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.jspecify.annotations.Nullable;

/**
 * Extracts a Spring Boot jar into what {@code java -Djarmode=tools -jar app.jar extract} makes of
 * it: a thin jar with the application's own classes, whose manifest names the libraries, and the
 * libraries beside it in {@code lib/}. So the JVM itself loads the classes, not Spring's loader of
 * jars in jars, and only such classes can come from a cache.
 *
 * <p>Read from the layout, which has been the same since Spring Boot 2: it takes a tenth of the
 * time of a JVM of its own, and works for versions that have no such mode. The libraries keep their
 * order and their times.
 */
final class SpringBootJar {
  private static final String CLASSES = "BOOT-INF/classes/";
  private static final String LIBRARIES = "BOOT-INF/lib/";
  private static final String META = "META-INF/";
  private static final String LAUNCHER = "JarLauncher";
  private static final Attributes.Name START_CLASS = new Attributes.Name("Start-Class");
  private static final Attributes.Name INDEX = new Attributes.Name("Spring-Boot-Classpath-Index");

  /** What zip bombs are made of; Spring's own jars are far below. */
  private static final long MOST_BYTES = 4L << 30;

  private SpringBootJar() {}

  /**
   * Whether it can be extracted: it has the layout and is started by the ordinary launcher. One
   * with another (a PropertiesLauncher, which adds to the class path at each start) is run as is.
   */
  static boolean extractable(Path jar) throws IOException {
    try (var file = new JarFile(jar.toFile(), false)) {
      Manifest manifest = file.getManifest();
      if (manifest == null) {
        return false;
      }
      Attributes main = manifest.getMainAttributes();
      String launcher = main.getValue(Attributes.Name.MAIN_CLASS);
      return launcher != null
          && launcher.startsWith("org.springframework.boot.loader.")
          && launcher.endsWith("." + LAUNCHER)
          && main.getValue(START_CLASS) != null
          && file.getEntry(CLASSES) != null;
    }
  }

  /**
   * Extracts into a folder that is there and empty.
   *
   * @param thin the name for the application's own jar
   */
  static void extract(Path jar, Path folder, String thin) throws IOException {
    try (var file = new JarFile(jar.toFile(), false)) {
      List<JarEntry> libraries = libraries(file);
      Manifest manifest = manifest(file, libraries);
      long written = 0;
      Files.createDirectories(folder.resolve("lib"));
      for (JarEntry library : libraries) {
        written = bounded(written, library, jar);
        Path target = folder.resolve("lib").resolve(name(library));
        try (InputStream in = file.getInputStream(library)) {
          Files.copy(in, target);
        }
        Files.setLastModifiedTime(target, time(library));
      }
      Path application = folder.resolve(thin);
      try (var out =
          new JarOutputStream(
              new BufferedOutputStream(Files.newOutputStream(application)), manifest)) {
        written = copyApplication(jar, file, out, written);
      }
      @Nullable ZipEntry classes = file.getEntry(CLASSES);
      if (classes != null) {
        Files.setLastModifiedTime(application, time(classes));
      }
    }
  }

  private static long copyApplication(Path jar, JarFile file, JarOutputStream out, long before)
      throws IOException {
    long written = before;
    var names = new HashSet<String>();
    for (JarEntry entry : file.stream().toList()) {
      String name = applicationName(entry.getName());
      if (name.isEmpty() || !names.add(name)) {
        continue;
      }
      written = bounded(written, entry, jar);
      var copy = new JarEntry(name);
      copy.setLastModifiedTime(time(entry));
      out.putNextEntry(copy);
      if (!entry.isDirectory()) {
        try (InputStream in = file.getInputStream(entry)) {
          long _ = in.transferTo(out);
        }
      }
      out.closeEntry();
    }
    return written;
  }

  /** What an entry is called in the thin jar; "" where it has no place there. */
  private static String applicationName(String name) {
    if (name.startsWith(CLASSES)) {
      return name.substring(CLASSES.length());
    }
    boolean theirs =
        name.equals(META)
            || name.equalsIgnoreCase(JarFile.MANIFEST_NAME)
            || name.equals("META-INF/INDEX.LIST")
            // The loader's own file system for jars in jars.
            || name.equals("META-INF/services/java.nio.file.spi.FileSystemProvider")
            || Stream.of(".SF", ".RSA", ".DSA", ".EC").anyMatch(name::endsWith);
    return name.startsWith(META) && !theirs ? name : "";
  }

  /** In the order of the index, where there is one; else in that of the jar. */
  private static List<JarEntry> libraries(JarFile file) throws IOException {
    var libraries = new ArrayList<JarEntry>();
    Set<String> names = new HashSet<>();
    for (String line : index(file)) {
      // - "BOOT-INF/lib/a.jar"
      String name = line.replaceFirst("^- *", "").replace("\"", "").trim();
      @Nullable JarEntry entry = file.getJarEntry(name);
      if (entry != null && isLibrary(name) && names.add(name(entry))) {
        libraries.add(entry);
      }
    }
    for (JarEntry entry : file.stream().toList()) {
      if (isLibrary(entry.getName()) && names.add(name(entry))) {
        libraries.add(entry);
      }
    }
    return libraries;
  }

  private static List<String> index(JarFile file) throws IOException {
    String place = file.getManifest().getMainAttributes().getValue(INDEX);
    @Nullable ZipEntry entry = place == null ? null : file.getEntry(place);
    if (entry == null) {
      return List.of();
    }
    try (InputStream in = file.getInputStream(entry)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
  }

  /** A file right in the folder; so no name leads out of where it is extracted to. */
  private static boolean isLibrary(String name) {
    return name.startsWith(LIBRARIES)
        && name.endsWith(".jar")
        && name.indexOf('/', LIBRARIES.length()) < 0
        && name.indexOf('\\') < 0;
  }

  private static String name(ZipEntry library) {
    return library.getName().substring(LIBRARIES.length());
  }

  private static Manifest manifest(JarFile file, List<JarEntry> libraries) throws IOException {
    var manifest = new Manifest(file.getManifest());
    Attributes main = manifest.getMainAttributes();
    main.put(Attributes.Name.MAIN_CLASS, main.getValue(START_CLASS));
    Set<Object> theirs = new HashSet<>(main.keySet());
    theirs.removeIf(name -> !name.toString().startsWith("Spring-Boot-") || name.equals(VERSION));
    main.keySet().removeAll(theirs);
    main.remove(START_CLASS);
    main.put(
        Attributes.Name.CLASS_PATH,
        String.join(" ", libraries.stream().map(l -> "lib/" + inUrl(name(l))).toList()));
    return manifest;
  }

  private static final Attributes.Name VERSION = new Attributes.Name("Spring-Boot-Version");

  /** The class path of a manifest is made of relative URLs. */
  private static String inUrl(String name) {
    return name.replace("%", "%25").replace(" ", "%20").replace("#", "%23").replace("?", "%3F");
  }

  private static long bounded(long written, ZipEntry entry, Path jar) throws IOException {
    long after = written + Math.max(0, entry.getSize());
    if (after > MOST_BYTES) {
      throw new IOException("what is in " + jar + " has more than " + (MOST_BYTES >> 30) + " GiB");
    }
    return after;
  }

  private static FileTime time(ZipEntry entry) {
    @Nullable FileTime time = entry.getLastModifiedTime();
    return time == null ? FileTime.from(Instant.EPOCH) : time;
  }
}

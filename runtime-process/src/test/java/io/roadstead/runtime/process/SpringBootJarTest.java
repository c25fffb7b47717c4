package io.roadstead.runtime.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.rollout.Source;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpringBootJarTest {
  private static final LocalDateTime BUILT = LocalDateTime.of(2026, 11, 1, 12, 30);

  @TempDir Path data;

  /** What runs from the extracted jar: it tells of a resource in a library. */
  public static final class Application {
    private Application() {}

    public static void main(String[] args) throws IOException {
      try (InputStream word = Application.class.getResourceAsStream("/word.txt")) {
        System.out.println(
            "says "
                + (word == null ? "" : new String(word.readAllBytes(), StandardCharsets.UTF_8)));
      }
      System.out.println("path " + System.getProperty("java.class.path"));
    }
  }

  @Test
  void isExtractedToAThinJarThatNamesItsLibrariesInTheOrderOfTheIndex() throws Exception {
    Path fat = fat("JarLauncher");
    Path folder = Files.createDirectory(data.resolve("out"));
    assertThat(SpringBootJar.extractable(fat)).isTrue();
    SpringBootJar.extract(fat, folder, "app.jar");

    try (var thin = new JarFile(folder.resolve("app.jar").toFile())) {
      var main = thin.getManifest().getMainAttributes();
      assertThat(main.getValue("Main-Class")).isEqualTo(Application.class.getName());
      assertThat(main.getValue("Class-Path")).isEqualTo("lib/z.jar lib/a%20b.jar");
      assertThat(main.getValue("Implementation-Version")).isEqualTo("1");
      assertThat(main.getValue("Start-Class")).isNull();
      assertThat(main.getValue("Spring-Boot-Classpath-Index")).isNull();
      assertThat(thin.stream().map(ZipEntry::getName))
          .contains("application.yaml", "META-INF/sbom/a.json")
          .doesNotContain(
              "META-INF/BOOT.SF", "META-INF/services/java.nio.file.spi.FileSystemProvider")
          .noneMatch(name -> name.contains("loader") || name.contains("BOOT-INF"));
    }
    assertThat(folder.resolve("lib")).isDirectoryContaining("glob:**z.jar");
    assertThat(Files.getLastModifiedTime(folder.resolve("lib/z.jar")))
        .isEqualTo(entry("x").getLastModifiedTime());
  }

  @Test
  void isLeftAloneWhereItsLauncherIsAnother() throws Exception {
    assertThat(SpringBootJar.extractable(fat("PropertiesLauncher"))).isFalse();
  }

  @Test
  void runsAsAnInstanceFromWhatWasExtractedOnce() throws Exception {
    try (var bench = new Bench(data)) {
      Path artifacts = Files.createDirectories(data.resolve("artifacts"));
      Path artifact = artifacts.resolve("d1.jar");
      Files.copy(fat("JarLauncher"), artifact);
      bench.artifacts.put("d1", artifact);
      var source = new Source.Artifact("d1");
      var first = bench.start(source, Map.of());
      assertThat(first.exited().join().code()).hasValue(0);
      assertThat(first.lastLogLines(5))
          .contains("says hello", "path " + artifacts.resolve("d1/app/app.jar"));

      // A file that was lost with the power is noticed in the next life of the platform.
      Files.write(artifacts.resolve("d1/app/lib/z.jar"), new byte[0]);
      try (var next = new Bench(data)) {
        next.artifacts.put("d1", artifact);
        var second = next.start(source, Map.of());
        assertThat(second.exited().join().code()).hasValue(0);
        assertThat(second.lastLogLines(5)).contains("says hello");
      }
    }
  }

  /** A jar with the layout of Spring Boot's; its launcher is a name only. */
  private Path fat(String launcher) throws IOException {
    var manifest = new Manifest();
    var main = manifest.getMainAttributes();
    main.putValue("Manifest-Version", "1.0");
    main.putValue("Main-Class", "org.springframework.boot.loader.launch." + launcher);
    main.putValue("Start-Class", Application.class.getName());
    main.putValue("Implementation-Version", "1");
    main.putValue("Spring-Boot-Version", "4.0.7");
    main.putValue("Spring-Boot-Classes", "BOOT-INF/classes/");
    main.putValue("Spring-Boot-Lib", "BOOT-INF/lib/");
    main.putValue("Spring-Boot-Classpath-Index", "BOOT-INF/classpath.idx");
    String path = Application.class.getName().replace('.', '/') + ".class";
    byte[] code;
    try (InputStream in = Application.class.getClassLoader().getResourceAsStream(path)) {
      code = in == null ? new byte[0] : in.readAllBytes();
    }
    Map<String, byte[]> entries = new LinkedHashMap<>();
    entries.put("META-INF/services/java.nio.file.spi.FileSystemProvider", text("x"));
    entries.put("META-INF/BOOT.SF", text(""));
    entries.put("META-INF/sbom/a.json", text("{}"));
    entries.put("org/springframework/boot/loader/launch/JarLauncher.class", text(""));
    entries.put("BOOT-INF/classes/", text(""));
    entries.put("BOOT-INF/classes/application.yaml", text("a: b"));
    entries.put("BOOT-INF/classes/" + path, code);
    entries.put("BOOT-INF/lib/a b.jar", library("word.txt", "shadowed"));
    entries.put("BOOT-INF/lib/z.jar", library("word.txt", "hello"));
    entries.put("BOOT-INF/lib/../../../evil.jar", text("not a library"));
    entries.put(
        "BOOT-INF/classpath.idx", text("- \"BOOT-INF/lib/z.jar\"\n- \"BOOT-INF/lib/a b.jar\"\n"));
    Path jar = data.resolve("fat-" + launcher + ".jar");
    try (OutputStream out = Files.newOutputStream(jar);
        var zip = new JarOutputStream(out, manifest)) {
      for (var each : entries.entrySet()) {
        zip.putNextEntry(entry(each.getKey()));
        zip.write(each.getValue());
      }
    }
    return jar;
  }

  private static JarEntry entry(String name) {
    var entry = new JarEntry(name);
    entry.setTimeLocal(BUILT);
    return entry;
  }

  private static byte[] library(String name, String content) throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var zip = new ZipOutputStream(bytes)) {
      zip.putNextEntry(entry(name));
      zip.write(text(content));
    }
    return bytes.toByteArray();
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}

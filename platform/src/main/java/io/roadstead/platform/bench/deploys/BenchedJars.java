package io.roadstead.platform.bench.deploys;

import io.roadstead.platform.Refused;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** Jars of {@link BenchedService}, each with other bytes. Safe from any thread. */
final class BenchedJars {
  private static final String ENTRY = BenchedService.class.getName().replace('.', '/') + ".class";

  private final Path directory;
  private final byte[] program;

  BenchedJars(Path directory) {
    this.directory = directory;
    try (InputStream in = BenchedService.class.getResourceAsStream("/" + ENTRY)) {
      if (in == null) {
        throw Refused.because("the service of the benchmark is missing from this build");
      }
      program = in.readAllBytes();
    } catch (IOException e) {
      throw Refused.because("the service of the benchmark cannot be read: " + e.getMessage());
    }
  }

  /** The jar of this name; the same name gives the same bytes but for their times. */
  Path jar(String name) {
    Path jar = directory.resolve(name + ".jar");
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, BenchedService.class.getName());
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
      out.putNextEntry(new JarEntry(ENTRY));
      out.write(program);
      out.putNextEntry(new JarEntry("release"));
      out.write(name.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw Refused.because("the jar " + jar + " cannot be written: " + e.getMessage());
    }
    return jar;
  }
}

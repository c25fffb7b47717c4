package io.roadstead.runtime.process;

import io.roadstead.rollout.LaunchFailed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;

/**
 * What can be seen in a jar without running it.
 *
 * @param spring whether it is a Spring application
 * @param actuator whether Spring Boot's actuator is on its class path
 */
record Jar(Path path, boolean spring, boolean actuator) {

  /**
   * Looks into the jar.
   *
   * @throws LaunchFailed when it cannot be run
   */
  static Jar inspect(Path path) throws LaunchFailed {
    if (!Files.isRegularFile(path)) {
      throw new LaunchFailed(
          "the jar " + path + " is not there; deploy the service again with --jar FILE");
    }
    try (var jar = new JarFile(path.toFile(), false)) {
      Manifest manifest = jar.getManifest();
      if (manifest == null
          || manifest.getMainAttributes().getValue(Attributes.Name.MAIN_CLASS) == null) {
        throw new LaunchFailed(
            "the jar "
                + path
                + " has no Main-Class in its manifest; build an executable jar, or deploy it with"
                + " --command \"java -cp … MainClass\"");
      }
      boolean spring = false;
      boolean actuator = false;
      for (var entries = jar.entries(); entries.hasMoreElements(); ) {
        ZipEntry entry = entries.nextElement();
        String name = entry.getName();
        spring |= name.startsWith("BOOT-INF/") || name.startsWith("META-INF/spring");
        actuator |=
            name.startsWith("BOOT-INF/lib/spring-boot-actuator")
                || name.startsWith("org/springframework/boot/actuate/");
      }
      return new Jar(path, spring, actuator);
    } catch (IOException e) {
      throw new LaunchFailed(
          "the jar "
              + path
              + " cannot be read as a jar ("
              + e.getMessage()
              + "); build it anew and deploy it again");
    }
  }
}

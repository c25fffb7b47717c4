package io.roadstead.store;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** A small file system of its own, where this user may mount one; else the test is skipped. */
final class SmallDisk implements AutoCloseable {
  private final Path path;

  private SmallDisk(Path path) {
    this.path = path;
  }

  static SmallDisk at(Path path, String size) throws IOException {
    Files.createDirectories(path);
    boolean mounted =
        run("mount", "-t", "tmpfs", "-o", "size=" + size, "roadstead-test", path.toString());
    Assumptions.assumeTrue(mounted, "skipped: a small disk cannot be mounted by this user");
    return new SmallDisk(path);
  }

  Path path() {
    return path;
  }

  /** Writes until nothing more fits. */
  void fill() throws IOException {
    byte[] piece = new byte[4096];
    try (OutputStream out = Files.newOutputStream(path.resolve("ballast"))) {
      while (true) {
        out.write(piece);
      }
    } catch (IOException e) {
      // full, as it was to be
    }
  }

  void free() throws IOException {
    Files.deleteIfExists(path.resolve("ballast"));
  }

  void readOnly(boolean on) throws IOException {
    if (!run("mount", "-o", "remount," + (on ? "ro" : "rw"), path.toString())) {
      throw new IOException(path + " could not be mounted again");
    }
  }

  @Override
  public void close() throws IOException {
    boolean _ = run("umount", "-l", path.toString());
  }

  private static boolean run(String... command) {
    Process process;
    try {
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
    } catch (IOException e) {
      return false;
    }
    try {
      return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}

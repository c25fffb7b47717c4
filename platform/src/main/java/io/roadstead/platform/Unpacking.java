package io.roadstead.platform;

import java.nio.file.Path;

/**
 * Where libraries put what they unpack: inside the data directory, never in the machine's temporary
 * folder. It is read when their classes are loaded, so it is said before any of them is.
 */
final class Unpacking {
  private Unpacking() {}

  static void into(Path natives, Path temporary) {
    System.setProperty("java.io.tmpdir", temporary.toString());
    System.setProperty("io.netty.tmpdir", temporary.toString());
    System.setProperty("io.netty.native.workdir", natives.toString());
    System.setProperty("org.sqlite.tmpdir", natives.toString());
    nothingOfVertx(temporary);
  }

  /** Where there is no data directory: a gateway on its own unpacks Netty's library alone. */
  static void nothingOfVertx(Path temporary) {
    System.setProperty("vertx.disableFileCPResolving", "true");
    System.setProperty("vertx.disableFileCaching", "true");
    System.setProperty("vertx.cacheDirBase", temporary.toString());
    System.setProperty("vertx.disableDnsResolver", "true");
    System.setProperty("vertx.disableTCCL", "true");
  }
}

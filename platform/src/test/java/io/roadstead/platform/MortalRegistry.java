package io.roadstead.platform;

import java.nio.file.Path;

/** A platform without services and gateway in a process of its own, to be killed. */
final class MortalRegistry {
  private MortalRegistry() {}

  /** Says where it listens, and ends with its standard input. */
  public static void main(String[] arguments) throws Exception {
    Platform platform =
        Platform.start(PlatformConfig.local(Path.of(arguments[0])).withoutGateway());
    System.out.println(platform.control());
    while (System.in.read() >= 0) {
      // until the test ends it
    }
    Runtime.getRuntime().halt(0);
  }
}

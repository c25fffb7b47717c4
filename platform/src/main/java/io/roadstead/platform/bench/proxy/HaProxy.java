package io.roadstead.platform.bench.proxy;

import io.roadstead.platform.demo.stage.Child;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** HAProxy with the settings that it needs to show its best: one thread, kept connections. */
public final class HaProxy {
  private final Pinned pinned;
  private final Path program;
  private final String version;

  /** Refused, with the package's name, where it is not installed. */
  public HaProxy(Pinned pinned) throws InterruptedException {
    this.pinned = pinned;
    this.program = Tool.need("haproxy", "haproxy");
    this.version = Tool.version(program, "-v").replaceAll("HAProxy version (\\S+).*", "$1");
  }

  public String version() {
    return version;
  }

  /**
   * Starts one.
   *
   * @param backend what stands in {@code backend}, a line each: {@code server} and the method
   */
  public Child start(String name, String core, int port, List<String> backend) throws IOException {
    Path file = pinned.folder().resolve(name + ".cfg");
    Files.writeString(
        file,
        """
        global
          nbthread 1
          maxconn 9000
        defaults
          mode http
          timeout client 60s
          timeout server 60s
          timeout connect 5s
          timeout http-keep-alive 60s
          http-reuse always
        frontend f
          bind 127.0.0.1:%d
          default_backend b
        backend b
          %s
        """
            .formatted(port, String.join("\n  ", backend)));
    return pinned.startKept(name, core, List.of(program.toString(), "-db", "-f", file.toString()));
  }
}

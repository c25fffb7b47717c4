package io.roadstead.platform.bench.proxy;

import io.roadstead.platform.demo.stage.Child;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** nginx with the settings that it needs to show its best: one worker, no access log. */
public final class Nginx {
  private final Pinned pinned;
  private final Path program;
  private final String version;

  /** Refused, with the package's name, where it is not installed. */
  public Nginx(Pinned pinned) throws InterruptedException {
    this.pinned = pinned;
    this.program = Tool.need("nginx", "nginx-light");
    this.version = Tool.version(program, "-v").replaceAll(".*/", "");
  }

  public String version() {
    return version;
  }

  /**
   * A server before one upstream, with kept connections to it.
   *
   * @param upstream what stands in {@code upstream}: {@code server} lines and the method
   * @param more directives
   */
  public static String proxy(int port, String upstream, String more) {
    return """
    %s upstream o { %s keepalive 512; keepalive_requests 100000000; }
      server { listen 127.0.0.1:%d backlog=4096;
        location / { proxy_pass http://o; proxy_http_version 1.1; proxy_set_header Connection "";
          proxy_request_buffering off; } }
    """
        .formatted(more, upstream, port);
  }

  /**
   * Starts one.
   *
   * @param servers what stands in {@code http}
   */
  public Child start(String name, String core, String servers) throws IOException {
    Path folder = pinned.folder();
    Path at = folder.resolve(name);
    String user = System.getProperty("user.name").equals("root") ? "user root root; " : "";
    Path file = folder.resolve(name + ".conf");
    Files.writeString(
        file,
        """
        %sworker_processes 1; daemon off; pid %s.pid; error_log %s.err; worker_rlimit_nofile 20000;
        events { worker_connections 19000; }
        http {
          access_log off; keepalive_requests 100000000; keepalive_timeout 300s; tcp_nodelay on;
          client_max_body_size 0; client_body_temp_path %s.body; proxy_temp_path %s.proxy;
          fastcgi_temp_path %s.fastcgi; uwsgi_temp_path %s.uwsgi; scgi_temp_path %s.scgi;
          %s
        }
        """
            .formatted(user, at, at, at, at, at, at, at, servers));
    return pinned.startKept(
        name,
        core,
        List.of(
            program.toString(), "-c", file.toString(), "-p", folder.toString(), "-e", at + ".err"));
  }
}

package io.roadstead.gateway.grid;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Another gateway, as a process of its own before the same origin, with no more than it needs. */
public final class Peer implements AutoCloseable {
  private static final Pattern VERSION = Pattern.compile("(\\d+\\.\\d+\\.\\d+)");

  private final String name;
  private final InetSocketAddress address;
  private final Process process;

  private Peer(String name, InetSocketAddress address, Process process) {
    this.name = name;
    this.address = address;
    this.process = process;
  }

  /** With its version. */
  public String name() {
    return name;
  }

  public InetSocketAddress address() {
    return address;
  }

  /** Nothing where it is not installed. */
  public static Optional<Peer> nginx(int origin, Path directory) {
    return installed("nginx")
        .map(
            program -> {
              InetSocketAddress at = freePort();
              String config =
                  """
                  daemon off;
                  worker_processes 1;
                  pid %1$s/nginx.pid;
                  error_log %1$s/nginx.log;
                  events { worker_connections 256; }
                  http {
                    access_log off;
                    client_body_temp_path %1$s/body;
                    proxy_temp_path %1$s/proxy;
                    fastcgi_temp_path %1$s/fastcgi;
                    uwsgi_temp_path %1$s/uwsgi;
                    scgi_temp_path %1$s/scgi;
                    server {
                      listen 127.0.0.1:%2$d;
                      server_name h;
                      location / {
                        proxy_pass http://127.0.0.1:%3$d;
                        proxy_http_version 1.1;
                        proxy_set_header Host $host;
                        proxy_set_header Connection "";
                      }
                    }
                  }
                  """
                      .formatted(directory, at.getPort(), origin);
              Path file = write(directory.resolve("nginx.conf"), config);
              return started(
                  "nginx " + version(program, "-v"),
                  at,
                  directory,
                  List.of(program, "-p", directory.toString(), "-c", file.toString()));
            });
  }

  /** Nothing where it is not installed. */
  public static Optional<Peer> haproxy(int origin, Path directory) {
    return installed("haproxy")
        .map(
            program -> {
              InetSocketAddress at = freePort();
              String config =
                  """
                  global
                    maxconn 256
                  defaults
                    mode http
                    timeout connect 1s
                    timeout client 10s
                    timeout server 10s
                  frontend clients
                    bind 127.0.0.1:%d
                    default_backend origins
                  backend origins
                    server origin 127.0.0.1:%d
                  """
                      .formatted(at.getPort(), origin);
              Path file = write(directory.resolve("haproxy.cfg"), config);
              return started(
                  "HAProxy " + version(program, "-v"),
                  at,
                  directory,
                  List.of(program, "-db", "-f", file.toString()));
            });
  }

  private static Optional<String> installed(String program) {
    return Stream.of("/usr/sbin/", "/usr/local/sbin/", "/usr/bin/", "/usr/local/bin/")
        .map(directory -> directory + program)
        .filter(path -> Files.isExecutable(Path.of(path)))
        .findFirst();
  }

  private static String version(String program, String flag) {
    try {
      Process asked = new ProcessBuilder(program, flag).redirectErrorStream(true).start();
      String said = new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      Matcher version = VERSION.matcher(said);
      return version.find() ? version.group(1) : "?";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path write(Path file, String text) {
    try {
      return Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static InetSocketAddress freePort() {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return new InetSocketAddress(InetAddress.getLoopbackAddress(), free.getLocalPort());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Peer started(
      String name, InetSocketAddress address, Path directory, List<String> command) {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(directory.resolve(name.replace(' ', '-') + ".out").toFile())
              .start();
      return new Peer(name, address, process);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether it takes connections by now. */
  public boolean listens() {
    try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}

package io.roadstead.platform.command;

import io.roadstead.platform.Platform;
import io.roadstead.platform.PlatformConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * A short life of everything, for the JDK to learn from: while it runs the JVM notes which classes
 * are loaded and what is hot, and keeps that in the ahead-of-time cache with which later lives
 * start. The launcher runs it once after a build.
 */
@Command(name = "rehearse", hidden = true, description = "Trains the launcher's cache.")
final class Rehearsal implements Callable<Integer> {
  private static final int REQUESTS = 300;

  @Parameters(index = "0", paramLabel = "DIR", description = "For its data; removed by the caller.")
  private Path directory = Path.of("rehearsal");

  @Override
  public Integer call() throws IOException, InterruptedException {
    PrintStream out = System.out;
    System.setOut(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
    try {
      rehearse();
    } finally {
      System.setOut(out);
    }
    return 0;
  }

  private void rehearse() throws IOException, InterruptedException {
    Files.createDirectories(directory);
    Path file = directory.resolve("roadstead.yaml");
    Files.writeString(
        file,
        """
        services:
          files:
            command: [%s, -Xshare:auto, -m, jdk.httpserver, -b, 127.0.0.1, -d, %s, -p, "${PORT}"]
            version: "1"
            routes: [ { path: /files } ]
            health: { path: /, interval: 100ms }
        """
            .formatted(
                Path.of(System.getProperty("java.home"), "bin", "java"),
                directory.toAbsolutePath()));
    int _ = Main.run("--help");
    try (Platform platform = Platform.start(PlatformConfig.local(directory.resolve("data")))) {
      String control = platform.control().toString();
      System.setProperty(Connection.TOKEN_FILE, platform.tokenFile().toString());
      int _ = Main.run("apply", "-f", file.toString(), "--control", control, "--wait");
      for (int i = 0; i < REQUESTS; i++) {
        ask("http://" + platform.gateway() + "/files/");
      }
      int _ = Main.run("restart", "files", "--control", control, "--wait");
      for (String reading : new String[] {"status", "instances", "routes", "events"}) {
        int _ = Main.run(reading, "--control", control);
        int _ = Main.run(reading, "-o", "json", "--control", control);
      }
      int _ = Main.run("history", "files", "--control", control);
      ask("http://" + control + "/metrics");
      ask("http://" + control + "/eureka/apps", "application/json");
      platform.stopServices();
    }
  }

  private static void ask(String url) throws IOException {
    ask(url, "*/*");
  }

  private static void ask(String url, String accept) throws IOException {
    HttpURLConnection connection = (HttpURLConnection) URI.create(url).toURL().openConnection();
    connection.setRequestProperty("Accept", accept);
    try (InputStream in =
        connection.getResponseCode() < 400
            ? connection.getInputStream()
            : connection.getErrorStream()) {
      if (in != null) {
        long _ = in.transferTo(OutputStream.nullOutputStream());
      }
    }
  }
}

package io.roadstead.it;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/**
 * A small service that answers with the word in its jar, and the jar it comes in. A word that
 * starts with {@code exit} makes it end at once instead, one that starts with {@code sick} never
 * healthy. {@code /who} is answered with its pid, after a tenth of a second.
 */
public final class EchoService {
  private static final long TENTH_OF_A_SECOND = 100_000_000;

  private EchoService() {}

  public static void main(String[] args) throws IOException {
    String word;
    try (InputStream in = EchoService.class.getResourceAsStream("/word")) {
      word = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    if (word.startsWith("exit")) {
      System.err.println("this version does not start: " + word);
      System.exit(3);
    }
    // Else it closes what goes beyond 200 without a word, and who writes to it then is not
    // answered.
    System.setProperty("sun.net.httpserver.maxIdleConnections", "100000");
    HttpServer server =
        HttpServer.create(
            new InetSocketAddress(
                InetAddress.getLoopbackAddress(), Integer.parseInt(System.getenv("PORT"))),
            256);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          String path = exchange.getRequestURI().getPath();
          boolean sick = word.startsWith("sick") && path.equals("/health");
          String said = word;
          if (path.equals("/who")) {
            LockSupport.parkNanos(TENTH_OF_A_SECOND);
            said = Long.toString(ProcessHandle.current().pid());
          }
          byte[] body = said.getBytes(StandardCharsets.UTF_8);
          boolean head = exchange.getRequestMethod().equals("HEAD");
          exchange.sendResponseHeaders(sick ? 503 : 200, head ? -1 : body.length);
          if (head) {
            exchange.close();
            return;
          }
          try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
          }
        });
    server.start();
    System.out.println("answers with " + word);
  }

  /** Writes the jar that answers with {@code word}. */
  public static Path jar(Path directory, String word) throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, EchoService.class.getName());
    Path jar = directory.resolve("echo-" + word + ".jar");
    String entry = EchoService.class.getName().replace('.', '/') + ".class";
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest);
        InputStream in = EchoService.class.getResourceAsStream("/" + entry)) {
      out.putNextEntry(new JarEntry(entry));
      in.transferTo(out);
      out.closeEntry();
      out.putNextEntry(new JarEntry("word"));
      out.write(word.getBytes(StandardCharsets.UTF_8));
      out.closeEntry();
    }
    return jar;
  }
}

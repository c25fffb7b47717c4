package io.roadstead.example.web;

import java.io.IOException;
import java.util.Map;

/** What all services of the shop do around their own work. */
public final class Service {
  private Service() {}

  /** Answers on the port that the environment names until SIGTERM, then finishes and returns. */
  public static void run(Map<String, String> environment, WebServer.Handler handler)
      throws IOException {
    int port = Integer.parseInt(environment.getOrDefault("PORT", "8000"));
    WebServer server = new WebServer(port, handler);
    Runtime.getRuntime().addShutdownHook(new Thread(server::close, "shutdown"));
    server.start();
    System.out.println("listening on 127.0.0.1:" + server.port());
    server.serve();
  }
}

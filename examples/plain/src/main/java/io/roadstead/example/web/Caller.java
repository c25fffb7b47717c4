package io.roadstead.example.web;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;

/** Calls other services through the gateway, over connections that the JDK keeps alive. */
public final class Caller {
  private static final int CONNECT_MILLIS = 2_000;
  private static final int READ_MILLIS = 9_000;

  private final String gateway;

  /**
   * @param gateway {@code http://host:port}
   */
  public Caller(String gateway) {
    this.gateway = gateway;
    // As many idle connections as there may be calls at once; the JDK keeps 5 by itself.
    System.setProperty("http.maxConnections", "256");
  }

  /** What a GET answers; anything but a 200 is an error that names the call and the status. */
  public String get(String path) throws IOException {
    HttpURLConnection call =
        (HttpURLConnection) URI.create(gateway + path).toURL().openConnection();
    call.setConnectTimeout(CONNECT_MILLIS);
    call.setReadTimeout(READ_MILLIS);
    int status = call.getResponseCode();
    try (InputStream body = status < 400 ? call.getInputStream() : call.getErrorStream()) {
      String text = body == null ? "" : new String(body.readAllBytes(), UTF_8);
      if (status != 200) {
        throw new IOException(path + " was answered " + status + ": " + text);
      }
      return text;
    }
  }
}

package io.roadstead.control;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import tools.jackson.databind.JsonNode;

/** Reads server-sent events from a plain socket, as a client in any language would. */
final class EventReader implements AutoCloseable {
  record ServerEvent(String name, String id, JsonNode data) {}

  private final Socket socket;
  private final BufferedReader lines;
  final int status;
  final Deque<String> head = new ArrayDeque<>();

  EventReader(int port, String path, String... headers) throws IOException {
    socket = new Socket();
    socket.setReceiveBufferSize(32 * 1024); // before it is connected, or it may grow
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    socket.setSoTimeout(20_000);
    StringBuilder request = new StringBuilder("GET " + path + " HTTP/1.0\r\nHost: localhost\r\n");
    for (String header : headers) {
      request.append(header).append("\r\n");
    }
    socket
        .getOutputStream()
        .write(request.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII));
    InputStream in = socket.getInputStream();
    lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8), 8192);
    for (String line = lines.readLine(); line != null && !line.isEmpty(); line = lines.readLine()) {
      head.add(line);
    }
    status = Integer.parseInt(head.getFirst().split(" ", -1)[1]);
  }

  /** The next event, of whatever name. */
  ServerEvent next() throws IOException {
    String name = "";
    String id = "";
    while (true) {
      String line = lines.readLine();
      if (line == null) {
        throw new IOException("the stream ended");
      }
      if (line.startsWith("event: ")) {
        name = line.substring(7);
      } else if (line.startsWith("id: ")) {
        id = line.substring(4);
      } else if (line.startsWith("data: ")) {
        return new ServerEvent(name, id, MemoryPlatform.json(line.substring(6)));
      }
    }
  }

  ServerEvent next(String name) throws IOException {
    ServerEvent event = next();
    while (!event.name().equals(name)) {
      event = next();
    }
    return event;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}

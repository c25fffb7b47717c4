package io.roadstead.it.outside;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * A service that waits for whoever is slow: {@code /large} is a large answer, and a request with a
 * body is answered when all of it is there.
 */
final class PatientService {
  static final int LARGE = 400_000;

  private static final byte[] PIECE = new byte[16 * 1024];
  private static final String LENGTH = "content-length:";

  private PatientService() {}

  /**
   * @param arguments the port
   */
  public static void main(String[] arguments) throws IOException {
    try (ServerSocket server =
        new ServerSocket(Integer.parseInt(arguments[0]), 4096, InetAddress.getLoopbackAddress())) {
      while (true) {
        Socket connection = server.accept();
        connection.setTcpNoDelay(true);
        Thread.ofVirtual().start(() -> serve(connection));
      }
    }
  }

  @SuppressWarnings("deprecation") // DataInputStream's lines are bytes, which heads are.
  private static void serve(Socket socket) {
    try (socket) {
      DataInputStream in =
          new DataInputStream(new BufferedInputStream(socket.getInputStream(), 512));
      OutputStream out = socket.getOutputStream();
      for (String asked = in.readLine(); asked != null; asked = in.readLine()) {
        long length = 0;
        for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
          if (line.toLowerCase(Locale.ROOT).startsWith(LENGTH)) {
            length = Long.parseLong(line.substring(LENGTH.length()).strip());
          }
        }
        in.skipNBytes(length);
        int size = asked.contains("/large") ? LARGE : 128;
        out.write(
            ("HTTP/1.1 200 OK\r\nContent-Length: " + size + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        for (int sent = 0; sent < size; sent += PIECE.length) {
          out.write(PIECE, 0, Math.min(PIECE.length, size - sent));
        }
      }
    } catch (IOException _) {
      // The client has gone, as slow ones do in the end.
    }
  }
}

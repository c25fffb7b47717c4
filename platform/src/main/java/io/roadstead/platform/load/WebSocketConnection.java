package io.roadstead.platform.load;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;

/** A WebSocket from a client's side, frame by frame: RFC 6455 section 5.2. */
public final class WebSocketConnection implements AutoCloseable {
  public static final int TEXT = 1;
  public static final int BINARY = 2;
  public static final int CLOSE = 8;

  private static final int FIN = 0x80;
  private static final int MASKED = 0x80;
  private static final int PATIENCE_MILLIS = 10_000;

  private final Socket socket;
  private final DataInputStream in;
  private final OutputStream out;

  /**
   * Connects and changes the protocol.
   *
   * @param name sent as {@code X-Connection}
   * @throws IOException where the answer is not 101
   */
  public WebSocketConnection(int port, String path, String name) throws IOException {
    this(port, path, name, "");
  }

  /**
   * Connects and changes the protocol.
   *
   * @param name sent as {@code X-Connection}
   * @param headers more lines of the request, each with its end, or ""
   * @throws IOException where the answer is not 101
   */
  public WebSocketConnection(int port, String path, String name, String headers)
      throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(PATIENCE_MILLIS);
    socket.setTcpNoDelay(true);
    in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 16));
    out = socket.getOutputStream();
    String ask =
        """
        GET %s HTTP/1.1
        Host: streams
        Connection: Upgrade
        Upgrade: websocket
        Sec-WebSocket-Version: 13
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==
        X-Connection: %s
        """
            .formatted(path, name);
    String whole = ask.replace("\n", "\r\n") + headers + "\r\n";
    out.write(whole.getBytes(StandardCharsets.US_ASCII));
    String answer = readHead();
    if (!answer.startsWith("HTTP/1.1 101 ")) {
      socket.close();
      throw new IOException("instead of 101: " + answer);
    }
  }

  private String readHead() throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int c = in.read();
      if (c < 0) {
        throw new EOFException("the connection ended in the head: " + head);
      }
      head.append((char) c);
    }
    return head.toString();
  }

  /** A frame as it came, its head included. */
  public record Frame(int opcode, ByteBuffer payload, ByteBuffer bytes) {
    /** The status code of a Close frame, or 1005 where it has none (RFC 6455 section 7.1.5). */
    public int closeCode() {
      return payload.remaining() < 2 ? 1005 : payload.getShort(0) & 0xffff;
    }
  }

  /** Sends a whole message in one frame. */
  public void send(int opcode, byte[] payload) throws IOException {
    ByteBuffer frame = ByteBuffer.allocate(payload.length + 14).put((byte) (FIN | opcode));
    if (payload.length < 126) {
      frame.put((byte) (MASKED | payload.length));
    } else if (payload.length < 1 << 16) {
      frame.put((byte) (MASKED | 126)).putShort((short) payload.length);
    } else {
      frame.put((byte) (MASKED | 127)).putLong(payload.length);
    }
    byte[] mask = new byte[4];
    ThreadLocalRandom.current().nextBytes(mask);
    frame.put(mask);
    for (int i = 0; i < payload.length; i++) {
      frame.put((byte) (payload[i] ^ mask[i % 4]));
    }
    out.write(frame.array(), 0, frame.position());
  }

  public void close(int code) throws IOException {
    send(CLOSE, ByteBuffer.allocate(2).putShort((short) code).array());
  }

  /**
   * Reads the next frame.
   *
   * @throws EOFException where the connection has ended
   */
  public Frame read() throws IOException {
    ByteBuffer head = ByteBuffer.allocate(10);
    int first = in.readUnsignedByte();
    int length = in.readUnsignedByte();
    head.put((byte) first).put((byte) length);
    if (length == 126) {
      length = in.readUnsignedShort();
      head.putShort((short) length);
    } else if (length == 127) {
      long whole = in.readLong();
      head.putLong(whole);
      length = Math.toIntExact(whole);
    }
    byte[] payload = new byte[length];
    in.readFully(payload);
    head.flip();
    ByteBuffer bytes = ByteBuffer.allocate(head.remaining() + length).put(head).put(payload).flip();
    return new Frame(first & 0xf, ByteBuffer.wrap(payload), bytes);
  }

  /** Whether the other side ends the connection now, and says no more. */
  public boolean ends() throws IOException {
    return in.read() < 0;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}

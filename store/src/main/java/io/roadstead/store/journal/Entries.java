package io.roadstead.store.journal;

import io.roadstead.registry.Attachment;
import io.roadstead.registry.AttachmentForm;
import io.roadstead.registry.InstanceKey;
import io.roadstead.registry.InvalidRegistration;
import io.roadstead.registry.Registration;
import io.roadstead.registry.Remembered;
import io.roadstead.registry.Status;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What is in a frame: a header, the mark of a snapshot's end, or entries. An entry is all that is
 * remembered of one instance, or that it is gone, and replaces every earlier entry of that
 * instance; so entries may be read twice, and may be missing where a later one is there.
 */
final class Entries {
  static final byte HEADER = 'H';
  static final byte END = 'E';
  static final byte ENTRIES = 'R';
  private static final int VERSION = 1;

  private static final int GONE = 1;
  private static final int MANAGED = 2;
  private static final int DRAINING = 4;
  private static final int REGISTERED = 8;
  private static final int OTHER_NAME = 16;
  private static final int SECURE = 32;
  private static final int MAX_ATTACHMENT = 4 << 20;
  private static final int MAX_SHARED = 50_000;

  private final AttachmentForm attachments;

  /** Words that come again and again are one object, as they would be by registering. */
  private final Map<String, String> shared = new HashMap<>();

  private int unreadable;

  Entries(AttachmentForm attachments) {
    this.attachments = attachments;
  }

  /** Entries, and attachments of entries, that could not be understood. */
  int unreadable() {
    return unreadable;
  }

  static byte[] header() {
    return new byte[] {HEADER, VERSION};
  }

  /** Whether these are files of a form that this build knows. */
  static boolean known(ByteBuffer header) {
    return header.remaining() >= 2
        && header.get(header.position()) == HEADER
        && header.get(header.position() + 1) == VERSION;
  }

  static byte[] end(int entries) {
    return ByteBuffer.allocate(5).put(END).putInt(entries).array();
  }

  /** Entries of these instances, until there are none left or {@code bytes} have been reached. */
  final class Writing {
    private final FrameBytes bytes = new FrameBytes();
    private final DataOutputStream out = new DataOutputStream(bytes);

    Writing() {
      clear();
    }

    /** Begins anew, in the same room. */
    void clear() {
      bytes.reset();
      bytes.write(ENTRIES);
    }

    int size() {
      return bytes.size();
    }

    void add(Remembered one) throws IOException {
      Registration own = one.registration();
      boolean otherName = own != null && !own.key().equals(one.key());
      out.writeByte(
          (one.managed() ? MANAGED : 0)
              | (one.draining() ? DRAINING : 0)
              | (own != null ? REGISTERED : 0)
              | (otherName ? OTHER_NAME : 0)
              | (own != null && own.secure() ? SECURE : 0));
      key(one.key());
      time(one.registeredAt());
      time(one.changedAt());
      out.writeLong(one.upSinceMillis());
      if (own == null) {
        return;
      }
      if (otherName) {
        key(own.key());
      }
      out.writeUTF(own.host());
      out.writeUTF(own.ipAddress());
      out.writeShort(own.port());
      out.writeUTF(own.status().name());
      out.writeShort(own.weight());
      out.writeLong(own.lease().toNanos());
      out.writeByte(own.metadata().size());
      for (Map.Entry<String, String> each : own.metadata().entrySet()) {
        out.writeUTF(each.getKey());
        out.writeUTF(each.getValue());
      }
      attachment(own.attachment());
    }

    void gone(InstanceKey key) throws IOException {
      out.writeByte(GONE);
      key(key);
    }

    byte[] payload() {
      return bytes.toByteArray();
    }

    private void key(InstanceKey key) throws IOException {
      out.writeUTF(key.service());
      out.writeUTF(key.id());
    }

    private void time(Instant time) throws IOException {
      out.writeLong(time.getEpochSecond());
      out.writeInt(time.getNano());
    }

    private void attachment(@Nullable Attachment attachment) throws IOException {
      if (attachment == null || !attachments.knows(attachment)) {
        out.writeInt(-1);
        return;
      }
      int at = bytes.size();
      out.writeInt(0);
      attachments.write(attachment, out);
      bytes.putInt(at, bytes.size() - at - Integer.BYTES);
    }
  }

  /**
   * Bytes in which a length may be set once what it is of has been written. Without the lock of the
   * JDK's own: an entry is some forty small writes.
   */
  private static final class FrameBytes extends OutputStream {
    private byte[] bytes = new byte[4096];
    private int size;

    @Override
    public void write(int one) {
      room(1);
      bytes[size++] = (byte) one;
    }

    @Override
    public void write(byte[] from, int offset, int length) {
      room(length);
      System.arraycopy(from, offset, bytes, size, length);
      size += length;
    }

    private void room(int more) {
      if (bytes.length - size < more) {
        bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, Math.addExact(size, more)));
      }
    }

    void putInt(int at, int value) {
      ByteBuffer.wrap(bytes).putInt(at, value);
    }

    int size() {
      return size;
    }

    void reset() {
      size = 0;
    }

    byte[] toByteArray() {
      return Arrays.copyOf(bytes, size);
    }
  }

  /** Reads entries in their order; the rest of a payload that cannot be understood is left out. */
  void read(ByteBuffer payload, BiConsumer<InstanceKey, @Nullable Remembered> each) {
    byte[] bytes = new byte[payload.remaining()];
    payload.duplicate().get(bytes);
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
    try {
      if (in.read() != ENTRIES) {
        return;
      }
      for (int flags = in.read(); flags >= 0; flags = in.read()) {
        entry(in, flags, each);
      }
    } catch (IOException e) {
      unreadable++;
    }
  }

  private void entry(
      DataInputStream in, int flags, BiConsumer<InstanceKey, @Nullable Remembered> each)
      throws IOException {
    String service = word(in);
    String id = in.readUTF();
    if ((flags & GONE) != 0) {
      accepted(() -> each.accept(new InstanceKey(service, id), null));
      return;
    }
    Instant registeredAt = Instant.ofEpochSecond(in.readLong(), in.readInt());
    Instant changedAt = Instant.ofEpochSecond(in.readLong(), in.readInt());
    long upSince = in.readLong();
    Read own = (flags & REGISTERED) == 0 ? null : registration(in, flags, service, id);
    accepted(
        () -> {
          InstanceKey key = new InstanceKey(service, id);
          each.accept(
              key,
              new Remembered(
                  key,
                  own == null ? null : own.registration(),
                  (flags & MANAGED) != 0,
                  (flags & DRAINING) != 0,
                  registeredAt,
                  changedAt,
                  upSince));
        });
  }

  private void accepted(Runnable entry) {
    try {
      entry.run();
    } catch (IllegalArgumentException | InvalidRegistration e) {
      unreadable++; // whole, but against a rule that was made later
    }
  }

  /** Read to its end before it is judged, so that what comes after it can be read. */
  private record Read(
      String service,
      String id,
      String host,
      String ipAddress,
      int port,
      boolean secure,
      String status,
      int weight,
      Map<String, String> metadata,
      long leaseNanos,
      @Nullable Attachment attachment) {
    Registration registration() {
      return new Registration(
          service,
          id,
          host,
          ipAddress,
          port,
          secure,
          Status.valueOf(status),
          weight,
          metadata,
          Duration.ofNanos(leaseNanos),
          attachment);
    }
  }

  private Read registration(DataInputStream in, int flags, String service, String id)
      throws IOException {
    boolean otherName = (flags & OTHER_NAME) != 0;
    String ownService = otherName ? word(in) : service;
    String ownId = otherName ? in.readUTF() : id;
    String host = word(in);
    String ipAddress = word(in);
    int port = in.readUnsignedShort();
    String status = word(in);
    int weight = in.readUnsignedShort();
    long lease = in.readLong();
    int entries = in.readUnsignedByte();
    Map<String, String> metadata = HashMap.newHashMap(entries);
    for (int i = 0; i < entries; i++) {
      metadata.put(word(in), word(in));
    }
    return new Read(
        ownService,
        ownId,
        host,
        ipAddress,
        port,
        (flags & SECURE) != 0,
        status,
        weight,
        metadata,
        lease,
        attachment(in));
  }

  private @Nullable Attachment attachment(DataInputStream in) throws IOException {
    int length = in.readInt();
    if (length < 0) {
      return null;
    }
    if (length > MAX_ATTACHMENT) {
      throw new IOException("an attachment of " + length + " bytes");
    }
    byte[] bytes = in.readNBytes(length);
    try {
      return attachments.read(new DataInputStream(new ByteArrayInputStream(bytes)));
    } catch (IOException | IllegalArgumentException e) {
      unreadable++;
      return null;
    }
  }

  private String word(DataInputStream in) throws IOException {
    String word = in.readUTF();
    if (word.length() > 64 || shared.size() >= MAX_SHARED) {
      return shared.getOrDefault(word, word);
    }
    String known = shared.putIfAbsent(word, word);
    return known == null ? word : known;
  }
}

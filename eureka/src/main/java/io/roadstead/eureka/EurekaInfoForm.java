package io.roadstead.eureka;

import io.roadstead.registry.Attachment;
import io.roadstead.registry.AttachmentForm;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What Eureka knows of an instance, as bytes for a journal, so that the same answers are given
 * after a restart: overrides, addresses, the client's own timestamp. Thread-safe.
 */
public final class EurekaInfoForm implements AttachmentForm {
  private static final int VERSION = 1;
  private static final int MAX_ENTRIES = 1024;

  /** Above it the short form, of at most 64 KiB, may be too small. */
  private static final int SHORT = 21_000;

  private static final int LONGEST = 2 << 20;

  @Override
  public boolean knows(Attachment attachment) {
    return attachment instanceof EurekaInfo;
  }

  @Override
  public void write(Attachment attachment, DataOutput to) throws IOException {
    if (!(attachment instanceof EurekaInfo info)) {
      throw new IllegalArgumentException(attachment.getClass() + " is of another adapter");
    }
    to.writeByte(VERSION);
    to.writeUTF(info.overriddenStatus().name());
    to.writeInt(info.port());
    to.writeBoolean(info.portEnabled());
    to.writeInt(info.securePort());
    to.writeBoolean(info.securePortEnabled());
    to.writeInt(info.countryId());
    text(to, info.sid());
    to.writeUTF(info.dataCenter().name()); // one of three words
    to.writeInt(info.dataCenter().metadata().size());
    for (Map.Entry<String, String> each : info.dataCenter().metadata().entrySet()) {
      text(to, each.getKey());
      text(to, each.getValue());
    }
    to.writeInt(info.renewalIntervalSeconds());
    to.writeInt(info.durationSeconds());
    text(to, info.appGroupName());
    text(to, info.homePageUrl());
    text(to, info.statusPageUrl());
    text(to, info.healthCheckUrl());
    text(to, info.secureHealthCheckUrl());
    text(to, info.vipAddress());
    text(to, info.secureVipAddress());
    to.writeBoolean(info.coordinating());
    to.writeLong(info.lastDirtyMillis());
    to.writeUTF(info.action());
    text(to, info.asgName());
  }

  @Override
  public EurekaInfo read(DataInput from) throws IOException {
    int version = from.readUnsignedByte();
    if (version != VERSION) {
      throw new IOException("form " + version + " of an instance is not known");
    }
    return new EurekaInfo(
        EurekaStatus.valueOf(from.readUTF()),
        from.readInt(),
        from.readBoolean(),
        from.readInt(),
        from.readBoolean(),
        from.readInt(),
        text(from),
        dataCenter(from),
        from.readInt(),
        from.readInt(),
        text(from),
        text(from),
        text(from),
        text(from),
        text(from),
        text(from),
        text(from),
        from.readBoolean(),
        from.readLong(),
        action(from.readUTF()),
        text(from));
  }

  private static EurekaInfo.DataCenter dataCenter(DataInput from) throws IOException {
    String name = from.readUTF();
    int entries = from.readInt();
    if (entries < 0 || entries > MAX_ENTRIES) {
      throw new IOException(entries + " entries of a data centre");
    }
    Map<String, String> metadata = new HashMap<>();
    for (int i = 0; i < entries; i++) {
      String key = text(from);
      String value = text(from);
      if (key != null && value != null) {
        metadata.put(key, value);
      }
    }
    EurekaInfo.DataCenter own = EurekaInfo.DataCenter.MY_OWN;
    return metadata.isEmpty() && name.equals(own.name())
        ? own
        : new EurekaInfo.DataCenter(name, metadata);
  }

  /** One of few words, which are then the same object in all instances. */
  private static String action(String word) {
    return word.equals(EurekaInfo.ADDED)
        ? EurekaInfo.ADDED
        : word.equals(EurekaInfo.MODIFIED) ? EurekaInfo.MODIFIED : word;
  }

  private static void text(DataOutput to, @Nullable String text) throws IOException {
    boolean isShort = text != null && text.length() <= SHORT;
    to.writeByte(text == null ? 0 : isShort ? 1 : 2);
    if (text != null && isShort) {
      to.writeUTF(text);
    } else if (text != null) {
      to.writeInt(text.length());
      to.writeChars(text);
    }
  }

  private static @Nullable String text(DataInput from) throws IOException {
    int form = from.readUnsignedByte();
    if (form < 2) {
      return form == 0 ? null : from.readUTF();
    }
    int length = from.readInt();
    if (length < 0 || length > LONGEST) {
      throw new IOException("a text of " + length + " characters");
    }
    StringBuilder text = new StringBuilder(length);
    for (int i = 0; i < length; i++) {
      text.append(from.readChar());
    }
    return text.toString();
  }
}

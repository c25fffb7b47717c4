package io.roadstead.runtime.process;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * Reads the end of one log file, and then what is added to it. Reads a bounded part at a time,
 * whatever the file's size. Confined to one thread.
 */
final class LogTail {
  private static final int BLOCK = 64 << 10;

  private final Path file;
  private final int maxTailBytes;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private long position;

  LogTail(Path file, int maxTailBytes) {
    this.file = file;
    this.maxTailBytes = maxTailBytes;
  }

  /** The last whole lines, and a last one without an end, oldest first; none where no file is. */
  static List<String> last(Path file, int lines, int maxTailBytes) {
    var tail = new LogTail(file, maxTailBytes);
    List<String> last = new ArrayList<>(tail.open(lines));
    if (tail.line.size() > 0 && lines > 0) {
      last.add(tail.take());
    }
    return last.size() > lines ? List.copyOf(last.subList(last.size() - lines, last.size())) : last;
  }

  /** The last {@code lines} whole lines; {@link #more} goes on after them. */
  List<String> open(int lines) {
    try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long size = channel.size();
      byte[] end = end(channel, size, lines);
      position = size;
      var found = new ArrayList<String>();
      if (newlines(end) < lines) {
        found.addAll(before(lines - newlines(end)));
      }
      feed(end, end.length, found::add);
      int extra = found.size() - lines;
      return extra > 0 ? List.copyOf(found.subList(extra, found.size())) : found;
    } catch (IOException _) {
      return List.of();
    }
  }

  /** Passes the whole lines that were added since, of one block at most; how many bytes it read. */
  int more(Consumer<String> lines) {
    try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
      if (channel.size() < position) {
        rest(lines); // it was cut: what came before is in the part before
        position = 0;
      }
      ByteBuffer block = ByteBuffer.allocate(BLOCK);
      int read = channel.read(block, position);
      if (read <= 0) {
        return 0;
      }
      position += read;
      feed(block.array(), read, lines);
      return read;
    } catch (IOException _) {
      return 0; // it was deleted
    }
  }

  /** The last lines of the part that was cut off before, if there is one. */
  private List<String> before(int lines) {
    Path previous = LogRotation.previous(file);
    return Files.exists(previous) ? last(previous, lines, maxTailBytes) : List.of();
  }

  /** Passes what was written between the last look and the cut. */
  private void rest(Consumer<String> lines) {
    try (var channel = FileChannel.open(LogRotation.previous(file), StandardOpenOption.READ)) {
      ByteBuffer block = ByteBuffer.allocate(BLOCK);
      for (int read = channel.read(block, position);
          read > 0;
          read = channel.read(block, position)) {
        position += read;
        feed(block.array(), read, lines);
        block.clear();
      }
    } catch (IOException _) {
      line.reset(); // somebody else has cut it
    }
  }

  private static int newlines(byte[] bytes) {
    int count = 0;
    for (byte each : bytes) {
      if (each == '\n') {
        count++;
      }
    }
    return count;
  }

  /** The file's end from the start of the line that is {@code lines} from the last. */
  private byte[] end(FileChannel channel, long size, int lines) throws IOException {
    long from = size;
    int newlines = 0;
    ByteBuffer block = ByteBuffer.allocate(BLOCK);
    long floor = Math.max(0, size - maxTailBytes);
    while (from > floor) {
      int length = (int) Math.min(BLOCK, from - floor);
      block.clear().limit(length);
      int got = channel.read(block, from - length);
      for (int i = got - 1; i >= 0; i--) {
        if (block.get(i) == '\n' && ++newlines > lines) {
          return range(channel, from - length + i + 1, size);
        }
      }
      from -= length;
    }
    if (floor == 0) {
      return range(channel, 0, size);
    }
    byte[] all = range(channel, floor, size);
    for (int i = 0; i < all.length; i++) {
      if (all[i] == '\n') {
        return Arrays.copyOfRange(all, i + 1, all.length); // the first line is a part
      }
    }
    return all;
  }

  private static byte[] range(FileChannel channel, long from, long to) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate((int) (to - from));
    while (bytes.hasRemaining() && channel.read(bytes, from + bytes.position()) > 0) {
      // until it is full, or the file has become shorter
    }
    return Arrays.copyOf(bytes.array(), bytes.position());
  }

  private void feed(byte[] bytes, int length, Consumer<String> lines) {
    int start = 0;
    for (int i = 0; i < length; i++) {
      if (bytes[i] == '\n') {
        line.write(bytes, start, i - start);
        lines.accept(take());
        start = i + 1;
      }
    }
    line.write(bytes, start, length - start);
    if (line.size() > BLOCK) {
      lines.accept(take()); // a line without end is passed in parts
    }
  }

  private String take() {
    String text = line.toString(StandardCharsets.UTF_8);
    line.reset();
    return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
  }
}

package io.roadstead.gateway.accesslog;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The file that lines are appended to, readable by its owner and group. When it has grown enough it
 * is renamed to {@code NAME.1}, what was {@code NAME.1} to {@code NAME.2} and so on, and the last
 * is deleted. Confined to the writer's thread.
 */
final class LogFile implements AutoCloseable {
  private static final int BUFFER = 64 << 10;
  private static final Set<StandardOpenOption> APPEND =
      Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);

  private final @Nullable Path path;
  private final long rotateBytes;
  private final int keep;
  private @Nullable OutputStream out;
  private long size;

  LogFile(AccessLogConfig config) {
    path = config.file().map(Path::toAbsolutePath).orElse(null);
    rotateBytes = config.rotateBytes();
    keep = config.keep();
  }

  void append(byte[] line, int length) throws IOException {
    OutputStream to = out;
    if (path != null && rotateBytes > 0 && size > 0 && size + length > rotateBytes) {
      close();
      rotate(path);
      to = null;
    }
    if (to == null) {
      to = open();
    }
    to.write(line, 0, length);
    size += length;
  }

  void flush() throws IOException {
    OutputStream to = out;
    if (to != null) {
      to.flush();
    }
  }

  /** Opens it, so that it is known whether that can be done. */
  OutputStream open() throws IOException {
    OutputStream opened;
    if (path == null) {
      opened = new FileOutputStream(FileDescriptor.out);
    } else {
      Path parent = path.getParent();
      if (parent != null) {
        Files.createDirectories(parent);
      }
      FileChannel channel = FileChannel.open(path, APPEND, attributes(path));
      size = channel.size();
      opened = Channels.newOutputStream(channel);
    }
    OutputStream buffered = new BufferedOutputStream(opened, BUFFER);
    out = buffered;
    return buffered;
  }

  private static FileAttribute<?>[] attributes(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----"))
        }
        : new FileAttribute<?>[0];
  }

  private void rotate(Path full) throws IOException {
    if (keep == 0) {
      Files.delete(full);
      return;
    }
    for (int i = keep - 1; i >= 1; i--) {
      Path older = aside(full, i);
      if (Files.exists(older)) {
        Files.move(older, aside(full, i + 1), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    Files.move(full, aside(full, 1), StandardCopyOption.REPLACE_EXISTING);
  }

  private static Path aside(Path full, int number) {
    return full.resolveSibling(full.getFileName() + "." + number);
  }

  /** The next line opens the file anew: another program may have renamed it. */
  @Override
  public void close() throws IOException {
    OutputStream to = out;
    out = null;
    if (to != null && path == null) {
      to.flush();
    } else if (to != null) {
      to.close();
    }
  }
}

package io.roadstead.store;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileStore;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;

/** What is wrong with a disk or a folder, and what to do about it, in words. */
public final class DiskWords {
  private DiskWords() {}

  /** As "no permission for /x/y". */
  public static String reason(IOException e) {
    return switch (e) {
      case AccessDeniedException denied -> "no permission for " + denied.getFile();
      case NoSuchFileException missing -> "there is no " + missing.getFile();
      case FileSystemException f when f.getReason() != null -> f.getFile() + ": " + f.getReason();
      default -> String.valueOf(e.getMessage());
    };
  }

  /** What makes it possible the next time. */
  public static String fix(IOException e, Path folder) {
    String reason = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
    if (reason.contains("no space left") || reason.contains("quota")) {
      return "free some space" + free(folder);
    }
    if (reason.contains("read-only")) {
      return "mount its file system for writing";
    }
    return "make it writable for " + System.getProperty("user.name", "this user");
  }

  /** As " (12 MB are free there)", or nothing where nobody can say. */
  static String free(Path folder) {
    try {
      FileStore disk = Files.getFileStore(folder);
      return " (" + size(disk.getUsableSpace()) + " are free there)";
    } catch (IOException _) {
      return "";
    }
  }

  static String size(long bytes) {
    return bytes < 1_000_000 ? bytes / 1000 + " kB" : bytes / 1_000_000 + " MB";
  }
}

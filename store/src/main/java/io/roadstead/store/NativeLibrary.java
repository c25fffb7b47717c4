package io.roadstead.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.sqlite.SQLiteJDBCLoader;
import org.sqlite.util.LibraryLoaderUtil;

/**
 * Unpacks SQLite's native library once into the data directory. Left to itself, the driver copies
 * it to the machine's temporary folder at every start, and leaves it there when it is killed.
 */
final class NativeLibrary {
  private NativeLibrary() {}

  /** Tells the driver where to find it; has an effect before its first connection only. */
  static void unpack(Path folder) {
    String name = LibraryLoaderUtil.getNativeLibName();
    String resource = LibraryLoaderUtil.getNativeLibResourcePath() + "/" + name;
    Path home = folder.resolve("sqlite-" + SQLiteJDBCLoader.getVersion());
    Path library = home.resolve(name);
    try (InputStream packed = SQLiteJDBCLoader.class.getResourceAsStream(resource)) {
      Files.createDirectories(home);
      System.setProperty("org.sqlite.tmpdir", home.toString());
      if (packed == null) {
        return; // no library for this machine: the driver says so
      }
      if (!Files.exists(library)) {
        Path part = Files.createTempFile(home, "library-", ".part");
        long _ = Files.copy(packed, part, StandardCopyOption.REPLACE_EXISTING);
        Files.move(part, library, StandardCopyOption.ATOMIC_MOVE);
      }
      System.setProperty("org.sqlite.lib.path", home.toString());
      System.setProperty("org.sqlite.lib.name", name);
    } catch (IOException e) {
      throw new StoreUnusable(
          "SQLite's library cannot be unpacked to "
              + library
              + " ("
              + DiskWords.reason(e)
              + "); it needs 2 MB: "
              + DiskWords.fix(e, folder),
          e);
    }
  }

  /** Has the driver take what an earlier start unpacked; unpacks nothing. */
  static void useUnpacked(Path folder) {
    String name = LibraryLoaderUtil.getNativeLibName();
    Path home = folder.resolve("sqlite-" + SQLiteJDBCLoader.getVersion());
    if (Files.exists(home.resolve(name))) {
      System.setProperty("org.sqlite.lib.path", home.toString());
      System.setProperty("org.sqlite.lib.name", name);
    }
  }
}

package io.roadstead.store.journal;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/** The few things that a journal does with its folder, each of which can fail or be the last. */
interface Disk {
  /** A file that is being written, from its beginning to its end. */
  interface Appending extends Closeable {
    void append(byte[] bytes) throws IOException;

    /** Returns when all that was appended survives a loss of power. */
    void force() throws IOException;
  }

  /** The names of the files; none where there is no folder yet. */
  List<String> list() throws IOException;

  byte[] read(String name) throws IOException;

  /** Makes a file anew, with nothing in it. */
  Appending create(String name) throws IOException;

  /** Gives a file another name, in the place of what had it. */
  void rename(String from, String to) throws IOException;

  void delete(String name) throws IOException;

  /** Returns when names that were made, changed and deleted survive a loss of power. */
  void force() throws IOException;
}

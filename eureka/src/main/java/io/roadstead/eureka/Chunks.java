package io.roadstead.eureka;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The instances of one application, in chunks of some dozens by the hash of their ids, so that a
 * change of one costs the writing and compressing of its chunk and not of its application. A chunk
 * whose members are the same objects as before is taken over as it is.
 *
 * <p>A chunk is written in a form once somebody asks for it in that form: where nobody reads XML,
 * none is written.
 *
 * <p>Thread-safe. The order within an application means nothing to clients.
 */
final class Chunks<T> {
  private static final int TARGET = 32;

  /** Writes one member in one form. */
  @FunctionalInterface
  interface Writer<T> {
    byte[] write(T member, Form form);
  }

  private final List<Chunk<T>> chunks;

  private Chunks(List<Chunk<T>> chunks) {
    this.chunks = chunks;
  }

  /**
   * Cuts, and writes nothing yet.
   *
   * @param before the chunks that may be taken over, or null
   */
  static <T> Chunks<T> of(
      List<T> all, Function<T, String> id, Writer<T> writer, @Nullable Chunks<T> before) {
    int count = Integer.highestOneBit(Math.max(1, all.size() / TARGET));
    List<List<T>> members = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      members.add(new ArrayList<>());
    }
    for (T one : all) {
      int hash = id.apply(one).hashCode();
      members.get((hash ^ hash >>> 16) & (count - 1)).add(one);
    }
    Chunks<T> comparable = before != null && before.chunks.size() == count ? before : null;
    List<Chunk<T>> chunks = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      Chunk<T> known = comparable == null ? null : comparable.chunks.get(i);
      chunks.add(
          known != null && sameObjects(known.members, members.get(i))
              ? known
              : new Chunk<>(members.get(i), writer));
    }
    return new Chunks<>(chunks);
  }

  @SuppressWarnings("ReferenceEquality") // what has not changed is the very same object
  private static <T> boolean sameObjects(List<T> some, List<T> others) {
    if (some.size() != others.size()) {
      return false;
    }
    for (int i = 0; i < some.size(); i++) {
      if (some.get(i) != others.get(i)) {
        return false;
      }
    }
    return true;
  }

  /** Adds the instances, without what stands around the list of them. */
  void addTo(Body.Builder body, Form form) {
    boolean first = true;
    for (Chunk<T> chunk : chunks) {
      if (!chunk.members.isEmpty()) {
        if (!first && !form.xml()) {
          body.add(",");
        }
        first = false;
        body.add(chunk.in(form));
      }
    }
  }

  private static final class Chunk<T> {
    private final List<T> members;
    private final Writer<T> writer;
    private final PerForm<Segment> forms = new PerForm<>();

    Chunk(List<T> members, Writer<T> writer) {
      this.members = members;
      this.writer = writer;
    }

    Segment in(Form form) {
      return forms.get(form, this::written);
    }

    private Segment written(Form form) {
      ByteArrayOutputStream joined = new ByteArrayOutputStream(members.size() * 1024);
      boolean first = true;
      for (T member : members) {
        if (!first && !form.xml()) {
          joined.write(',');
        }
        first = false;
        joined.writeBytes(writer.write(member, form));
      }
      return new Segment(joined.toByteArray());
    }
  }
}

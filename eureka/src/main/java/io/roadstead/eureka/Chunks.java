package io.roadstead.eureka;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The instances of one application as JSON, in chunks of some dozens by the hash of their ids, so
 * that a change of one costs the writing and compressing of its chunk and not of its application. A
 * chunk whose members are the same objects as before is taken over as it is.
 *
 * <p>Immutable. The order within an application means nothing to clients.
 */
final class Chunks<T> {
  private static final int TARGET = 32;

  /** The members of each chunk, and their bytes: null for an empty one. */
  private final List<List<T>> members;

  private final List<@Nullable Segment> segments;

  private Chunks(List<List<T>> members, List<@Nullable Segment> segments) {
    this.members = members;
    this.segments = segments;
  }

  /**
   * Cuts and writes.
   *
   * @param before the chunks that may be taken over, or null
   */
  static <T> Chunks<T> of(
      List<T> all, Function<T, String> id, Function<T, byte[]> write, @Nullable Chunks<T> before) {
    int count = Integer.highestOneBit(Math.max(1, all.size() / TARGET));
    List<List<T>> members = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      members.add(new ArrayList<>());
    }
    for (T one : all) {
      int hash = id.apply(one).hashCode();
      members.get((hash ^ hash >>> 16) & (count - 1)).add(one);
    }
    Chunks<T> comparable = before != null && before.members.size() == count ? before : null;
    List<@Nullable Segment> segments = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      segments.add(
          comparable != null && sameObjects(comparable.members.get(i), members.get(i))
              ? comparable.segments.get(i)
              : written(members.get(i), write));
    }
    return new Chunks<>(members, segments);
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

  private static <T> @Nullable Segment written(List<T> members, Function<T, byte[]> write) {
    if (members.isEmpty()) {
      return null;
    }
    ByteArrayOutputStream joined = new ByteArrayOutputStream(members.size() * 1024);
    boolean first = true;
    for (T member : members) {
      if (!first) {
        joined.write(',');
      }
      first = false;
      joined.writeBytes(write.apply(member));
    }
    return new Segment(joined.toByteArray());
  }

  /** Adds the list, without its brackets. */
  void addTo(Body.Builder body) {
    boolean first = true;
    for (Segment segment : segments) {
      if (segment != null) {
        if (!first) {
          body.add(",");
        }
        first = false;
        body.add(segment);
      }
    }
  }
}

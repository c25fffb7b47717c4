package io.roadstead.registry;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Headers that are set, in place of all that came under the same name, and headers that are taken
 * off. Names are in lower case.
 */
public record HeaderEdits(SortedMap<String, String> set, List<String> remove) {
  public static final HeaderEdits NONE = new HeaderEdits(Map.of(), List.of());

  public HeaderEdits {
    set = Collections.unmodifiableSortedMap(new TreeMap<>(set));
    remove = remove.stream().distinct().sorted().toList();
  }

  public HeaderEdits(Map<String, String> set, List<String> remove) {
    this(new TreeMap<>(set), remove);
  }

  public boolean none() {
    return set.isEmpty() && remove.isEmpty();
  }
}

package io.roadstead.control;

import io.roadstead.registry.Split;
import io.roadstead.registry.Splits;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/** Splits that nobody keeps for longer than a test. */
final class MemorySplits implements Splits.Kept {
  private final Map<String, Split> splits = new ConcurrentSkipListMap<>();

  @Override
  public Map<String, Split> splits() {
    return splits;
  }

  @Override
  public void saveSplit(String service, Split split) {
    splits.put(service, split);
  }
}

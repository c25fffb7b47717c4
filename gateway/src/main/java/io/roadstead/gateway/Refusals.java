package io.roadstead.gateway;

import java.util.HashMap;
import java.util.Map;

/** How often one loop has answered in an instance's place, by reason. Confined to the loop. */
final class Refusals {
  private final Map<String, long[]> counts = new HashMap<>();

  Refusals() {
    for (Reason reason : Reason.values()) {
      counts.put(reason.code(), new long[1]);
    }
  }

  void count(String code) {
    long[] count = counts.get(code);
    assert count != null : code + " is not a Reason";
    if (count != null) {
      count[0]++;
    }
  }

  void addTo(StatsSum sum) {
    counts.forEach((code, count) -> sum.count("refusals", "reason", code, count[0]));
  }
}

package io.roadstead.gateway;

/**
 * What one loop has counted for one route and version: answers by status class, and how long they
 * took. Confined to the loop.
 */
final class Traffic {
  private final Key key;
  private final long[] byStatusClass = new long[6];
  private final Latencies latencies = new Latencies();

  /** The labels of one count; all are empty for requests that no route took. */
  record Key(String route, String service, String version) {
    static final Key NONE = new Key("", "", "");
  }

  Traffic(Key key) {
    this.key = key;
  }

  Key key() {
    return key;
  }

  void count(int status, long nanos) {
    byStatusClass[Math.min(status / 100, 5)]++;
    latencies.record(nanos);
  }

  /** What was counted as it began has been cut: one more that failed, and that took no time. */
  void cut() {
    byStatusClass[5]++;
  }

  /** How many answers were of a status class, 1 to 5. */
  long answers(int statusClass) {
    return byStatusClass[statusClass];
  }

  Latencies latencies() {
    return latencies;
  }
}

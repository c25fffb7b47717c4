package io.roadstead.platform.bench.balancer;

import java.util.Arrays;

/** What happens when, in virtual time: a binary heap of numbers that allocates only to grow. */
final class EventHeap {
  private long[] times = new long[1024];
  private int[] what = new int[1024];
  private int size;

  boolean isEmpty() {
    return size == 0;
  }

  long time() {
    return times[0];
  }

  int what() {
    return what[0];
  }

  void add(long time, int event) {
    if (size == times.length) {
      times = Arrays.copyOf(times, size * 2);
      what = Arrays.copyOf(what, size * 2);
    }
    int at = size++;
    while (at > 0 && times[(at - 1) >> 1] > time) {
      int parent = (at - 1) >> 1;
      times[at] = times[parent];
      what[at] = what[parent];
      at = parent;
    }
    times[at] = time;
    what[at] = event;
  }

  void remove() {
    long time = times[--size];
    int event = what[size];
    int at = 0;
    while (2 * at + 1 < size) {
      int child = 2 * at + 1;
      if (child + 1 < size && times[child + 1] < times[child]) {
        child++;
      }
      if (times[child] >= time) {
        break;
      }
      times[at] = times[child];
      what[at] = what[child];
      at = child;
    }
    times[at] = time;
    what[at] = event;
  }
}

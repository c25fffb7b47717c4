package io.roadstead.gateway;

import io.netty.util.ResourceLeakDetector;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Netty's detector, made to remember: see {@code io.netty.customResourceLeakDetector} in the pom.
 */
public final class LeakRecorder<T> extends ResourceLeakDetector<T> {
  static final List<String> LEAKS = new CopyOnWriteArrayList<>();

  public LeakRecorder(Class<?> type, int samplingInterval) {
    super(type, samplingInterval);
  }

  @SuppressWarnings({"deprecation", "unused"}) // Netty looks for it.
  public LeakRecorder(Class<?> type, int samplingInterval, long maxActive) {
    super(type, samplingInterval, maxActive);
  }

  @Override
  protected void reportTracedLeak(String resourceType, String records) {
    LEAKS.add(resourceType + records);
  }

  @Override
  protected void reportUntracedLeak(String resourceType) {
    LEAKS.add(resourceType);
  }

  @Override
  protected boolean needReport() {
    return true;
  }
}

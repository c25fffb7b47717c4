package io.roadstead.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufAllocator;
import java.lang.ref.WeakReference;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Fails a class of tests after which a buffer was collected that nobody had released. */
final class NoLeaks implements AfterAllCallback {
  @Override
  public void afterAll(ExtensionContext context) {
    for (int round = 0; round < 3; round++) {
      collect();
      // A leak is reported when the next buffers are made.
      for (int i = 0; i < 8; i++) {
        ByteBufAllocator.DEFAULT.directBuffer(16).release();
      }
    }
    assertThat(LeakRecorder.LEAKS).isEmpty();
  }

  @SuppressWarnings("SystemGc") // What is not collected cannot be found missing.
  private static void collect() {
    WeakReference<Object> mark = new WeakReference<>(new Object());
    Harbour.await()
        .until(
            () -> {
              System.gc();
              return mark.get() == null;
            });
  }
}

package io.roadstead.registry;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A clock and a ticker that stand still until they are moved. */
public final class ManualTime implements Ticker, InstantSource {
  private static final Instant START = Instant.parse("2026-11-22T12:00:00Z");

  private volatile long nanos;

  @Override
  public long nanos() {
    return nanos;
  }

  @Override
  public Instant instant() {
    return START.plusNanos(nanos);
  }

  public synchronized void pass(Duration time) {
    nanos += time.toNanos();
  }
}

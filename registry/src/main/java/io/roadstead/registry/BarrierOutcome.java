package io.roadstead.registry;

import java.time.Duration;
import java.util.List;

/**
 * How a wait for "everybody has applied version v" ended.
 *
 * @param heard confirmed and identified subscribers that have applied it
 * @param unheard those that had not when the wait ended, by name: no proof for them
 * @param pollers anonymous pollers, each with the time from now after which it may be taken to have
 *     fetched: bounded, not proven
 */
public record BarrierOutcome(List<String> heard, List<String> unheard, List<Poller> pollers) {
  /** An anonymous poller and how long it must still be waited for. */
  public record Poller(String name, Duration remaining) {}

  public BarrierOutcome {
    heard = List.copyOf(heard);
    unheard = List.copyOf(unheard);
    pollers = List.copyOf(pollers);
  }

  /** Whether every subscriber whose word counts has been heard. */
  public boolean proven() {
    return unheard.isEmpty() && pollers.isEmpty();
  }
}

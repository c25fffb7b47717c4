package io.roadstead.balancer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.function.Function;

/**
 * Open-loop traffic in virtual time through one balancer: Poisson arrivals, each endpoint answering
 * as its behaviour says.
 */
final class Traffic {
  /** How long the next answer of an endpoint takes, and how it ends. */
  record Answer(double millis, Outcome outcome) {
    static Answer ok(double millis) {
      return new Answer(millis, Outcome.SUCCESS);
    }
  }

  private record Pending(Member<Integer> member, long sentNanos, long endNanos, Outcome outcome) {}

  final Balancer<Integer> balancer;
  final SplittableRandom random;
  private final PriorityQueue<Pending> pending =
      new PriorityQueue<>((a, b) -> Long.compare(a.endNanos(), b.endNanos()));
  private Function<Integer, Answer> behaviour = endpoint -> Answer.ok(5);
  long nowNanos = -1_000_000_000L; // a monotonic clock may well be below zero

  Traffic(long seed) {
    this.random = new SplittableRandom(seed);
    this.balancer = Balancer.standard(random.split());
  }

  static List<Endpoint<Integer>> endpoints(int... weights) {
    List<Endpoint<Integer>> endpoints = new ArrayList<>();
    for (int i = 0; i < weights.length; i++) {
      endpoints.add(new Endpoint<>("e" + i, i, weights[i]));
    }
    return endpoints;
  }

  void behave(Function<Integer, Answer> newBehaviour) {
    behaviour = newBehaviour;
  }

  /** A time around the mean, as services have it: half of it fixed, half exponential. */
  Answer around(double millis) {
    return Answer.ok(millis * (0.5 - 0.5 * Math.log(1 - random.nextDouble())));
  }

  /** Runs for a time at a rate; how many requests went to each endpoint. */
  Map<Integer, Integer> run(double seconds, double perSecond) {
    Map<Integer, Integer> counts = new HashMap<>();
    long until = nowNanos + (long) (seconds * 1e9);
    while (true) {
      nowNanos += (long) (-Math.log(1 - random.nextDouble()) / perSecond * 1e9);
      complete(nowNanos);
      if (nowNanos >= until) {
        return counts;
      }
      Member<Integer> member = Objects.requireNonNull(balancer.pick(nowNanos));
      counts.merge(member.target(), 1, Integer::sum);
      Answer answer = behaviour.apply(member.target());
      pending.add(
          new Pending(
              member, nowNanos, nowNanos + (long) (answer.millis() * 1e6), answer.outcome()));
    }
  }

  private void complete(long until) {
    while (!pending.isEmpty() && pending.peek().endNanos() <= until) {
      Pending done = pending.poll();
      balancer.ended(
          done.member(), done.endNanos(), done.endNanos() - done.sentNanos(), done.outcome());
    }
  }

  static double share(Map<Integer, Integer> counts, int endpoint) {
    return (double) counts.getOrDefault(endpoint, 0)
        / counts.values().stream().mapToInt(Integer::intValue).sum();
  }
}

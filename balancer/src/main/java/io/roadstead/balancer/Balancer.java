package io.roadstead.balancer;

import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Picks one endpoint of many and learns from each answer.
 *
 * <p>Not thread-safe, on purpose: one event loop has one balancer per service, so that a pick needs
 * no lock, no volatile and no allocation. All calls come from that one thread. Time is the caller's
 * monotonic clock, in nanoseconds, of which only differences count.
 *
 * <pre>{@code
 * Balancer<Address> balancer = Balancer.standard(new SplittableRandom());
 * balancer.update(endpoints, now);                          // each time that the registry changes
 * Member<Address> member = balancer.pick(now);              // null: nobody there
 * ...
 * balancer.ended(member, now, rttNanos, Outcome.SUCCESS);   // exactly once for each pick
 * }</pre>
 *
 * @param <T> what the caller needs to reach an endpoint
 */
public final class Balancer<T> {
  private static final Duration RAMP = Duration.ofSeconds(10);
  private static final int CONNECT_FAILURES = 3;
  private static final Duration SHORTEST_EJECTION = Duration.ofSeconds(1);
  private static final Duration LONGEST_EJECTION = Duration.ofSeconds(30);
  private static final int ERRORS_IN_ROW = 5;
  private static final int PERCENT = 50;

  private Strategy strategy;
  private final Membership<T> membership;

  /**
   * A balancer without members.
   *
   * @param strategy its own: strategies may have state
   * @param random its own too; seeded, every choice can be repeated
   */
  public Balancer(Strategy strategy, List<Guard> guards, RandomGenerator random) {
    this(strategy, guards, null, random);
  }

  /**
   * A balancer without members.
   *
   * @param zones which zone goes first; null: all alike
   */
  public Balancer(
      Strategy strategy, List<Guard> guards, @Nullable ZoneFirst zones, RandomGenerator random) {
    this.strategy = strategy;
    this.membership = new Membership<>(guards, zones, random);
  }

  /**
   * The default: power of two choices over peak EWMA, a slow start of 10 s, probation for the
   * unknown, and ejection after 3 failed connections, 5 errors in a row or half of the answers
   * being errors, for 1 s growing to 30 s.
   */
  public static <T> Balancer<T> standard(RandomGenerator random) {
    return standard(random, standardEjection(), new SlowStart(RAMP));
  }

  /** The default with an ejection and a slow start of the caller's, who may change them later. */
  public static <T> Balancer<T> standard(
      RandomGenerator random, PassiveEjection ejection, SlowStart slowStart) {
    return new Balancer<>(
        new PowerOfTwoChoices(), List.of(ejection, new Probation(), slowStart), random);
  }

  /** The default's ejection. */
  public static PassiveEjection standardEjection() {
    PassiveEjection ejection =
        new PassiveEjection(CONNECT_FAILURES, SHORTEST_EJECTION, LONGEST_EJECTION);
    ejection.errors(ERRORS_IN_ROW, PERCENT, PERCENT, PERCENT);
    return ejection;
  }

  /**
   * Makes these the members. Endpoints whose key stays keep all that was learnt of them, also where
   * target or weight changed. Of several with one key each is a member, and the first inherits.
   */
  public void update(List<Endpoint<T>> endpoints, long nowNanos) {
    membership.update(endpoints, nowNanos);
    strategy.changed(membership);
  }

  /**
   * Chooses by another strategy, from the next pick on. What is outstanding and all that was learnt
   * of the members stays.
   *
   * @param newer its own
   * @param zones which zone goes first; null: all alike
   */
  public void use(Strategy newer, @Nullable ZoneFirst zones, long nowNanos) {
    strategy = newer;
    membership.zones(zones, nowNanos);
    newer.changed(membership);
  }

  /** A member for a new request, from now on counted as outstanding; null where there is none. */
  public @Nullable Member<T> pick(long nowNanos) {
    return pick(nowNanos, null);
  }

  /**
   * A member for a further attempt of a request; null where all members have been tried.
   *
   * @param tried where the request has been already
   */
  public @Nullable Member<T> pick(long nowNanos, @Nullable Tried tried) {
    follow(nowNanos);
    return started(nowNanos, strategy.choose(membership, tried, nowNanos));
  }

  /**
   * A member for a request that belongs with others of the same hash: the same for all of them
   * while the strategy is one with affinity and the member is well.
   *
   * @param hash of the session or key, well mixed or not
   */
  public @Nullable Member<T> pick(long nowNanos, @Nullable Tried tried, long hash) {
    follow(nowNanos);
    return started(nowNanos, strategy.choose(membership, tried, nowNanos, hash));
  }

  private void follow(long nowNanos) {
    if (membership.reweighs(nowNanos)) {
      strategy.changed(membership);
    }
  }

  private @Nullable Member<T> started(long nowNanos, @Nullable Member<T> member) {
    if (member != null) {
      member.started(nowNanos);
      membership.outstanding(member, 1);
    }
    return member;
  }

  /**
   * A member whose target has room, where the one that was picked has none; null where nobody has.
   * It looks at all members.
   */
  public @Nullable Member<T> pickWithRoom(long nowNanos, @Nullable Tried tried, Predicate<T> room) {
    return started(nowNanos, membership.withRoom(tried, nowNanos, room));
  }

  /**
   * A member for a request that some of the members may serve; null where all of them have been
   * tried.
   *
   * @param from the first of them, in the order of the last update
   * @param to the first after them
   */
  public @Nullable Member<T> pickAmong(int from, int to, long nowNanos, @Nullable Tried tried) {
    follow(nowNanos);
    membership.narrow(from, to);
    try {
      return started(nowNanos, strategy.choose(membership, tried, nowNanos));
    } finally {
      membership.widen();
    }
  }

  /** As {@link #pickAmong(int, int, long, Tried)}, for a request that belongs with others. */
  public @Nullable Member<T> pickAmong(
      int from, int to, long nowNanos, @Nullable Tried tried, long hash) {
    follow(nowNanos);
    membership.narrow(from, to);
    try {
      return started(nowNanos, strategy.choose(membership, tried, nowNanos, hash));
    } finally {
      membership.widen();
    }
  }

  /** A member that the caller knows to be the right one, from now on counted as outstanding. */
  public Member<T> take(Member<T> member, long nowNanos) {
    member.started(nowNanos);
    membership.outstanding(member, 1);
    return member;
  }

  /** As {@link #pickWithRoom}, of some of the members. */
  public @Nullable Member<T> pickWithRoomAmong(
      int from, int to, long nowNanos, @Nullable Tried tried, Predicate<T> room) {
    membership.narrow(from, to);
    try {
      return pickWithRoom(nowNanos, tried, room);
    } finally {
      membership.widen();
    }
  }

  /** Whether one of these members has a weight, is not ejected and was not tried yet. */
  public boolean anyReady(int from, int to, @Nullable Tried tried, long nowNanos) {
    return membership.anyReady(from, to, tried, nowNanos);
  }

  /** Takes a pick back of which nothing came. */
  public void withdrawn(Member<T> member) {
    membership.outstanding(member, -1);
    member.withdrawn();
  }

  /**
   * Takes what an instance says of itself in an answer, for {@link HotCold}.
   *
   * @param inFlight how many requests it is busy with, whoever sent them
   * @param typicalNanos how long requests take it now
   */
  public void reported(Member<T> member, long nowNanos, int inFlight, long typicalNanos) {
    member.reported(nowNanos, inFlight, typicalNanos);
  }

  /**
   * Reports how a pick ended; exactly once for each. Also for members whose endpoint has left
   * meanwhile.
   *
   * @param rttNanos from sending the request to the first byte of the answer, or to the failure
   */
  public void ended(Member<T> member, long nowNanos, long rttNanos, Outcome outcome) {
    membership.outstanding(member, -1);
    member.ended(nowNanos, rttNanos, outcome);
    membership.ended(member, nowNanos, outcome);
  }

  public int size() {
    return membership.size();
  }

  /** The members now, in the order of the last update. Copies; not for the request path. */
  public List<Member<T>> members() {
    return membership.members();
  }
}

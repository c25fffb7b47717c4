package io.roadstead.balancer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The members that there are now, and what a strategy may ask of them: one at random by weight, and
 * whether the guards let it through. Confined like the {@link Balancer} that it belongs to.
 *
 * <p>A draw by weight takes constant time by Walker's alias table (Vose's construction): slot i
 * belongs to member i up to a threshold and to one other member above it.
 */
public final class Membership<T> {
  private final Guard[] guards;
  private @Nullable ZoneFirst zones;
  private final RandomGenerator random;
  private Member<T>[] members = array(0);
  private boolean evenWeights = true;
  private double[] threshold = {};
  private int[] alias = {};
  private boolean first = true;
  private int answered;
  private long oldestNanos;
  private boolean anySettled;
  private boolean bound;
  private int outstanding;
  private double[] upTo = {};
  private int from;
  private int to;

  Membership(List<Guard> guards, @Nullable ZoneFirst zones, RandomGenerator random) {
    this.guards = guards.toArray(Guard[]::new);
    this.zones = zones;
    for (Guard guard : guards) {
      bound |= guard.binds();
    }
    this.random = random;
  }

  public int size() {
    return members.length;
  }

  public Member<T> member(int index) {
    return members[index];
  }

  public List<Member<T>> members() {
    return List.of(members);
  }

  /** A member at random, each as often as its weight says. Only where there is one. */
  public Member<T> draw() {
    if (isNarrow()) {
      return drawNarrow();
    }
    long bits = random.nextLong();
    int slot = (int) (((bits >>> 32) * members.length) >>> 32);
    if (evenWeights) {
      return members[slot];
    }
    return members[unit(bits << 32) < threshold[slot] ? slot : alias[slot]];
  }

  private Member<T> drawNarrow() {
    double at = chance();
    if (evenWeights) {
      return members[from + (int) (at * (to - from))];
    }
    double before = from == 0 ? 0 : upTo[from - 1];
    double wanted = before + at * (upTo[to - 1] - before);
    int low = from;
    int high = to - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (upTo[middle] > wanted) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return members[low];
  }

  /** Lets only these members be chosen, until {@link #widen}. */
  void narrow(int first, int end) {
    from = first;
    to = end;
  }

  /** Whether only some of the members may be chosen now. */
  boolean isNarrow() {
    return to - from < members.length;
  }

  int from() {
    return from;
  }

  int to() {
    return to;
  }

  void widen() {
    from = 0;
    to = members.length;
  }

  boolean anyReady(int first, int end, @Nullable Tried tried, long nowNanos) {
    for (int i = first; i < end; i++) {
      Member<T> member = members[i];
      if (member.weight != 0
          && !member.isEjected(nowNanos)
          && (tried == null || !tried.contains(member))) {
        return true;
      }
    }
    return false;
  }

  /** A random number from 0 (inclusive) to 1 (exclusive). */
  public double chance() {
    return unit(random.nextLong());
  }

  /** A random number, all of its bits. */
  long bits() {
    return random.nextLong();
  }

  /** Picks of present members whose outcome was not reported yet. */
  int outstanding() {
    return outstanding;
  }

  void outstanding(Member<?> member, int change) {
    if (member.present && (change > 0 || member.outstanding() > 0)) {
      outstanding += change;
    }
  }

  void zones(@Nullable ZoneFirst newer, long nowNanos) {
    if (newer != null || zones != null) {
      zones = newer;
      tabulateWeights(nowNanos);
    }
  }

  /** Weighs anew where a zone lost or regained members; whether it did. */
  boolean reweighs(long nowNanos) {
    if (zones == null || !zones.isDue(nowNanos)) {
      return false;
    }
    tabulateWeights(nowNanos);
    return true;
  }

  /** Whether nothing speaks against picking this member now. */
  public boolean admits(Member<T> member, @Nullable Tried tried, long nowNanos) {
    if ((tried != null && tried.contains(member)) || member.index < from || member.index >= to) {
      return false;
    }
    for (Guard guard : guards) {
      if (!guard.admits(member, this, nowNanos)) {
        return false;
      }
    }
    return true;
  }

  /**
   * How many members are ejected now.
   *
   * @param forErrors those only that were for their answers; else for whatever reason
   */
  int ejected(long nowNanos, boolean forErrors) {
    int count = 0;
    for (Member<T> member : members) {
      if (member.isEjected(nowNanos) && (member.ejectedForErrors || !forErrors)) {
        count++;
      }
    }
    return count;
  }

  /**
   * The least burdened of the members that were not tried yet and have room, one that is not
   * ejected first; null where none has room.
   */
  @Nullable Member<T> withRoom(@Nullable Tried tried, long nowNanos, Predicate<T> room) {
    Member<T> best = null;
    for (int i = from; i < to; i++) {
      Member<T> member = members[i];
      if ((tried == null || !tried.contains(member))
          && room.test(member.target())
          && (best == null || goesBefore(member, best, nowNanos))) {
        best = member;
      }
    }
    return best;
  }

  /**
   * Whom to take when the draws found nobody: of those not tried yet, one with a weight before one
   * without, one not ejected before an ejected one (and of these the one that is let in again
   * soonest), then the one with the fewest requests outstanding.
   */
  public @Nullable Member<T> lastResort(@Nullable Tried tried, long nowNanos) {
    Member<T> best = null;
    int n = to - from;
    int offset = n == 0 ? 0 : (int) (((random.nextLong() >>> 32) * n) >>> 32);
    for (int i = 0; i < n; i++) {
      int at = offset + i;
      Member<T> member = members[from + (at < n ? at : at - n)];
      if ((tried != null && tried.contains(member)) || (bound && refused(member, nowNanos))) {
        continue;
      }
      if (best == null || goesBefore(member, best, nowNanos)) {
        best = member;
      }
    }
    return best;
  }

  private boolean refused(Member<T> member, long nowNanos) {
    for (Guard guard : guards) {
      if (guard.binds() && !guard.admits(member, this, nowNanos)) {
        return true;
      }
    }
    return false;
  }

  private boolean goesBefore(Member<T> a, Member<T> b, long nowNanos) {
    boolean aUnweighted = a.weight == 0;
    if (aUnweighted != (b.weight == 0)) {
      return !aUnweighted;
    }
    boolean aEjected = a.isEjected(nowNanos);
    if (aEjected != b.isEjected(nowNanos)) {
      return !aEjected;
    }
    return aEjected
        ? a.ejectedUntilNanos - b.ejectedUntilNanos < 0
        : a.outstanding() * a.burden < b.outstanding() * b.burden;
  }

  /** How many members have answered already. */
  int answered() {
    return answered;
  }

  /** When the member that has been here longest joined. */
  long oldestNanos() {
    return oldestNanos;
  }

  /** Whether some member needs no ramp (any more). */
  boolean anySettled() {
    return anySettled;
  }

  void settle(Member<?> member) {
    member.settled = true;
    anySettled = true;
  }

  void markAnswered(Member<?> member, boolean value) {
    if (member.answered != value) {
      member.answered = value;
      if (member.present) {
        answered += value ? 1 : -1;
      }
    }
  }

  void ended(Member<T> member, long nowNanos, Outcome outcome) {
    for (Guard guard : guards) {
      guard.ended(member, this, nowNanos, outcome);
    }
    if (zones != null) {
      zones.look(member);
    }
  }

  void update(List<Endpoint<T>> endpoints, long nowNanos) {
    Map<String, Member<T>> known = new HashMap<>(members.length * 2);
    for (Member<T> member : members) {
      known.put(member.endpoint().key(), member);
    }
    List<Member<T>> next = new ArrayList<>(endpoints.size());
    for (Endpoint<T> endpoint : endpoints) {
      Member<T> member = known.remove(endpoint.key());
      if (member == null) {
        member = new Member<>(endpoint, nowNanos);
        member.settled = first;
      } else {
        member.replace(endpoint);
      }
      next.add(member);
    }
    known.values().forEach(gone -> gone.present = false);
    members = next.toArray(array(0));
    widen();
    first = first && endpoints.isEmpty();
    summarise(nowNanos);
    tabulateWeights(nowNanos);
  }

  private void summarise(long nowNanos) {
    answered = 0;
    anySettled = false;
    oldestNanos = nowNanos;
    outstanding = 0;
    for (int i = 0; i < members.length; i++) {
      Member<T> member = members[i];
      member.index = i;
      outstanding += member.outstanding();
      answered += member.answered ? 1 : 0;
      anySettled |= member.settled;
      if (member.joinedNanos - oldestNanos < 0) {
        oldestNanos = member.joinedNanos;
      }
    }
  }

  private void tabulateWeights(long nowNanos) {
    int n = members.length;
    if (zones == null) {
      for (Member<T> member : members) {
        member.weight = member.endpoint().weight();
      }
    } else {
      zones.weigh(members, nowNanos);
    }
    double total = 0;
    double smallest = Double.MAX_VALUE;
    double largest = 0;
    for (Member<T> member : members) {
      total += member.weight;
      smallest = Math.min(smallest, member.weight);
      largest = Math.max(largest, member.weight);
    }
    for (Member<T> member : members) {
      member.burden = member.weight == 0 ? 1.0 : total / n / member.weight;
    }
    evenWeights = n == 0 || smallest == largest;
    if (!evenWeights) {
      tabulateAliases(total);
    }
  }

  private void tabulateAliases(double total) {
    int n = members.length;
    upTo = new double[n];
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sum += members[i].weight;
      upTo[i] = sum;
    }
    threshold = new double[n];
    alias = new int[n];
    int[] small = new int[n];
    int[] large = new int[n];
    int smalls = 0;
    int larges = 0;
    for (int i = 0; i < n; i++) {
      threshold[i] = members[i].weight * n / total;
      alias[i] = i;
      if (threshold[i] < 1) {
        small[smalls++] = i;
      } else {
        large[larges++] = i;
      }
    }
    while (smalls > 0 && larges > 0) {
      int less = small[--smalls];
      int more = large[larges - 1];
      alias[less] = more;
      threshold[more] -= 1 - threshold[less];
      if (threshold[more] < 1) {
        larges--;
        small[smalls++] = more;
      }
    }
    // What rounding left over is a full slot, unless its member has no weight at all.
    while (smalls > 0) {
      int left = small[--smalls];
      threshold[left] = members[left].weight == 0 ? 0 : 1;
    }
    while (larges > 0) {
      threshold[large[--larges]] = 1;
    }
  }

  private static double unit(long bits) {
    return (bits >>> 11) * 0x1.0p-53;
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private static <T> Member<T>[] array(int size) {
    return new Member[size];
  }
}

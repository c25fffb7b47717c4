package io.roadstead.balancer;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Affinity: requests of one hash go to one member, and when one of n members leaves, little more
 * than its own share moves (Maglev, Eisenbud and others, NSDI 2016). Each member fills the slots of
 * a table in an order of its own, as many as its weight says; a hash is a slot.
 *
 * <p>The load is bounded (Mirrokni and others, 2016): a member with more than a quarter above the
 * average outstanding, and one more, is passed over for the next slot's, so that one popular key
 * harms nobody else. The one more is for affinity where little is under way: with an average below
 * one, whoever has a request would be passed over.
 *
 * <p>The table is filled when members change; that costs some milliseconds, a pick an array's
 * element. A request without a hash goes to a random slot.
 */
public final class Maglev implements Strategy {
  static final int SLOTS = 65_537;

  private static final double MOST_OVER_MEAN = 1.25;
  private static final double ONE_MORE = 1;
  private static final int TRIES = 64;
  private static final long FNV_START = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;
  private static final char FREE = Character.MAX_VALUE;

  private char[] table = {};

  /** What one outstanding request of all adds to what each may have. */
  private double mostPerOutstanding;

  public Maglev() {}

  @Override
  public void changed(Membership<?> members) {
    int n = members.size();
    if (n >= FREE) {
      throw new IllegalArgumentException(
          "%d members are too many for Maglev: at most %d".formatted(n, FREE - 1));
    }
    double largest = 0;
    for (int i = 0; i < n; i++) {
      largest = Math.max(largest, members.member(i).weight);
    }
    char[] filled = new char[largest == 0 ? 0 : SLOTS];
    if (largest > 0) {
      fill(filled, members, largest);
    }
    table = filled;
    mostPerOutstanding = n == 0 ? 0 : MOST_OVER_MEAN / n;
  }

  private static void fill(char[] filled, Membership<?> members, double largest) {
    int n = members.size();
    int[] at = new int[n];
    int[] skip = new int[n];
    double[] due = new double[n];
    for (int i = 0; i < n; i++) {
      long hash = members.member(i).keyHash;
      at[i] = (int) Long.remainderUnsigned(hash, SLOTS);
      skip[i] = (int) Long.remainderUnsigned(mix(hash), SLOTS - 1) + 1;
    }
    Arrays.fill(filled, FREE);
    int left = SLOTS;
    int[] order = order(members);
    while (true) {
      for (int i : order) {
        due[i] += members.member(i).weight / largest;
        if (due[i] < 1) {
          continue;
        }
        due[i]--;
        while (filled[at[i]] != FREE) {
          at[i] += skip[i];
          at[i] -= at[i] >= SLOTS ? SLOTS : 0;
        }
        filled[at[i]] = (char) i;
        if (--left == 0) {
          return;
        }
      }
    }
  }

  /** By key, so that all who know the same members fill the same table. */
  private static int[] order(Membership<?> members) {
    return IntStream.range(0, members.size())
        .boxed()
        .sorted(Comparator.comparing(i -> members.member(i).endpoint().key()))
        .mapToInt(i -> i)
        .toArray();
  }

  @Override
  public <T> @Nullable Member<T> choose(
      Membership<T> members, @Nullable Tried tried, long nowNanos) {
    return choose(members, tried, nowNanos, members.bits());
  }

  @Override
  public <T> @Nullable Member<T> choose(
      Membership<T> members, @Nullable Tried tried, long nowNanos, long hash) {
    if (members.isNarrow()) {
      return ofSome(members, tried, nowNanos, hash);
    }
    if (table.length == 0) {
      return members.lastResort(tried, nowNanos);
    }
    double most = most(members);
    int slot = (int) (((mix(hash) >>> 32) * SLOTS) >>> 32);
    for (int i = 0; i < TRIES; i++) {
      Member<T> member = members.member(table[slot]);
      if (member.outstanding() * member.burden < most && members.admits(member, tried, nowNanos)) {
        return member;
      }
      slot = slot + 1 < SLOTS ? slot + 1 : 0;
    }
    return members.lastResort(tried, nowNanos);
  }

  private double most(Membership<?> members) {
    return mostPerOutstanding * (members.outstanding() + 1) + ONE_MORE;
  }

  /**
   * Among some of the members, for which there is no table: the hash's own order of them
   * (rendezvous hashing, by weight). Where one leaves, its requests alone move, too.
   */
  private <T> @Nullable Member<T> ofSome(
      Membership<T> members, @Nullable Tried tried, long nowNanos, long hash) {
    double most = most(members);
    Member<T> best = null;
    double bestScore = 0;
    for (int i = members.from(); i < members.to(); i++) {
      Member<T> member = members.member(i);
      if (member.weight == 0 || member.outstanding() * member.burden >= most) {
        continue;
      }
      double chance = ((mix(hash ^ member.keyHash) >>> 12) + 0.5) * 0x1.0p-52;
      double score = -Math.log(chance) / member.weight;
      if ((best == null || score < bestScore) && members.admits(member, tried, nowNanos)) {
        best = member;
        bestScore = score;
      }
    }
    return best == null ? members.lastResort(tried, nowNanos) : best;
  }

  /**
   * A hash of what requests that belong together have in common, for {@link Balancer#pick(long,
   * Tried, long)}: the same in every process. It makes no objects.
   */
  public static long hash(byte[] bytes, int from, int to) {
    long hash = FNV_START;
    for (int i = from; i < to; i++) {
      hash = (hash ^ (bytes[i] & 0xff)) * FNV_PRIME;
    }
    return mix(hash);
  }

  /** FNV-1a, mixed: the same in every process. */
  static long hash(String key) {
    long hash = FNV_START;
    for (int i = 0; i < key.length(); i++) {
      hash = (hash ^ key.charAt(i)) * FNV_PRIME;
    }
    return mix(hash);
  }

  /** SplitMix64's finaliser. */
  static long mix(long bits) {
    long mixed = bits + 0x9e3779b97f4a7c15L;
    mixed = (mixed ^ (mixed >>> 30)) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
    return mixed ^ (mixed >>> 31);
  }
}

package io.roadstead.balancer;

import java.util.Arrays;
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
  private static final char FREE = Character.MAX_VALUE;

  private char[] table = {};

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
  }

  private static void fill(char[] filled, Membership<?> members, double largest) {
    int n = members.size();
    int[] at = new int[n];
    int[] skip = new int[n];
    double[] due = new double[n];
    for (int i = 0; i < n; i++) {
      long hash = hash(members.member(i).endpoint().key());
      at[i] = (int) Long.remainderUnsigned(hash, SLOTS);
      skip[i] = (int) Long.remainderUnsigned(mix(hash), SLOTS - 1) + 1;
    }
    Arrays.fill(filled, FREE);
    int left = SLOTS;
    while (true) {
      for (int i = 0; i < n; i++) {
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

  @Override
  public <T> @Nullable Member<T> choose(
      Membership<T> members, @Nullable Tried tried, long nowNanos) {
    return choose(members, tried, nowNanos, members.bits());
  }

  @Override
  public <T> @Nullable Member<T> choose(
      Membership<T> members, @Nullable Tried tried, long nowNanos, long hash) {
    if (table.length == 0) {
      return members.lastResort(tried, nowNanos);
    }
    double most = MOST_OVER_MEAN * (members.outstanding() + 1) / members.size() + ONE_MORE;
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

  /** FNV-1a, mixed: the same in every process. */
  static long hash(String key) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < key.length(); i++) {
      hash = (hash ^ key.charAt(i)) * 0x100000001b3L;
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

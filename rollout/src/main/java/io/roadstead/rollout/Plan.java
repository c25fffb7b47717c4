package io.roadstead.rollout;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What to do next for one service: a pure function of what is wanted and what is there. It knows no
 * history, so it is right after any crash, any take-over and any order of events; it is asked again
 * after each of them.
 *
 * <p>The laws that it keeps, with R replicas, S surge and U unavailable:
 *
 * <ul>
 *   <li>It never starts above R + S, counting what starts and what takes traffic; what drains does
 *       not count.
 *   <li>It never takes an available instance away that would leave fewer than R − U available.
 *   <li>It converges: where every start succeeds, asking and doing ends with exactly R instances,
 *       all of the release wanted.
 * </ul>
 *
 * @param start how many instances of the wanted release to start
 * @param drop ids of those that never took traffic and can simply be ended
 * @param drain ids of those to take out by the drain protocol
 */
record Plan(int start, List<String> drop, List<String> drain) {
  /** What an instance counts for. Draining and ended ones are not listed at all. */
  enum Standing {
    /** On its way; has never been given traffic. */
    STARTING,
    /** Its gate is open, but not for long enough, or it does not say yet that it is up. */
    SETTLING,
    /** Was available and is not now: suspect, or down by its own word. */
    UNREADY,
    AVAILABLE
  }

  /**
   * One instance that counts.
   *
   * @param current of the wanted release, and not to be replaced
   * @param leaving an operator wants it out once its replacement is available
   * @param age grows with each start: the highest is the newest
   */
  record Member(String id, Standing standing, boolean current, boolean leaving, long age) {}

  /**
   * What is wanted.
   *
   * @param mayReplace whether available instances of other releases may be taken out now
   * @param paused whether nothing is to be replaced; what is missing is still started
   * @param alone whether nothing is started before all that is to be replaced has ended
   * @param othersLeft whether something of that is left, in whatever state
   */
  record Wanted(
      int replicas,
      int surge,
      int unavailable,
      boolean mayReplace,
      boolean paused,
      boolean alone,
      boolean othersLeft) {
    /** New ones start beside the old. */
    Wanted(int replicas, int surge, int unavailable, boolean mayReplace, boolean paused) {
      this(replicas, surge, unavailable, mayReplace, paused, false, false);
    }
  }

  Plan {
    drop = List.copyOf(drop);
    drain = List.copyOf(drain);
  }

  boolean isEmpty() {
    return start == 0 && drop.isEmpty() && drain.isEmpty();
  }

  static Plan of(Wanted wanted, List<Member> members) {
    if (wanted.paused()) {
      return new Plan(Math.max(0, wanted.replicas() - members.size()), List.of(), List.of());
    }
    if (wanted.alone() && wanted.othersLeft()) {
      return clear(wanted, members);
    }
    List<String> drop = new ArrayList<>();
    List<Member> rest = new ArrayList<>();
    for (Member member : members) {
      if (!member.current() && member.standing() == Standing.STARTING) {
        drop.add(member.id());
      } else {
        rest.add(member);
      }
    }
    dropSurplusStarting(wanted, rest, drop);
    List<String> drain = drains(wanted, rest);
    int current = (int) rest.stream().filter(Member::current).count();
    int staying = rest.size() - drain.size();
    boolean leaving = rest.stream().anyMatch(Member::leaving);
    int surge = leaving ? Math.max(1, wanted.surge()) : wanted.surge();
    int start = Math.min(wanted.replicas() - current, wanted.replicas() + surge - staying);
    return new Plan(Math.max(0, start), drop, drain);
  }

  /** All that is to be replaced goes, and nothing comes before it has gone. */
  private static Plan clear(Wanted wanted, List<Member> members) {
    List<String> drop = new ArrayList<>();
    List<String> drain = new ArrayList<>();
    for (Member member : members) {
      if (member.current() || member.leaving()) {
        continue;
      }
      if (member.standing() == Standing.STARTING) {
        drop.add(member.id());
      } else if (wanted.mayReplace() || wanted.replicas() == 0) {
        drain.add(member.id());
      }
    }
    return new Plan(0, drop, drain);
  }

  /** Newer ones first; what already takes traffic fills the places before what does not yet. */
  private static void dropSurplusStarting(Wanted wanted, List<Member> rest, List<String> drop) {
    long surplus = rest.stream().filter(Member::current).count() - wanted.replicas();
    List<Member> starting =
        rest.stream()
            .filter(m -> m.current() && m.standing() == Standing.STARTING)
            .sorted(Comparator.comparingLong(Member::age).reversed())
            .limit(Math.max(0, surplus))
            .toList();
    rest.removeAll(starting);
    starting.forEach(member -> drop.add(member.id()));
  }

  private static List<String> drains(Wanted wanted, List<Member> rest) {
    int floor = Math.max(0, wanted.replicas() - wanted.unavailable());
    long available = count(rest, Standing.AVAILABLE);
    // An unready instance may still be the best there is (all of a service can be suspect at once),
    // so it counts as capacity against its own kind, and never against an available one.
    long capable =
        available
            + count(rest, Standing.UNREADY)
            + rest.stream().filter(m -> m.standing() == Standing.SETTLING && !m.current()).count();
    long surplus = rest.stream().filter(Member::current).count() - wanted.replicas();
    List<String> drain = new ArrayList<>();
    for (Member member : inOrderOfLeaving(rest)) {
      if (member.current()) {
        if (surplus <= 0) {
          continue;
        }
      } else if (!wanted.mayReplace() && wanted.replicas() > 0 && !member.leaving()) {
        continue;
      }
      int least = member.leaving() ? wanted.replicas() : floor;
      boolean spare =
          switch (member.standing()) {
            case STARTING -> true;
            case SETTLING -> member.current() || capable > least;
            case UNREADY -> capable > least;
            case AVAILABLE -> available > least;
          };
      if (spare) {
        drain.add(member.id());
        capable -= member.standing() == Standing.SETTLING && member.current() ? 0 : 1;
        available -= member.standing() == Standing.AVAILABLE ? 1 : 0;
        if (member.current()) {
          surplus--;
        }
      }
    }
    return drain;
  }

  /**
   * What is not wanted any more, the unready before the available; of what is wanted, the newest.
   */
  private static List<Member> inOrderOfLeaving(List<Member> rest) {
    return rest.stream()
        .filter(member -> member.standing() != Standing.STARTING)
        .sorted(
            Comparator.comparing(Member::current)
                .thenComparing(Member::standing)
                .thenComparing(
                    (a, b) ->
                        a.current()
                            ? Long.compare(b.age(), a.age())
                            : Long.compare(a.age(), b.age())))
        .toList();
  }

  private static long count(List<Member> members, Standing standing) {
    return members.stream().filter(member -> member.standing() == standing).count();
  }
}

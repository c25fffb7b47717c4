package io.roadstead.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.rollout.Plan.Member;
import io.roadstead.rollout.Plan.Standing;
import io.roadstead.rollout.Plan.Wanted;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PlanTest {
  private static final int SEEDS = 3_000;
  private static final List<Standing> ANY = List.copyOf(EnumSet.allOf(Standing.class));

  @Test
  void startsWhatIsMissing() {
    Plan plan = Plan.of(new Wanted(3, 1, 0, true, false), List.of());

    assertThat(plan).isEqualTo(new Plan(3, List.of(), List.of()));
  }

  @Test
  void startsTheNewBeforeItTakesAnOldOneAway() {
    List<Member> members = List.of(old("a", 0), old("b", 1));

    assertThat(Plan.of(new Wanted(2, 1, 0, true, false), members))
        .isEqualTo(new Plan(1, List.of(), List.of()));
  }

  @Test
  void takesOneOldAwayForEachNewOneAndStartsTheNextAtOnce() {
    List<Member> members = List.of(old("a", 0), old("b", 1), current("c", 2));

    assertThat(Plan.of(new Wanted(2, 1, 0, true, false), members))
        .isEqualTo(new Plan(1, List.of(), List.of("a")));
  }

  @Test
  void withUnavailableAndNoSurgeTakesTheOldAwayFirst() {
    List<Member> members = List.of(old("a", 0), old("b", 1));

    assertThat(Plan.of(new Wanted(2, 0, 1, true, false), members))
        .isEqualTo(new Plan(1, List.of(), List.of("a")));
  }

  @Test
  void keepsOldInstancesWhileAnEarlierGenerationRetires() {
    List<Member> members = List.of(old("a", 0), current("b", 1));

    assertThat(Plan.of(new Wanted(1, 1, 0, false, false), members).drain()).isEmpty();
  }

  @Test
  void scalesInTheUnreadyFirstAndThenTheNewest() {
    List<Member> members =
        List.of(
            current("a", 0),
            new Member("sick", Standing.UNREADY, true, false, 1),
            current("b", 2),
            current("c", 3));

    assertThat(Plan.of(new Wanted(2, 1, 0, true, false), members).drain())
        .containsExactly("sick", "c");
  }

  @Test
  void oneThatIsToLeaveStaysUntilItsReplacementIsAvailable() {
    Member leaving = new Member("a", Standing.AVAILABLE, false, true, 0);
    Wanted wanted = new Wanted(1, 0, 1, true, false);

    assertThat(Plan.of(wanted, List.of(leaving))).isEqualTo(new Plan(1, List.of(), List.of()));
    assertThat(Plan.of(wanted, List.of(leaving, current("b", 1))).drain()).containsExactly("a");
  }

  @Test
  void pausedItOnlyFillsWhatIsMissing() {
    List<Member> members = List.of(old("a", 0), old("b", 1));

    assertThat(Plan.of(new Wanted(2, 1, 0, true, true), members).isEmpty()).isTrue();
    assertThat(Plan.of(new Wanted(3, 1, 0, true, true), members).start()).isEqualTo(1);
  }

  /** Never below replicas − unavailable, never above replicas + surge, and it comes to an end. */
  @Test
  void theLawsHoldFromAnyStartOn() {
    for (int seed = 0; seed < SEEDS; seed++) {
      new Run(seed).check();
    }
  }

  /** One service whose instances do what the plan says, in the order that the seed decides. */
  private static final class Run {
    private final int seed;
    private final Random random;
    private final Wanted wanted;
    private final List<Member> members = new ArrayList<>();
    private long age;

    Run(int seed) {
      this.seed = seed;
      this.random = new Random(seed);
      int surge = random.nextInt(3);
      int unavailable = surge == 0 ? 1 + random.nextInt(2) : random.nextInt(3);
      wanted = new Wanted(random.nextInt(6), surge, unavailable, true, false);
      int before = random.nextInt(7);
      for (int i = 0; i < before; i++) {
        Standing standing = ANY.get(random.nextInt(4));
        boolean leaving = random.nextInt(8) == 0;
        members.add(
            new Member("m" + age, standing, !leaving && random.nextBoolean(), leaving, age++));
      }
    }

    void check() {
      String first = "seed " + seed + ": " + wanted + " from " + List.copyOf(members);
      for (int step = 0; ; step++) {
        assertThat(step).as("converges, %s", first).isLessThan(200);
        int available = count(Standing.AVAILABLE);
        Plan plan = Plan.of(wanted, List.copyOf(members));
        assertThat(plan.start()).as(first).isNotNegative();
        boolean leaving = members.stream().anyMatch(Member::leaving);
        members.removeIf(m -> plan.drain().contains(m.id()) || plan.drop().contains(m.id()));
        int floor = Math.max(0, wanted.replicas() - wanted.unavailable());
        assertThat(count(Standing.AVAILABLE))
            .as("available, step %s, %s, plan %s", step, first, plan)
            .isGreaterThanOrEqualTo(Math.min(available, floor));
        for (int i = 0; i < plan.start(); i++) {
          members.add(new Member("m" + age, Standing.STARTING, true, false, age++));
        }
        int surge = leaving ? Math.max(1, wanted.surge()) : wanted.surge();
        if (plan.start() > 0) {
          assertThat(members.size())
              .as("surge, step %s, %s, plan %s", step, first, plan)
              .isLessThanOrEqualTo(wanted.replicas() + surge);
        }
        if (plan.isEmpty() && !someoneBecomesAvailable()) {
          break;
        }
        if (random.nextBoolean()) {
          someoneBecomesAvailable();
        }
      }
      assertThat(members).as("in the end, %s", first).hasSize(wanted.replicas());
      assertThat(members)
          .as("in the end, %s", first)
          .allMatch(m -> m.current() && m.standing() == Standing.AVAILABLE);
    }

    /** What is current comes up sooner or later; what is old and unready may stay so. */
    private boolean someoneBecomesAvailable() {
      List<Member> coming =
          members.stream().filter(m -> m.current() && m.standing() != Standing.AVAILABLE).toList();
      if (coming.isEmpty()) {
        return false;
      }
      Member member = coming.get(random.nextInt(coming.size()));
      members.set(
          members.indexOf(member),
          new Member(member.id(), Standing.AVAILABLE, true, false, member.age()));
      return true;
    }

    private int count(Standing standing) {
      return (int) members.stream().filter(m -> m.standing() == standing).count();
    }
  }

  private static Member old(String id, long age) {
    return new Member(id, Standing.AVAILABLE, false, false, age);
  }

  private static Member current(String id, long age) {
    return new Member(id, Standing.AVAILABLE, true, false, age);
  }
}

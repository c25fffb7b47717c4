package io.roadstead.balancer;

/**
 * One request at a time for a member that has not answered yet, while there are others that have: a
 * newcomer that hangs then holds one request and not its whole share.
 */
public final class Probation implements Guard {
  public Probation() {}

  @Override
  public boolean admits(Member<?> member, Membership<?> members, long nowNanos) {
    return member.answered || member.outstanding() == 0 || members.answered() == 0;
  }

  @Override
  public void ended(Member<?> member, Membership<?> members, long nowNanos, Outcome outcome) {
    if (!member.answered && (outcome == Outcome.SUCCESS || outcome == Outcome.ERROR)) {
      members.markAnswered(member, true);
    }
  }
}

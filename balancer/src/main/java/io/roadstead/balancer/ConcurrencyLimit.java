package io.roadstead.balancer;

/**
 * Sends no member more than so many requests at once. It binds: where all members are full, there
 * is no pick, and the caller waits or refuses.
 */
public final class ConcurrencyLimit implements Guard {
  private final int most;

  /**
   * @param most how many outstanding requests a member may have
   */
  public ConcurrencyLimit(int most) {
    if (most < 1) {
      throw new IllegalArgumentException(
          "a concurrency limit of %d: must be at least 1".formatted(most));
    }
    this.most = most;
  }

  @Override
  public boolean admits(Member<?> member, Membership<?> members, long nowNanos) {
    return member.outstanding() < most;
  }

  @Override
  public boolean binds() {
    return true;
  }
}

package io.roadstead.balancer;

import org.jspecify.annotations.Nullable;

/**
 * The members that one request has been sent to already, so that a further pick for it goes
 * elsewhere. Reusable: a connection keeps one and clears it with each request. It holds at most
 * {@value #LIMIT}; nobody should try that often.
 */
public final class Tried {
  static final int LIMIT = 8;

  private final @Nullable Member<?>[] members = new Member<?>[LIMIT];
  private int size;

  public Tried() {}

  /** Remembers a member; the ninth takes the place of the eighth. */
  public void add(Member<?> member) {
    members[Math.min(size, LIMIT - 1)] = member;
    size = Math.min(size + 1, LIMIT);
  }

  public boolean contains(Member<?> member) {
    for (int i = 0; i < size; i++) {
      if (members[i] == member) {
        return true;
      }
    }
    return false;
  }

  /** The one that was added last; null where there is none. */
  public @Nullable Member<?> last() {
    return size == 0 ? null : members[size - 1];
  }

  public int size() {
    return size;
  }

  public void clear() {
    for (int i = 0; i < size; i++) {
      members[i] = null;
    }
    size = 0;
  }
}

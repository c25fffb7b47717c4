package io.roadstead.rollout;

/**
 * Where a change comes from.
 *
 * @param by who asked for it: the name of a token, an instance's id, or the platform
 * @param why in the words of who asked, at most {@value #MAX_WHY} characters; or ""
 */
public record Cause(String by, String why) {
  public static final int MAX_WHY = 200;

  /** A change whose reason was not told. */
  public static Cause by(String who) {
    return new Cause(who, "");
  }

  @Override
  public String toString() {
    return "by " + by + (why.isEmpty() ? "" : ": " + why);
  }
}

package io.roadstead.registry;

/** Forms of a path that servers read differently, and that a route may take all the same. */
public enum PathForm {
  /** {@code %2F}: for the gateway a part of its segment, never a separator. */
  ENCODED_SLASH("encoded-slash", 1),
  /** {@code //}: for the gateway an empty segment. */
  DOUBLE_SLASH("double-slash", 2);

  private final String word;
  private final int bit;

  PathForm(String word, int bit) {
    this.word = word;
    this.bit = bit;
  }

  /** Stands for it in a sum of forms. */
  public int bit() {
    return bit;
  }

  /** How the file names it. */
  public String word() {
    return word;
  }
}

package io.roadstead.registry;

/** Forms of a path that servers read differently, and that a route may take all the same. */
public enum PathForm {
  /** {@code %2F}: for the gateway a part of its segment, never a separator. */
  ENCODED_SLASH("encoded-slash"),
  /** {@code //}: for the gateway an empty segment. */
  DOUBLE_SLASH("double-slash");

  private final String word;

  PathForm(String word) {
    this.word = word;
  }

  /** How the file names it. */
  public String word() {
    return word;
  }
}

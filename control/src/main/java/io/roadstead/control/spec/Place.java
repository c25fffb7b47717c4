package io.roadstead.control.spec;

/**
 * Where in a document something stands.
 *
 * @param shown for people: {@code services.orders.routes[0].path}, "" for the whole document
 * @param pointer the same as a JSON pointer (RFC 6901), "" for the whole document
 */
public record Place(String shown, String pointer) {
  public static final Place ROOT = new Place("", "");

  public Place key(String name) {
    String escaped = name.replace("~", "~0").replace("/", "~1");
    return new Place(shown.isEmpty() ? name : shown + "." + name, pointer + "/" + escaped);
  }

  public Place index(int index) {
    return new Place(shown + "[" + index + "]", pointer + "/" + index);
  }
}

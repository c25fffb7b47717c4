package io.roadstead.registry;

import java.util.Locale;

/** The grammar of service names and instance ids. */
public final class Names {
  private static final int MAX_SERVICE = 63;
  private static final int MAX_ID = 255;

  private Names() {}

  /**
   * The canonical (lower case) form of a service name.
   *
   * @throws InvalidRegistration when it is not {@code [a-z0-9][a-z0-9._-]{0,62}} in any case
   */
  public static String service(String name) {
    String canonical = name.toLowerCase(Locale.ROOT);
    if (!isService(canonical)) {
      throw new InvalidRegistration(
          "invalid-service-name",
          "service name '"
              + abbreviate(name)
              + "' is not allowed: 1 to 63 of a-z, 0-9, '.', '_' and '-', starting with a letter or"
              + " a digit");
    }
    return canonical;
  }

  /**
   * The id itself.
   *
   * @throws InvalidRegistration when it is not 1–255 printable characters without spaces and
   *     slashes
   */
  public static String instanceId(String id) {
    if (!isId(id)) {
      throw new InvalidRegistration(
          "invalid-instance-id",
          "instance id '"
              + abbreviate(id)
              + "' ("
              + id.length()
              + " characters) is not allowed: 1 to 255 printable characters without spaces and"
              + " slashes");
    }
    return id;
  }

  private static boolean isService(String name) {
    if (name.isEmpty() || name.length() > MAX_SERVICE) {
      return false;
    }
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean alphanumeric = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
      if (!alphanumeric && (i == 0 || (c != '.' && c != '_' && c != '-'))) {
        return false;
      }
    }
    return true;
  }

  private static boolean isId(String id) {
    if (id.isEmpty() || id.length() > MAX_ID) {
      return false;
    }
    for (int i = 0; i < id.length(); i++) {
      char c = id.charAt(i);
      if (c <= ' ' || c == '/' || c == '\\' || (c >= 0x7F && c <= 0x9F)) {
        return false;
      }
    }
    return true;
  }

  static String abbreviate(String text) {
    return text.length() <= 80 ? text : text.substring(0, 80) + "…";
  }
}

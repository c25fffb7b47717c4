package io.roadstead.registry;

import java.util.Locale;
import java.util.regex.Pattern;

/** The grammar of service names and instance ids. */
public final class Names {
  private static final Pattern SERVICE = Pattern.compile("[a-z0-9][a-z0-9._-]{0,62}");
  private static final int MAX_ID = 255;

  private Names() {}

  /**
   * The canonical (lower case) form of a service name.
   *
   * @throws InvalidRegistration when it is not {@code [a-z0-9][a-z0-9._-]{0,62}} in any case
   */
  public static String service(String name) {
    String canonical = name.toLowerCase(Locale.ROOT);
    if (!SERVICE.matcher(canonical).matches()) {
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
    boolean valid =
        !id.isEmpty()
            && id.length() <= MAX_ID
            && id.chars()
                .allMatch(c -> c > ' ' && c != '/' && c != '\\' && !Character.isISOControl(c));
    if (!valid) {
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

  static String abbreviate(String text) {
    return text.length() <= 80 ? text : text.substring(0, 80) + "…";
  }
}

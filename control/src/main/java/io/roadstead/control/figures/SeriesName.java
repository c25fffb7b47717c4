package io.roadstead.control.figures;

/**
 * Whose figures they are. Of a service: with its name only; of all: with nothing.
 *
 * @param service "" for the sum of all
 * @param version "" unless it is one of a version
 * @param instance the id, "" unless it is one of an instance
 */
public record SeriesName(String service, String version, String instance)
    implements Comparable<SeriesName> {
  public static final SeriesName TOTAL = new SeriesName("", "", "");

  static SeriesName service(String service) {
    return new SeriesName(service, "", "");
  }

  boolean ofService() {
    return version.isEmpty() && instance.isEmpty();
  }

  @Override
  public int compareTo(SeriesName other) {
    int byService = service.compareTo(other.service);
    if (byService != 0) {
      return byService;
    }
    int byInstance = instance.compareTo(other.instance);
    return byInstance != 0 ? byInstance : version.compareTo(other.version);
  }
}

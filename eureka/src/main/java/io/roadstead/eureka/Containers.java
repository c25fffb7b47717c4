package io.roadstead.eureka;

import io.roadstead.registry.Cursor;
import io.roadstead.registry.Instance;
import io.roadstead.registry.Service;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The objects around instances: always under a root name, always lists, and the hash code by which
 * Java clients check what a delta has made of their view.
 */
final class Containers {
  private Containers() {}

  /** {@code {"instance":…}}. */
  static byte[] instance(byte[] instance) {
    return Body.join("{\"instance\":", List.of(instance), "}");
  }

  /** An application as an element of a list. Names need no escaping: {@code Names} bounds them. */
  static byte[] element(String service, List<byte[]> instances) {
    return Body.join(
        "{\"name\":\"" + InstanceWriter.app(service) + "\",\"instance\":[", instances, "]}");
  }

  /** {@code {"application":…}}. */
  static byte[] application(String service, List<byte[]> instances) {
    return Body.join("{\"application\":", List.of(element(service, instances)), "}");
  }

  /** {@code {"applications":…}}. */
  static byte[] applications(Cursor version, String hashCode, List<byte[]> elements) {
    return Body.join(
        "{\"applications\":{\"versions__delta\":\""
            + Math.max(1, version.n())
            + "\",\"apps__hashcode\":\""
            + hashCode
            + "\",\"application\":[",
        elements,
        "]}}");
  }

  /** Instances by status: {@code DOWN_2_UP_40_}, in the order of the words; "" for none. */
  static final class HashCode {
    private final Map<EurekaStatus, Integer> counts = new EnumMap<>(EurekaStatus.class);

    void add(Instance instance) {
      counts.merge(EurekaStatus.of(instance.status()), 1, Integer::sum);
    }

    static String of(Iterable<Service> services) {
      HashCode hash = new HashCode();
      services.forEach(service -> service.instances().forEach(hash::add));
      return hash.text();
    }

    String text() {
      Map<String, Integer> byWord = new TreeMap<>();
      counts.forEach((status, count) -> byWord.put(status.name(), count));
      StringBuilder text = new StringBuilder();
      byWord.forEach((word, count) -> text.append(word).append('_').append(count).append('_'));
      return text.toString();
    }
  }
}

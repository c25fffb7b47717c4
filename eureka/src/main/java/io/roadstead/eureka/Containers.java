package io.roadstead.eureka;

import io.roadstead.registry.Cursor;
import io.roadstead.registry.Instance;
import io.roadstead.registry.InstanceKey;
import io.roadstead.registry.Service;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The objects around instances: always under a root name, always lists, and the hash code by which
 * Java clients check what a delta has made of their view.
 */
final class Containers {
  private Containers() {}

  /** Writes {@code {"applications":…}} around elements that are added one by one. */
  static final class Applications {
    private final Body.Builder body = new Body.Builder();
    private final Cursor version;
    private boolean first = true;

    Applications(Cursor version, String hashCode) {
      this.version = version;
      body.add("{\"applications\":{\"versions__delta\":\"")
          .add(Long.toString(Math.max(1, version.n())))
          .add("\",\"apps__hashcode\":\"")
          .add(hashCode)
          .add("\",\"application\":[");
    }

    void add(String service, Chunks<?> instances) {
      body.add(first ? "" : ",");
      first = false;
      element(body, service, instances);
    }

    Body build() {
      return body.add("]}}").build(version);
    }
  }

  /** {@code {"application":…}}. */
  static Body application(Cursor version, String service, Chunks<?> instances) {
    Body.Builder body = new Body.Builder().add("{\"application\":");
    element(body, service, instances);
    return body.add("}").build(version);
  }

  /** {@code {"instance":…}}. */
  static Body instance(Cursor version, byte[] instance) {
    return new Body.Builder()
        .add("{\"instance\":")
        .add(new Segment(instance))
        .add("}")
        .build(version);
  }

  /** Names need no escaping: the registry bounds what a service may be called. */
  private static void element(Body.Builder body, String service, Chunks<?> instances) {
    body.add("{\"name\":\"").add(InstanceWriter.app(service)).add("\",\"instance\":[");
    instances.addTo(body);
    body.add("]}");
  }

  /** Instances by status: {@code DOWN_2_UP_40_}, in the order of the words; "" for none. */
  static final class HashCode {
    private final Map<EurekaStatus, Integer> counts = new EnumMap<>(EurekaStatus.class);

    void add(Instance instance) {
      counts.merge(EurekaStatus.of(instance.status()), 1, Integer::sum);
    }

    /**
     * @param own an instance that counts in this form and not in the one among the services
     */
    static String of(Iterable<Service> services, @Nullable Instance own) {
      InstanceKey replaced = own == null ? null : own.key();
      HashCode hash = new HashCode();
      for (Service service : services) {
        for (Instance instance : service.instances()) {
          hash.add(own != null && instance.key().equals(replaced) ? own : instance);
        }
      }
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

package io.roadstead.registry;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The services of one snapshot, by name. Immutable: a change makes a new one that shares every
 * service it does not touch, at the cost of one copied array of references.
 */
final class SortedServices extends AbstractMap<String, Service> {
  static final SortedServices EMPTY = new SortedServices(new Service[0]);

  /** Above this many services touched at once a tree is cheaper than a copy for each. */
  private static final int FEW = 8;

  private final Service[] services;

  private SortedServices(Service[] services) {
    this.services = services;
  }

  SortedServices apply(List<Change> changes) {
    if (changes.size() == 1) {
      Change only = changes.getFirst();
      int at = indexOf(only.service());
      return with(at, changed(at < 0 ? null : services[at], only.service(), changes));
    }
    Map<String, List<Change>> byService = new LinkedHashMap<>();
    for (Change change : changes) {
      byService.computeIfAbsent(change.service(), _ -> new ArrayList<>()).add(change);
    }
    if (byService.size() <= FEW) {
      SortedServices result = this;
      for (Map.Entry<String, List<Change>> touched : byService.entrySet()) {
        String name = touched.getKey();
        result =
            result.with(result.indexOf(name), changed(result.get(name), name, touched.getValue()));
      }
      return result;
    }
    TreeMap<String, Service> all = new TreeMap<>(this);
    byService.forEach(
        (name, ofService) -> {
          Service next = changed(all.get(name), name, ofService);
          if (next.isEmpty()) {
            all.remove(name);
          } else {
            all.put(name, next);
          }
        });
    return new SortedServices(all.values().toArray(Service[]::new));
  }

  private static Service changed(@Nullable Service before, String name, List<Change> changes) {
    List<Instance> instances = new ArrayList<>(before == null ? List.of() : before.instances());
    List<Route> routes = before == null ? List.of() : before.routes();
    TrafficPolicy traffic = before == null ? TrafficPolicy.DEFAULT : before.traffic();
    Split split = before == null ? Split.NONE : before.split();
    for (Change change : changes) {
      switch (change) {
        case Change.Put put -> {
          int at = indexOf(instances, put.instance().id());
          if (at >= 0) {
            instances.set(at, put.instance());
          } else {
            instances.add(-at - 1, put.instance());
          }
        }
        case Change.Remove remove -> {
          int at = indexOf(instances, remove.last().id());
          if (at >= 0) {
            instances.remove(at);
          }
        }
        case Change.Facts facts -> {
          routes = facts.routes();
          traffic = facts.traffic();
        }
        case Change.Shares shares -> split = shares.split();
      }
    }
    return new Service(name, instances, routes, traffic, split);
  }

  /** The position of an id in instances in order of id, or {@code -(where it belongs) - 1}. */
  static int indexOf(List<Instance> instances, String id) {
    int low = 0;
    int high = instances.size() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int order = instances.get(middle).id().compareTo(id);
      if (order == 0) {
        return middle;
      }
      if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -low - 1;
  }

  /**
   * @param at where it stands, or {@code -(where it belongs) - 1}
   */
  private SortedServices with(int at, Service next) {
    boolean empty = next.isEmpty();
    Service[] copy;
    if (at >= 0 && !empty) {
      copy = services.clone();
      copy[at] = next;
    } else if (at >= 0) {
      copy = new Service[services.length - 1];
      System.arraycopy(services, 0, copy, 0, at);
      System.arraycopy(services, at + 1, copy, at, copy.length - at);
    } else if (!empty) {
      int before = -at - 1;
      copy = Arrays.copyOf(services, services.length + 1);
      System.arraycopy(services, before, copy, before + 1, services.length - before);
      copy[before] = next;
    } else {
      return this;
    }
    return new SortedServices(copy);
  }

  private int indexOf(String name) {
    int low = 0;
    int high = services.length - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int order = services[middle].name().compareTo(name);
      if (order == 0) {
        return middle;
      }
      if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -low - 1;
  }

  @Override
  public @Nullable Service get(@Nullable Object name) {
    int at = name instanceof String text ? indexOf(text) : -1;
    return at >= 0 ? services[at] : null;
  }

  @Override
  public boolean containsKey(@Nullable Object name) {
    return get(name) != null;
  }

  @Override
  public int size() {
    return services.length;
  }

  @Override
  public Set<Map.Entry<String, Service>> entrySet() {
    return new AbstractSet<>() {
      @Override
      public Iterator<Map.Entry<String, Service>> iterator() {
        return IntStream.range(0, services.length)
            .mapToObj(i -> Map.entry(services[i].name(), services[i]))
            .iterator();
      }

      @Override
      public int size() {
        return services.length;
      }
    };
  }
}

package io.roadstead.gateway;

import io.roadstead.gateway.route.RouteTable;
import io.roadstead.registry.ForbiddenPlaces;
import io.roadstead.registry.Instance;
import io.roadstead.registry.Service;
import io.roadstead.registry.Snapshot;
import io.roadstead.registry.Status;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Makes worlds of snapshots: decides which instances may be routed to, and where they are. What did
 * not change is carried over from the world before. Confined to one thread.
 */
final class WorldBuilder {
  private final GatewayConfig config;
  private final ForbiddenPlaces forbidden;
  private final AddressBook addresses;
  private @Nullable World last;
  private List<Service> lastServices = List.of();
  private final Map<String, World.Membership> memberships = new HashMap<>();
  private final Map<String, Crowd> crowds = new HashMap<>();

  WorldBuilder(GatewayConfig config, ForbiddenPlaces forbidden, AddressBook addresses) {
    this.config = config;
    this.forbidden = forbidden;
    this.addresses = addresses;
  }

  World build(Snapshot snapshot) {
    List<Service> services = List.copyOf(snapshot.services().values());
    List<World.Membership> next = new ArrayList<>(services.size());
    Set<String> hosts = new HashSet<>();
    Set<String> names = new HashSet<>();
    for (Service service : services) {
      World.Membership fresh = membership(service);
      World.Membership known = memberships.get(service.name());
      World.Membership kept = fresh.equals(known) ? known : fresh;
      memberships.put(service.name(), kept);
      next.add(kept);
      names.add(service.name());
      service.instances().forEach(instance -> hosts.add(instance.host()));
    }
    memberships.keySet().retainAll(names);
    crowds.keySet().retainAll(names);
    addresses.keep(hosts);
    World before = last;
    if (before != null
        && before.version().equals(snapshot.version())
        && before.services().equals(next)) {
      return before;
    }
    RouteTable routes =
        before != null && sameRoutes(services)
            ? before.routes()
            : (before == null ? RouteTable.EMPTY : before.routes())
                .next(services, config.defaultRoutes());
    World world = new World(snapshot.version(), routes, List.copyOf(next));
    last = world;
    lastServices = services;
    return world;
  }

  private boolean sameRoutes(List<Service> services) {
    if (services.size() != lastServices.size()) {
      return false;
    }
    for (int i = 0; i < services.size(); i++) {
      Service now = services.get(i);
      Service then = lastServices.get(i);
      if (!now.name().equals(then.name()) || !now.routes().equals(then.routes())) {
        return false;
      }
    }
    return true;
  }

  private World.Membership membership(Service service) {
    List<@Nullable InetSocketAddress> places = new ArrayList<>();
    Map<String, Integer> why = new HashMap<>();
    Map<Status, Integer> usable = new EnumMap<>(Status.class);
    for (Instance instance : service.instances()) {
      InetAddress address = addresses.address(instance);
      String obstacle = obstacle(instance, address);
      places.add(
          obstacle == null && address != null
              ? new InetSocketAddress(address, instance.port())
              : null);
      if (obstacle != null) {
        why.merge(obstacle, 1, Integer::sum);
      } else if (instance.status().takesTraffic()) {
        usable.merge(instance.status(), 1, Integer::sum);
      } else {
        why.merge(instance.status().name().toLowerCase(Locale.ROOT), 1, Integer::sum);
      }
    }
    // A suspect is used only where nobody is beyond suspicion.
    Status wanted = usable.containsKey(Status.UP) ? Status.UP : Status.SUSPECT;
    List<World.Target> targets = new ArrayList<>();
    for (int i = 0; i < places.size(); i++) {
      Instance instance = service.instances().get(i);
      InetSocketAddress place = places.get(i);
      targets.add(new World.Target(instance, place, place != null && instance.status() == wanted));
    }
    Crowd crowd = crowds.computeIfAbsent(service.name(), _ -> new Crowd());
    Set<String> ids = service.instances().stream().map(Instance::id).collect(Collectors.toSet());
    crowd.keepInstances(ids);
    World.Membership before = memberships.get(service.name());
    Affinity affinity =
        Affinity.of(
            service.traffic().balancing().affinity(),
            service.name(),
            ids,
            config.cookieKey(),
            before == null ? null : before.affinity());
    return new World.Membership(
        service.name(),
        List.copyOf(targets),
        absence(service, why),
        service.traffic(),
        affinity,
        service.split(),
        crowd);
  }

  private @Nullable String obstacle(Instance instance, @Nullable InetAddress address) {
    if (address == null) {
      return "with a host that does not resolve";
    }
    String obstacle = forbidden.obstacle(address, instance.port());
    if (obstacle != null) {
      return obstacle;
    }
    return instance.secure() ? "reachable over TLS only, which is not spoken yet" : null;
  }

  private static String absence(Service service, Map<String, Integer> why) {
    if (service.instances().isEmpty()) {
      return "service '" + service.name() + "' has no instance registered";
    }
    String reasons =
        why.entrySet().stream()
            .sorted(Map.Entry.comparingByKey())
            .map(entry -> entry.getValue() + " " + entry.getKey())
            .collect(Collectors.joining(", "));
    return "service '"
        + service.name()
        + "' has no instance that takes traffic; of "
        + service.instances().size()
        + ": "
        + reasons;
  }
}

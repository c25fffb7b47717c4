package io.roadstead.registry;

import java.util.List;

/** One step from a version of the registry to the next. */
public sealed interface Change {
  /** The service that it concerns. */
  String service();

  /** An instance came or changed; {@code instance} is how it is now. */
  record Put(Instance instance) implements Change {
    @Override
    public String service() {
      return instance.service();
    }
  }

  /** An instance is gone; {@code last} is how it was. */
  record Remove(Instance last) implements Change {
    @Override
    public String service() {
      return last.service();
    }
  }

  /**
   * A service's own facts changed; they are now {@code routes} (none: the service has no
   * specification any more) and {@code traffic}.
   */
  record Facts(String service, List<Route> routes, TrafficPolicy traffic) implements Change {
    public Facts {
      routes = List.copyOf(routes);
    }
  }

  /** A service's requests are shared otherwise among its versions. */
  record Shares(String service, Split split) implements Change {}
}

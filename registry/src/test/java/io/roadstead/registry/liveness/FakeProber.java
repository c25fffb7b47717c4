package io.roadstead.registry.liveness;

import io.roadstead.registry.Instance;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Sees what the test has said, by instance id; all else is alive. */
final class FakeProber implements Prober {
  final Map<String, Seen> seen = new HashMap<>();
  final List<String> connects = new ArrayList<>();
  final List<String> asks = new ArrayList<>();

  void refuses(String id) {
    seen.put(id, new Seen.Refused("connection refused on port 80"));
  }

  void fails(String id) {
    seen.put(id, new Seen.Failing("GET on port 80 answered 503"));
  }

  void lives(String id) {
    seen.remove(id);
  }

  @Override
  public Seen connect(Instance instance, Duration limit) {
    connects.add(instance.id());
    return seen.getOrDefault(instance.id(), Seen.ALIVE);
  }

  @Override
  public Seen ask(Instance instance, Duration limit) {
    asks.add(instance.id());
    return seen.getOrDefault(instance.id(), Seen.ALIVE);
  }
}

package io.roadstead.rollout;

import io.roadstead.registry.Subscribers;
import io.roadstead.registry.event.Event;
import java.util.List;
import java.util.Optional;

/**
 * What must outlive the platform's process. Each call is one transaction, durable when it returns.
 * Blocks; safe from any thread.
 */
public interface StateStore extends AutoCloseable {
  /** An event with its place in the log. */
  record StoredEvent(long number, Event event) {}

  List<ServiceState> services();

  /** Accepts a release and makes it what is wanted, together. */
  void save(ServiceState state, Release release);

  void save(ServiceState state);

  /** Forgets the service, its releases and its instances; its roll-outs stay for the history. */
  void deleteService(String name);

  /** Newest first. */
  List<Release> releases(String service);

  void deleteRelease(String service, long number);

  List<InstanceRecord> instances();

  void save(InstanceRecord instance);

  void deleteInstance(String id);

  void save(Rollout rollout);

  Optional<Rollout> rollout(String id);

  /** Newest first, at most {@code limit}; of one service, or of all where {@code service} is "". */
  List<Rollout> rollouts(String service, int limit);

  List<Subscribers.Known> knownSubscribers();

  void saveKnownSubscribers(List<Subscribers.Known> known);

  /** Appends to the bounded log; the oldest go. Returns the event's number. */
  long append(Event event);

  /** Oldest first, at most {@code limit}, after number {@code after}. */
  List<StoredEvent> events(long after, int limit);

  /** A number that no earlier life of the platform on this data directory has had. */
  long nextEpoch();

  @Override
  void close();
}

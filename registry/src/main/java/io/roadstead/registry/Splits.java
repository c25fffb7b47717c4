package io.roadstead.registry;

import io.roadstead.registry.event.Event;
import io.roadstead.registry.event.EventSink;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;

/**
 * Changes the splits of services: kept first, then in force, so that none is lost by a crash
 * between the two. Blocks; safe from any thread.
 */
public final class Splits {
  /** Where they outlive the process. */
  public interface Kept {
    /** By service. */
    Map<String, Split> splits();

    /** Durable when it returns; {@link Split#NONE} forgets it. */
    void saveSplit(String service, Split split);
  }

  private static final int WHOLE = 100;

  private final Registry registry;
  private final Kept kept;
  private final InstantSource wall;
  private final EventSink events;

  public Splits(Registry registry, Kept kept, InstantSource wall, EventSink events) {
    this.registry = registry;
    this.kept = kept;
    this.wall = wall;
    this.events = events;
  }

  /** Puts those of an earlier life in force. */
  public void restore() {
    kept.splits().forEach(registry::split);
  }

  /** What is in force; {@link Split#NONE} also where there is no such service. */
  public Split of(String service) {
    Service known = registry.snapshot().service(Names.service(service));
    return known == null ? Split.NONE : known.split();
  }

  /**
   * Makes it the split of the service.
   *
   * @param by who asks, for the event
   * @return the version of the registry that has it
   * @throws InvalidRegistration where it is one service too many
   */
  public Cursor set(String service, Split split, String by) {
    String name = Names.service(service);
    String message =
        "the split of " + name + (split.isNone() ? " has ended" : " is now " + split.words());
    return put(name, split, "", message, by);
  }

  /**
   * A roll-out begins that makes this version of the service: a split in which the version has no
   * share ends, for it would get no request until the others have gone.
   */
  public void begins(String service, String version, String rollout) {
    Split split = of(service);
    if (!split.isNone() && split.shares().getOrDefault(version, 0) == 0) {
      Cursor _ =
          put(
              service,
              Split.NONE,
              rollout,
              "the split of " + service + " has ended: " + rollout + " makes " + version + " of it",
              rollout);
    }
  }

  /**
   * A roll-out has made this version of the service: a split ends where none of the other versions
   * that it names has an instance left, so that it is not in the way of the next roll-out.
   */
  public void arrived(String service, String version, String rollout) {
    Split split = of(service);
    Service known = registry.snapshot().service(service);
    if (split.isNone()
        || known == null
        || known.instances().stream()
            .map(Instance::version)
            .anyMatch(other -> !other.equals(version) && split.shares().containsKey(other))) {
      return;
    }
    Cursor _ =
        put(
            service,
            Split.NONE,
            rollout,
            "the split of "
                + service
                + " has ended: "
                + version
                + " is the only version of it that is left",
            rollout);
  }

  /**
   * A roll-out shares the requests of a service out.
   *
   * @return the version of the registry that has it
   */
  public Cursor follow(String service, Map<String, Integer> shares, String rollout) {
    Split split = Split.of(shares);
    return put(
        service, split, rollout, "the split of " + service + " is now " + split.words(), rollout);
  }

  /** Nothing but this version of it is to get requests, while there are others. */
  public void only(String service, String version, String rollout) {
    Split split = of(service);
    if (!split.isNone() && split.shares().getOrDefault(version, 0) < WHOLE) {
      Map<String, Integer> shares = new HashMap<>();
      split.shares().keySet().forEach(other -> shares.put(other, 0));
      shares.put(version, WHOLE);
      Cursor _ = follow(service, shares, rollout);
    }
  }

  /** The service has been removed, and its split with it. */
  public void removed(String service, String by) {
    Cursor _ =
        put(
            service,
            Split.NONE,
            "",
            "the split of " + service + " has ended: the service was removed",
            by);
  }

  private Cursor put(String name, Split split, String rollout, String message, String by) {
    boolean changed;
    Cursor version;
    synchronized (this) {
      changed = !of(name).equals(split);
      if (changed) {
        kept.saveSplit(name, split);
      }
      version = registry.split(name, split);
    }
    if (changed) {
      events.accept(
          new Event(
              wall.instant(),
              "split.changed",
              name,
              "",
              rollout,
              message,
              Map.of("split", split.shares(), "by", by)));
    }
    return version;
  }
}

package io.roadstead.registry;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Who is listed, by which names, under which marks: the rules by which a write becomes changes.
 *
 * <p>An instance that the platform started may register itself too. It is recognised by its id, by
 * its service and port, or, under another service's name, by its port and an address of this
 * machine; the name it then uses is an <i>alias</i> of the platform's. The platform's names,
 * address and release win; status, metadata and attachment are its own.
 *
 * <p>Not thread-safe: the registry's lock guards every method.
 */
final class Roster {
  static final int MAX_INSTANCES = 200_000;
  private static final int MAX_REMEMBERED_MARKS = 10_000;

  final Directory directory = new Directory();
  private final Map<Integer, List<Entry>> managedByPort = new HashMap<>();
  private final Map<String, Entry> managedById = new HashMap<>();
  private final Map<InstanceKey, Marks> rememberedMarks = new LinkedHashMap<>();
  private final EndedInstances ended = new EndedInstances();
  private final Set<Entry> heldOut = new HashSet<>();
  private final OwnAddresses ownAddresses;
  private final Survivors survivors;
  private int instances;

  Roster(OwnAddresses ownAddresses, Survivors survivors) {
    this.ownAddresses = ownAddresses;
    this.survivors = survivors;
  }

  /** Returns whether it had no registration before. */
  boolean register(
      InstanceKey name,
      Function<@Nullable Registration, Registration> next,
      Bounds bounds,
      Writing writing) {
    Entry entry = directory.find(name);
    Registration before = entry == null ? null : entry.own();
    Registration after = next.apply(before);
    if (!after.service().equals(name.service()) || !after.id().equals(name.id())) {
      throw new IllegalArgumentException(
          "a registration of " + name + " may not become one of " + after.key());
    }
    if (entry == null) {
      entry = startedBehind(after);
    }
    if (entry == null) {
      refuseEnded(after, writing.nowNanos);
      bounds.admit(name.service(), instances);
      Marks remembered = rememberedMarks.remove(name);
      entry = new Entry(name, writing.now, remembered == null ? Marks.NONE : remembered);
      entry.restored = remembered != null;
      directory.put(name, entry);
      instances++;
    }
    boolean created = entry.own() == null;
    if (created || !after.equals(entry.own())) {
      accept(entry, after, writing);
    }
    entry.lease(writing.nowNanos);
    directory.leaseBegan(entry);
    survivors.heardOf(entry, writing.events::add);
    return created;
  }

  private void refuseEnded(Registration registration, long nowNanos) {
    ManagedInstance was = ended.of(registration, host -> isHere(registration, host), nowNanos);
    if (was != null) {
      throw new InvalidRegistration(
          "instance-ended",
          registration.key()
              + " is instance "
              + was.id()
              + " of the platform, whose process has ended: its registration came late and is not"
              + " taken");
    }
  }

  private void accept(Entry entry, Registration after, Writing writing) {
    Registration before = entry.own();
    Status was = entry.ownStatus();
    boolean known = entry.published != null;
    boolean sameName = before != null && before.id().equals(after.id());
    if (before == null || !sameName || !before.service().equals(after.service())) {
      dropAlias(entry);
      alias(entry, after, writing);
    }
    entry.own(after);
    writing.touched.add(entry.key);
    if (known && after.status() != was) {
      ownStatusChanged(entry, writing);
    }
    refresh(entry, writing);
  }

  private void alias(Entry entry, Registration after, Writing writing) {
    boolean otherService = !after.service().equals(entry.key.service());
    if (otherService || !after.id().equals(entry.key.id())) {
      directory.put(after.key(), entry);
    }
    if (otherService) {
      writing.event(
          "registry.name-differs",
          entry.key,
          "it registered itself as "
              + after.service()
              + "/"
              + after.id()
              + "; the specification's name "
              + entry.key.service()
              + " stands",
          Map.of("registeredAs", after.key().toString()));
    }
  }

  private void dropAlias(Entry entry) {
    Registration own = entry.own();
    if (own != null) {
      InstanceKey name = own.key();
      if (!name.equals(entry.key) && directory.find(name) == entry) {
        directory.remove(name);
      }
    }
  }

  /**
   * The name of the platform's instance that this registration would be one of, if there is one.
   */
  @Nullable InstanceKey startedFor(Registration registration) {
    Entry entry = directory.find(registration.key());
    if (entry == null) {
      entry = startedBehind(registration);
    }
    return entry == null || entry.managed == null ? null : entry.key;
  }

  /** The instance of the platform that this registration speaks for, if there is one. */
  private @Nullable Entry startedBehind(Registration registration) {
    Entry sameId = managedById.get(registration.id());
    if (sameId != null) {
      return sameId;
    }
    List<Entry> candidates = managedByPort.getOrDefault(registration.port(), List.of());
    for (Entry candidate : candidates) {
      if (candidate.key.service().equals(registration.service())) {
        return candidate;
      }
    }
    for (Entry candidate : candidates) {
      ManagedInstance managed = candidate.managed;
      if (managed != null && isHere(registration, managed.host())) {
        return candidate;
      }
    }
    return null;
  }

  private boolean isHere(Registration registration, String managedHost) {
    return registration.host().equalsIgnoreCase(managedHost)
        || registration.ipAddress().equals(managedHost)
        || ownAddresses.contains(registration.host())
        || ownAddresses.contains(registration.ipAddress());
  }

  /** Changes an own registration; false where there is none. */
  boolean update(InstanceKey name, UnaryOperator<Registration> change, Writing writing) {
    Entry entry = directory.find(name);
    Registration before = entry == null ? null : entry.own();
    if (entry == null || before == null) {
      return false;
    }
    Registration after = change.apply(before);
    if (!after.service().equals(before.service()) || !after.id().equals(before.id())) {
      throw new IllegalArgumentException(
          "a registration of " + before.key() + " may not become one of " + after.key());
    }
    if (!after.equals(before)) {
      accept(entry, after, writing);
    }
    entry.lease(writing.nowNanos);
    directory.leaseBegan(entry);
    return true;
  }

  boolean deregister(InstanceKey name, Writing writing) {
    Entry entry = directory.find(name);
    if (entry == null || entry.own() == null) {
      return false;
    }
    entry.endLease();
    if (entry.managed == null) {
      delist(entry, writing);
      writing.event("instance.deregistered", entry.key, "it took itself out", Map.of());
      return true;
    }
    boolean wasDown = entry.ownStatus() == Status.DOWN;
    dropAlias(entry);
    entry.own(null);
    writing.touched.add(entry.key);
    if (!wasDown) {
      ownStatusChanged(entry, writing);
    }
    refresh(entry, writing);
    return true;
  }

  /** Takes out an instance whose lease has just been ended by {@link Entry#expire}. */
  void expired(Entry entry, Writing writing) {
    delist(entry, writing);
    long seconds = Duration.ofNanos(entry.leaseNanos()).toSeconds();
    writing.event(
        "instance.expired",
        entry.key,
        "no heartbeat within its lease of " + seconds + " s",
        Map.of("leaseSeconds", seconds));
  }

  private void delist(Entry entry, Writing writing) {
    dropAlias(entry);
    directory.remove(entry.key);
    heldOut.remove(entry);
    survivors.gone(entry, writing.events::add);
    writing.touched.add(entry.key);
    instances--;
    Marks marks = entry.marks;
    if (entry.managed == null && (marks.draining() || marks.life() == Life.EJECTED)) {
      // Leaving and registering anew changes neither.
      remember(entry.key, Marks.NONE.withDraining(marks.draining()).withLife(marks.life()));
    }
    Instance last = entry.published;
    if (last != null) {
      entry.published = null;
      writing.changes.add(new Change.Remove(last));
    }
  }

  void manage(ManagedInstance managed, Bounds bounds, Writing writing) {
    InstanceKey key = managed.key();
    Entry entry = directory.find(key);
    if (entry == null || !entry.key.equals(key)) {
      bounds.admit(key.service(), instances);
      Marks remembered = rememberedMarks.remove(key);
      entry = new Entry(key, writing.now, remembered == null ? Marks.GATED : remembered);
      instances++;
    } else if (entry.managed == null) {
      entry.marks = entry.restored ? entry.marks : entry.marks.withGateOpen(false);
    } else {
      unindex(entry);
    }
    ended.remove(key);
    entry.managed = managed;
    directory.put(key, entry);
    managedById.put(key.id(), entry);
    managedByPort.computeIfAbsent(managed.port(), _ -> new ArrayList<>(1)).add(entry);
    writing.touched.add(key);
    survivors.heardOf(entry, writing.events::add);
    Remembered before = survivors.found(key);
    if (entry.own() == null) {
      absorb(entry, managed, writing);
    }
    if (entry.own() == null && before != null) {
      recall(entry, before.registration(), writing);
    }
    refresh(entry, writing);
  }

  /** What it had said of itself before a restart: it need not say it again. */
  private void recall(Entry entry, @Nullable Registration own, Writing writing) {
    entry.own(own);
    if (own != null) {
      entry.lease(writing.nowNanos);
      alias(entry, own, writing);
    }
  }

  /** Takes in an instance of before a restart; false where there is no room, or it is back. */
  boolean restore(Remembered before, Writing writing) {
    InstanceKey key = before.key();
    Registration own = before.registration();
    if (before.managed()) {
      survivors.await(before);
      return true;
    }
    if (own == null) {
      remember(key, Marks.NONE.withDraining(true));
      return true;
    }
    if (instances >= MAX_INSTANCES || directory.find(key) != null) {
      return false;
    }
    Entry entry = new Entry(key, before.registeredAt(), Marks.NONE.withDraining(before.draining()));
    entry.own(own);
    entry.lease(writing.nowNanos);
    entry.upSinceMillis = before.upSinceMillis();
    survivors.await(entry);
    directory.put(key, entry);
    directory.leaseBegan(entry);
    instances++;
    Instance listed = entry.view(before.changedAt());
    entry.published = listed;
    writing.changes.add(new Change.Put(listed));
    return true;
  }

  /** What is to be remembered of an instance now; null where that is nothing. */
  @Nullable Remembered remembered(InstanceKey key) {
    Entry entry = directory.find(key);
    if (entry == null || !entry.key.equals(key)) {
      Remembered waiting = survivors.waiting(key);
      if (waiting != null) {
        return waiting;
      }
      Marks marks = rememberedMarks.get(key);
      return marks != null && marks.draining() ? Remembered.markOf(key) : null;
    }
    boolean managed = entry.managed != null;
    Registration own = entry.own();
    if (own == null && !entry.signedOff) {
      return null;
    }
    Instance listed = entry.published;
    return new Remembered(
        key,
        own,
        managed,
        !managed && entry.marks.draining(),
        entry.registeredAt,
        listed == null ? entry.registeredAt : listed.changedAt(),
        entry.upSinceMillis);
  }

  /** Everything of which something may be to be remembered. */
  List<InstanceKey> rememberedKeys() {
    List<InstanceKey> keys = new ArrayList<>(rememberedMarks.keySet());
    keys.addAll(survivors.waiting());
    directory.forEach(entry -> keys.add(entry.key));
    return keys;
  }

  /** It may have registered itself before the platform listed it: under another name, then. */
  private void absorb(Entry entry, ManagedInstance managed, Writing writing) {
    List<Entry> others = new ArrayList<>();
    directory.forEach(
        other -> {
          Registration own = other.own();
          if (other != entry
              && other.managed == null
              && own != null
              && (own.port() == managed.port() || own.id().equals(managed.id()))
              && startedBehind(own) == entry) {
            others.add(other);
          }
        });
    for (Entry other : others) {
      Registration own = other.own();
      long renewed = other.renewedNanos();
      boolean drains = other.marks.draining();
      delist(other, writing);
      if (own != null) {
        entry.own(own);
        entry.marks = entry.marks.withDraining(entry.marks.draining() || drains);
        entry.lease(renewed);
        alias(entry, own, writing);
        break;
      }
    }
  }

  void unmanage(InstanceKey key, Writing writing) {
    Entry entry = directory.find(key);
    if (entry == null || entry.managed == null) {
      return;
    }
    ended.add(entry.managed, writing.nowNanos);
    entry.endLease();
    unindex(entry);
    delist(entry, writing);
    rememberedMarks.remove(entry.key);
    writing.event("instance.removed", entry.key, "its process has ended", Map.of());
  }

  private void unindex(Entry entry) {
    ManagedInstance managed = entry.managed;
    if (managed != null) {
      managedById.remove(entry.key.id(), entry);
      List<Entry> atPort = managedByPort.get(managed.port());
      if (atPort != null) {
        atPort.remove(entry);
        if (atPort.isEmpty()) {
          managedByPort.remove(managed.port());
        }
      }
    }
  }

  boolean mark(InstanceKey name, UnaryOperator<Marks> change, Writing writing) {
    Entry entry = directory.find(name);
    if (entry == null) {
      Marks remembered = rememberedMarks.get(name);
      if (remembered != null) {
        remember(name, change.apply(remembered));
        writing.touched.add(name);
      }
      return false;
    }
    boolean drained = entry.marks.draining();
    entry.marks = change.apply(entry.marks);
    if (drained != entry.marks.draining()) {
      writing.touched.add(entry.key);
    }
    refresh(entry, writing);
    return true;
  }

  void restoreMark(InstanceKey key, Marks marks, Writing writing) {
    Entry entry = directory.find(key);
    if (entry == null) {
      remember(key, marks);
    } else {
      entry.marks = marks;
      entry.restored = true;
      writing.touched.add(entry.key);
      refresh(entry, writing);
    }
  }

  private void remember(InstanceKey key, Marks marks) {
    rememberedMarks.remove(key);
    rememberedMarks.put(key, marks);
    if (rememberedMarks.size() > MAX_REMEMBERED_MARKS) {
      rememberedMarks.remove(rememberedMarks.keySet().iterator().next());
    }
  }

  private void ownStatusChanged(Entry entry, Writing writing) {
    Flapping flapping = entry.flapping;
    if (flapping == null) {
      flapping = new Flapping();
      entry.flapping = flapping;
    }
    long hold = flapping.changed(writing.nowNanos);
    if (hold > 0) {
      entry.marks = entry.marks.withHeld(true);
      heldOut.add(entry);
      long seconds = Duration.ofNanos(hold).toSeconds();
      writing.event(
          "instance.held-out",
          entry.key,
          "its own status changed more than 5 times within a minute: no traffic for "
              + seconds
              + " s",
          Map.of("seconds", seconds));
    }
  }

  /** Lets those back in whose time of being held out is over. */
  void letBackIn(Writing writing) {
    if (heldOut.isEmpty()) {
      return;
    }
    for (Entry entry : List.copyOf(heldOut)) {
      Flapping flapping = entry.flapping;
      if (flapping == null || flapping.released(writing.nowNanos)) {
        heldOut.remove(entry);
        entry.marks = entry.marks.withHeld(false);
        writing.event(
            "instance.let-back-in", entry.key, "its time of being held out is over", Map.of());
        refresh(entry, writing);
      }
    }
  }

  /** Publishes the instance as it now is, if that is any different. */
  private static void refresh(Entry entry, Writing writing) {
    Instance was = entry.published;
    Instance is = entry.view(was == null ? writing.now : was.changedAt());
    if (is.equals(was)) {
      return;
    }
    if (was != null) {
      is = entry.view(writing.now);
    }
    if (entry.ownStatus() != Status.UP) {
      entry.upSinceMillis = 0;
    } else if (entry.upSinceMillis == 0) {
      entry.upSinceMillis = writing.now.toEpochMilli();
    }
    entry.published = is;
    writing.changes.add(new Change.Put(is));
    if (was == null) {
      writing.event(
          "instance.registered",
          entry.key,
          (is.managed() ? "started at " : "registered at ") + is.host() + ":" + is.port(),
          Map.of("status", is.status().name(), "managed", is.managed()));
    } else if (was.status() != is.status()) {
      writing.event(
          "instance.status",
          entry.key,
          was.status() + " → " + is.status(),
          Map.of("from", was.status().name(), "to", is.status().name()));
    }
  }

  /** Refuses what there is no room for. */
  interface Bounds {
    /**
     * @throws InvalidRegistration where one more instance, in this service, is too much
     */
    void admit(String service, int instances);
  }
}

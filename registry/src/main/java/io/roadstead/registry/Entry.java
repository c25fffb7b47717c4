package io.roadstead.registry;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All that is known of one listed instance: its own registration, what the platform says of it, and
 * its lease.
 *
 * <p>The registry's lock guards every write but one: {@link #renew}, which any thread may do. A
 * renewal and an expiry meet in one compare-and-set on the time of the last renewal, so a renewal
 * that was answered with yes is never of an instance that expired.
 */
final class Entry {
  private static final long NO_LEASE = Long.MIN_VALUE;
  private static final VarHandle RENEWED;
  private static final VarHandle UNCONFIRMED;

  static {
    try {
      RENEWED = MethodHandles.lookup().findVarHandle(Entry.class, "renewedNanos", long.class);
      UNCONFIRMED = MethodHandles.lookup().findVarHandle(Entry.class, "unconfirmed", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  final InstanceKey key;
  final Instant registeredAt;
  private volatile @Nullable Registration own;
  volatile @Nullable ManagedInstance managed;
  volatile Marks marks;
  volatile long upSinceMillis;

  /** Marks of an earlier life of the platform were given back to it, its gate among them. */
  boolean restored;

  /** A managed instance took its own registration back: down until it registers anew. */
  boolean signedOff;

  @Nullable Flapping flapping;
  @Nullable Instance published;

  private volatile long renewedNanos = NO_LEASE;
  private volatile long leaseNanos = Registration.DEFAULT_LEASE.toNanos();

  /** Of before a restart, and not heard of since. */
  private volatile boolean unconfirmed;

  Entry(InstanceKey key, Instant registeredAt, Marks marks) {
    this.key = key;
    this.registeredAt = registeredAt;
    this.marks = marks;
  }

  /** Takes a registration, or its absence, as its own. Under the registry's lock. */
  void own(@Nullable Registration registration) {
    own = registration;
    signedOff = registration == null;
    leaseNanos =
        (registration == null ? Registration.DEFAULT_LEASE : registration.lease()).toNanos();
  }

  boolean unconfirmed() {
    return unconfirmed;
  }

  /** Returns whether that was a change; from any thread. */
  boolean unconfirmed(boolean value) {
    return UNCONFIRMED.compareAndSet(this, !value, value);
  }

  /** Begins or renews the lease. Under the registry's lock. */
  void lease(long now) {
    renewedNanos = now == NO_LEASE ? now + 1 : now;
  }

  void endLease() {
    renewedNanos = NO_LEASE;
  }

  /** Renews a lease that still is; from any thread. */
  boolean renew(long now) {
    long seen = renewedNanos;
    return seen != NO_LEASE
        && (RENEWED.compareAndSet(this, seen, now == NO_LEASE ? now + 1 : now)
            || renewedNanos != NO_LEASE);
  }

  /** Whether it has a lease that can run out: it registered itself and the platform did not. */
  boolean leased() {
    return managed == null && renewedNanos != NO_LEASE;
  }

  long renewedNanos() {
    return renewedNanos;
  }

  /** Ends the lease unless it was renewed after {@code seen}. */
  boolean expire(long seen) {
    return RENEWED.compareAndSet(this, seen, NO_LEASE);
  }

  long leaseNanos() {
    return leaseNanos;
  }

  /** What it last registered of itself; null where it has not, or has taken it back. */
  @Nullable Registration own() {
    return own;
  }

  Status ownStatus() {
    Registration registration = own;
    if (signedOff) {
      return Status.DOWN;
    }
    return registration == null ? Status.UP : registration.status();
  }

  /** The instance as readers see it, last changed at {@code changedAt}. */
  Instance view(Instant changedAt) {
    ManagedInstance started = managed;
    Registration registration = own;
    if (started != null) {
      return viewOfManaged(started, registration, changedAt);
    }
    if (registration == null) {
      throw new IllegalStateException(key + " is neither registered nor started by the platform");
    }
    Map<String, String> metadata = registration.metadata();
    return new Instance(
        key.service(),
        key.id(),
        registration.host(),
        registration.ipAddress(),
        registration.port(),
        registration.secure(),
        marks.effective(registration.status()),
        registration.weight(),
        metadata.getOrDefault("zone", ""),
        metadata.getOrDefault("version", ""),
        false,
        metadata,
        registeredAt,
        changedAt,
        registration.attachment());
  }

  /** Where it listens and which release it is the platform knows best; the rest it may say. */
  private Instance viewOfManaged(
      ManagedInstance started, @Nullable Registration registration, Instant changedAt) {
    Map<String, String> metadata = started.metadata();
    if (registration != null && !registration.metadata().isEmpty()) {
      Map<String, String> both = new HashMap<>(metadata);
      both.putAll(registration.metadata());
      metadata = Map.copyOf(both);
    }
    int weight = registration == null ? Registration.DEFAULT_WEIGHT : registration.weight();
    return new Instance(
        key.service(),
        key.id(),
        started.host(),
        OwnAddresses.numeric(started.host())
            ? started.host()
            : registration == null ? "" : registration.ipAddress(),
        started.port(),
        registration != null && registration.secure() && registration.port() == started.port(),
        marks.effective(ownStatus()),
        weight == Registration.DEFAULT_WEIGHT ? started.weight() : weight,
        metadata.getOrDefault("zone", ""),
        started.version(),
        true,
        marks.aside(),
        metadata,
        registeredAt,
        changedAt,
        registration == null ? null : registration.attachment());
  }
}

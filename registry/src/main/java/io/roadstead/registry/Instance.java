package io.roadstead.registry;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One instance as readers see it at one version of the registry. Immutable; an unchanged instance
 * is the same object in later snapshots, so adapters may cache by identity.
 *
 * @param status the effective status
 * @param zone from {@code metadata.zone}, or ""
 * @param version the release label: the platform's for managed instances, else {@code
 *     metadata.version}, or ""
 * @param managed whether the platform started it
 * @param aside whether readers that cannot follow the service's split are to leave it out: it is of
 *     a version on trial, or kept warm
 * @param registeredAt when this life of the instance first registered
 * @param changedAt when it last changed
 * @param attachment the adapter's data of its own registration, or null
 */
public record Instance(
    String service,
    String id,
    String host,
    String ipAddress,
    int port,
    boolean secure,
    Status status,
    int weight,
    String zone,
    String version,
    boolean managed,
    boolean aside,
    Map<String, String> metadata,
    Instant registeredAt,
    Instant changedAt,
    @Nullable Attachment attachment) {

  /** One that all readers may use. */
  public Instance(
      String service,
      String id,
      String host,
      String ipAddress,
      int port,
      boolean secure,
      Status status,
      int weight,
      String zone,
      String version,
      boolean managed,
      Map<String, String> metadata,
      Instant registeredAt,
      Instant changedAt,
      @Nullable Attachment attachment) {
    this(
        service,
        id,
        host,
        ipAddress,
        port,
        secure,
        status,
        weight,
        zone,
        version,
        managed,
        false,
        metadata,
        registeredAt,
        changedAt,
        attachment);
  }

  public InstanceKey key() {
    return new InstanceKey(service, id);
  }

  /** As it would stand if all that is said of it were this. */
  public Instance saying(Status own) {
    return new Instance(
        service,
        id,
        host,
        ipAddress,
        port,
        secure,
        own,
        weight,
        zone,
        version,
        managed,
        false,
        metadata,
        registeredAt,
        changedAt,
        attachment);
  }
}

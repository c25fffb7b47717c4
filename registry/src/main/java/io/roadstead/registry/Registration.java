package io.roadstead.registry;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an instance says of itself when it registers. Validated and canonical once constructed.
 *
 * @param ipAddress the numeric address, or "" where none was given
 * @param port 1–65535
 * @param status its own word: never {@link Status#DRAINING} or {@link Status#SUSPECT}, which only
 *     the platform gives
 * @param weight 0–1000
 * @param metadata at most 64 entries, keys up to 255 and values up to 4096 characters
 * @param lease 1 s to 1 h; without a renewal within it the instance expires (exactly 1 × this)
 * @param attachment an adapter's own data, or null
 */
public record Registration(
    String service,
    String id,
    String host,
    String ipAddress,
    int port,
    boolean secure,
    Status status,
    int weight,
    Map<String, String> metadata,
    Duration lease,
    @Nullable Attachment attachment) {

  public static final int DEFAULT_WEIGHT = 100;
  public static final Duration DEFAULT_LEASE = Duration.ofSeconds(90);

  public Registration {
    service = Names.service(service);
    id = Names.instanceId(id);
    metadata = Map.copyOf(metadata);
    RegistrationRules.check(host, port, status, weight, metadata, lease);
  }

  public InstanceKey key() {
    return new InstanceKey(service, id);
  }

  public Registration withStatus(Status newStatus) {
    return newStatus == status
        ? this
        : new Registration(
            service,
            id,
            host,
            ipAddress,
            port,
            secure,
            newStatus,
            weight,
            metadata,
            lease,
            attachment);
  }

  @SuppressWarnings("ReferenceEquality") // what is the same object needs no other around it
  public Registration withAttachment(@Nullable Attachment newAttachment) {
    return newAttachment == attachment
        ? this
        : new Registration(
            service,
            id,
            host,
            ipAddress,
            port,
            secure,
            status,
            weight,
            metadata,
            lease,
            newAttachment);
  }

  public Registration withMetadata(Map<String, String> newMetadata) {
    return new Registration(
        service, id, host, ipAddress, port, secure, status, weight, newMetadata, lease, attachment);
  }
}

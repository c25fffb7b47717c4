package io.roadstead.eureka;

import io.roadstead.registry.Attachment;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the Eureka protocol knows of an instance beyond a registration. It travels with the
 * registration and nobody but this module looks inside. Null means: never given, and then it is not
 * sent either.
 *
 * @param overriddenStatus an operator's word; {@link EurekaStatus#UNKNOWN} for none
 * @param port the plain port, whether {@code portEnabled} or not
 * @param durationSeconds of the lease, for telling it of an instance that is gone
 * @param lastDirtyMillis the client's version of its own data
 * @param action what the last write was: {@code ADDED} or {@code MODIFIED}
 */
public record EurekaInfo(
    EurekaStatus overriddenStatus,
    int port,
    boolean portEnabled,
    int securePort,
    boolean securePortEnabled,
    int countryId,
    @Nullable String sid,
    DataCenter dataCenter,
    int renewalIntervalSeconds,
    int durationSeconds,
    @Nullable String appGroupName,
    @Nullable String homePageUrl,
    @Nullable String statusPageUrl,
    @Nullable String healthCheckUrl,
    @Nullable String secureHealthCheckUrl,
    @Nullable String vipAddress,
    @Nullable String secureVipAddress,
    boolean coordinating,
    long lastDirtyMillis,
    String action,
    @Nullable String asgName)
    implements Attachment {

  static final String ADDED = "ADDED";
  static final String MODIFIED = "MODIFIED";
  static final String DELETED = "DELETED";

  /**
   * Where an instance runs.
   *
   * @param name {@code MyOwn}, {@code Amazon} or {@code Netflix}
   * @param metadata Amazon's; empty for the others
   */
  public record DataCenter(String name, Map<String, String> metadata) {
    static final String AMAZON = "Amazon";
    static final DataCenter MY_OWN = new DataCenter("MyOwn", Map.of());

    public DataCenter {
      metadata = Map.copyOf(metadata);
    }
  }

  boolean overridden() {
    return overriddenStatus != EurekaStatus.UNKNOWN;
  }

  EurekaInfo withOverride(EurekaStatus status) {
    return with(status, lastDirtyMillis, action);
  }

  EurekaInfo withLastDirtyMillis(long millis) {
    return with(overriddenStatus, millis, action);
  }

  EurekaInfo withAction(String word) {
    return with(overriddenStatus, lastDirtyMillis, word);
  }

  private EurekaInfo with(EurekaStatus status, long dirtyMillis, String word) {
    return new EurekaInfo(
        status,
        port,
        portEnabled,
        securePort,
        securePortEnabled,
        countryId,
        sid,
        dataCenter,
        renewalIntervalSeconds,
        durationSeconds,
        appGroupName,
        homePageUrl,
        statusPageUrl,
        healthCheckUrl,
        secureHealthCheckUrl,
        vipAddress,
        secureVipAddress,
        coordinating,
        dirtyMillis,
        word,
        asgName);
  }

  /** The info of an instance that came by another way: plain facts and the protocol's defaults. */
  static EurekaInfo synthesised(
      String service, int port, boolean secure, long registeredMillis, boolean changedSince) {
    return new EurekaInfo(
        EurekaStatus.UNKNOWN,
        port,
        !secure,
        secure ? port : 443,
        secure,
        1,
        null,
        DataCenter.MY_OWN,
        30,
        90,
        null,
        null,
        null,
        null,
        null,
        service,
        service,
        false,
        registeredMillis,
        changedSince ? MODIFIED : ADDED,
        null);
  }
}

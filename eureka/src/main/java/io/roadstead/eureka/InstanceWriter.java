package io.roadstead.eureka;

import io.roadstead.registry.Instance;
import io.roadstead.registry.Registry.LeaseTimes;
import java.io.ByteArrayOutputStream;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Writes an instance as Netflix's server does, down to the order of fields. No field may ever be
 * added: Spring's client refuses a fetch with one that it does not know. Thread-safe.
 */
final class InstanceWriter {
  private static final String DEFAULT_CLASS =
      "com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo";
  private static final String AMAZON_CLASS = "com.netflix.appinfo.AmazonInfo";
  private static final String EMPTY_MAP_CLASS = "java.util.Collections$EmptyMap";

  private final JsonFactory json = JsonFactory.builder().build();

  /**
   * The instance as a JSON object, without the root wrapper.
   *
   * @param lease null where the registry does not know it any more
   * @param removedAtMillis when it went, 0 while it is there
   */
  byte[] write(Instance instance, @Nullable LeaseTimes lease, long removedAtMillis) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(1200);
    try (JsonGenerator to = json.createGenerator(ObjectWriteContext.empty(), out)) {
      write(to, instance, infoOf(instance), lease, removedAtMillis);
    }
    return out.toByteArray();
  }

  static EurekaInfo infoOf(Instance instance) {
    return instance.attachment() instanceof EurekaInfo info
        ? info
        : EurekaInfo.synthesised(
            instance.service(),
            instance.port(),
            instance.secure(),
            instance.registeredAt().toEpochMilli(),
            instance.changedAt().isAfter(instance.registeredAt()));
  }

  /** The name of an application: its service in upper case. */
  static String app(String service) {
    return service.toUpperCase(Locale.ROOT);
  }

  private static void write(
      JsonGenerator to,
      Instance instance,
      EurekaInfo info,
      @Nullable LeaseTimes lease,
      long removedAtMillis) {
    to.writeStartObject();
    text(to, "instanceId", instance.id());
    text(to, "hostName", instance.host());
    text(to, "app", app(instance.service()));
    text(to, "ipAddr", instance.ipAddress().isEmpty() ? instance.host() : instance.ipAddress());
    String sid = info.sid();
    if (sid != null && !sid.equals("na") && !sid.equals("unknown")) {
      text(to, "sid", sid);
    }
    text(to, "status", EurekaStatus.of(instance.status()).name());
    text(to, "overriddenStatus", info.overriddenStatus().name());
    port(to, "port", info.port(), info.portEnabled());
    port(to, "securePort", info.securePort(), info.securePortEnabled());
    to.writeNumberProperty("countryId", info.countryId());
    dataCenter(to, info.dataCenter());
    lease(to, instance, info, lease, removedAtMillis);
    metadata(to, instance.metadata(), true);
    text(to, "appGroupName", info.appGroupName());
    text(to, "homePageUrl", info.homePageUrl());
    text(to, "statusPageUrl", info.statusPageUrl());
    text(to, "healthCheckUrl", info.healthCheckUrl());
    text(to, "secureHealthCheckUrl", info.secureHealthCheckUrl());
    text(to, "vipAddress", vip(instance, info.vipAddress()));
    text(to, "secureVipAddress", vip(instance, info.secureVipAddress()));
    text(to, "isCoordinatingDiscoveryServer", Boolean.toString(info.coordinating()));
    text(to, "lastUpdatedTimestamp", Long.toString(instance.changedAt().toEpochMilli()));
    text(to, "lastDirtyTimestamp", Long.toString(info.lastDirtyMillis()));
    text(to, "actionType", removedAtMillis > 0 ? EurekaInfo.DELETED : info.action());
    text(to, "asgName", info.asgName());
    to.writeEndObject();
  }

  /**
   * A platform-started instance is found under its specification's name too, whatever address its
   * own configuration gives.
   */
  static @Nullable String vip(Instance instance, @Nullable String own) {
    if (!instance.managed() || listed(own, instance.service(), true)) {
      return own;
    }
    return own == null || own.isBlank() ? instance.service() : own + "," + instance.service();
  }

  /** Whether a comma-separated list of addresses has {@code vip} in it, whole. */
  static boolean listed(@Nullable String addresses, String vip, boolean anyCase) {
    if (addresses == null) {
      return false;
    }
    int from = 0;
    while (from <= addresses.length()) {
      int comma = addresses.indexOf(',', from);
      int to = comma < 0 ? addresses.length() : comma;
      if (to - from == vip.length()
          && addresses.regionMatches(anyCase, from, vip, 0, vip.length())) {
        return true;
      }
      from = to + 1;
    }
    return false;
  }

  private static void port(JsonGenerator to, String name, int port, boolean enabled) {
    to.writeObjectPropertyStart(name);
    to.writeNumberProperty("$", port);
    text(to, "@enabled", Boolean.toString(enabled));
    to.writeEndObject();
  }

  private static void dataCenter(JsonGenerator to, EurekaInfo.DataCenter dataCenter) {
    boolean amazon = dataCenter.name().equals(EurekaInfo.DataCenter.AMAZON);
    to.writeObjectPropertyStart("dataCenterInfo");
    // never the client's own word for the class: decoders create what is named here
    text(to, "@class", amazon ? AMAZON_CLASS : DEFAULT_CLASS);
    text(to, "name", dataCenter.name());
    if (amazon) {
      metadata(to, dataCenter.metadata(), false);
    }
    to.writeEndObject();
  }

  private static void lease(
      JsonGenerator to,
      Instance instance,
      EurekaInfo info,
      @Nullable LeaseTimes lease,
      long removedAtMillis) {
    long registered = instance.registeredAt().toEpochMilli();
    boolean up = EurekaStatus.of(instance.status()) == EurekaStatus.UP;
    to.writeObjectPropertyStart("leaseInfo");
    to.writeNumberProperty("renewalIntervalInSecs", info.renewalIntervalSeconds());
    to.writeNumberProperty("durationInSecs", lease == null ? 90 : lease.durationMillis() / 1000);
    to.writeNumberProperty(
        "registrationTimestamp", lease == null ? registered : lease.registeredAtMillis());
    to.writeNumberProperty(
        "lastRenewalTimestamp",
        lease == null ? registered : Math.max(registered, lease.renewedAtMillis()));
    to.writeNumberProperty("evictionTimestamp", removedAtMillis);
    to.writeNumberProperty(
        "serviceUpTimestamp", lease == null ? (up ? registered : 0) : lease.upSinceMillis());
    to.writeEndObject();
  }

  private static void metadata(JsonGenerator to, Map<String, String> metadata, boolean markEmpty) {
    to.writeObjectPropertyStart("metadata");
    if (metadata.isEmpty() && markEmpty) {
      text(to, "@class", EMPTY_MAP_CLASS);
    }
    new TreeMap<>(metadata)
        .forEach(
            (key, value) -> {
              if (!key.equals("@class") && !key.equals("class")) {
                text(to, key, value);
              }
            });
    to.writeEndObject();
  }

  private static void text(JsonGenerator to, String name, @Nullable String value) {
    if (value != null) {
      to.writeName(Texts.wellFormed(name));
      to.writeString(Texts.wellFormed(value));
    }
  }
}

package io.roadstead.eureka;

import io.roadstead.registry.Instance;
import io.roadstead.registry.Registry.LeaseTimes;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes an instance as Netflix's server does, down to the order of fields. No field may ever be
 * added: Spring's client refuses a fetch with one that it does not know. Thread-safe.
 */
final class InstanceWriter {
  private static final String DEFAULT_CLASS =
      "com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo";
  private static final String AMAZON_CLASS = "com.netflix.appinfo.AmazonInfo";
  private static final String EMPTY_MAP_CLASS = "java.util.Collections$EmptyMap";

  /** What the compact form keeps of an Amazon data centre. */
  private static final Set<String> COMPACT_AMAZON =
      Set.of("instance-id", "availability-zone", "public-hostname", "public-ipv4", "local-ipv4");

  /**
   * The instance as a JSON object without the root wrapper, or as an XML element.
   *
   * @param depth how many elements stand around it in XML
   * @param lease null where the registry does not know it any more
   * @param removedAtMillis when it went, 0 while it is there
   */
  byte[] write(
      Form form, int depth, Instance instance, @Nullable LeaseTimes lease, long removedAtMillis) {
    return write(form, "instance", depth, instance, lease, removedAtMillis);
  }

  /**
   * The same under another name.
   *
   * @param root the name of its element in XML
   */
  byte[] write(
      Form form,
      String root,
      int depth,
      Instance instance,
      @Nullable LeaseTimes lease,
      long removedAtMillis) {
    Markup to = form.xml() ? new XmlMarkup(root, depth, form.compact()) : new JsonMarkup();
    if (form.compact()) {
      compact(to, instance, infoOf(instance), removedAtMillis);
    } else {
      whole(to, form, instance, infoOf(instance), lease, removedAtMillis);
    }
    return to.finish();
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

  private static void whole(
      Markup to,
      Form form,
      Instance instance,
      EurekaInfo info,
      @Nullable LeaseTimes lease,
      long removedAtMillis) {
    to.text("instanceId", instance.id());
    to.text("hostName", instance.host());
    to.text("app", app(instance.service()));
    to.text("ipAddr", ipAddress(instance));
    String sid = info.sid();
    if (sid != null && !sid.equals("na") && !sid.equals("unknown")) {
      to.text("sid", sid);
    }
    to.text("status", EurekaStatus.of(instance).name());
    to.text(form.xml() ? "overriddenstatus" : "overriddenStatus", info.overriddenStatus().name());
    to.port("port", info.port(), info.portEnabled());
    to.port("securePort", info.securePort(), info.securePortEnabled());
    to.number("countryId", info.countryId());
    dataCenter(to, info.dataCenter(), false);
    lease(to, instance, info, lease, removedAtMillis);
    to.entries("metadata", metadata(instance), EMPTY_MAP_CLASS);
    to.text("appGroupName", info.appGroupName());
    to.text("homePageUrl", info.homePageUrl());
    to.text("statusPageUrl", info.statusPageUrl());
    to.text("healthCheckUrl", info.healthCheckUrl());
    to.text("secureHealthCheckUrl", info.secureHealthCheckUrl());
    to.text("vipAddress", vip(instance, info.vipAddress()));
    to.text("secureVipAddress", vip(instance, info.secureVipAddress()));
    to.text("isCoordinatingDiscoveryServer", Boolean.toString(info.coordinating()));
    to.text("lastUpdatedTimestamp", Long.toString(instance.changedAt().toEpochMilli()));
    to.text("lastDirtyTimestamp", Long.toString(info.lastDirtyMillis()));
    to.text("actionType", action(info, removedAtMillis));
    to.text("asgName", info.asgName());
  }

  private static void compact(Markup to, Instance instance, EurekaInfo info, long removedAtMillis) {
    to.text("instanceId", instance.id());
    to.text("app", app(instance.service()));
    to.text("ipAddr", ipAddress(instance));
    to.text("vipAddress", vip(instance, info.vipAddress()));
    to.text("secureVipAddress", vip(instance, info.secureVipAddress()));
    dataCenter(to, info.dataCenter(), true);
    to.text("hostName", instance.host());
    to.text("status", EurekaStatus.of(instance).name());
    to.number("lastUpdatedTimestamp", instance.changedAt().toEpochMilli());
    to.text("actionType", action(info, removedAtMillis));
    to.text("asgName", info.asgName());
    to.port("port", info.port(), info.portEnabled());
    to.port("securePort", info.securePort(), info.securePortEnabled());
  }

  private static String ipAddress(Instance instance) {
    return instance.ipAddress().isEmpty() ? instance.host() : instance.ipAddress();
  }

  private static String action(EurekaInfo info, long removedAtMillis) {
    return removedAtMillis > 0 ? EurekaInfo.DELETED : info.action();
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

  private static void dataCenter(Markup to, EurekaInfo.DataCenter dataCenter, boolean compact) {
    boolean amazon = dataCenter.name().equals(EurekaInfo.DataCenter.AMAZON);
    // never the client's own word for the class: decoders create what is named here
    to.begin("dataCenterInfo", amazon ? AMAZON_CLASS : DEFAULT_CLASS);
    to.text("name", dataCenter.name());
    if (amazon) {
      Map<String, String> kept = new TreeMap<>(dataCenter.metadata());
      if (compact) {
        kept.keySet().retainAll(COMPACT_AMAZON);
      }
      to.entries("metadata", kept, null);
    }
    to.end();
  }

  private static void lease(
      Markup to,
      Instance instance,
      EurekaInfo info,
      @Nullable LeaseTimes lease,
      long removedAtMillis) {
    long registered = instance.registeredAt().toEpochMilli();
    boolean up = EurekaStatus.of(instance) == EurekaStatus.UP;
    to.begin("leaseInfo", null);
    to.number("renewalIntervalInSecs", info.renewalIntervalSeconds());
    to.number(
        "durationInSecs", lease == null ? info.durationSeconds() : lease.durationMillis() / 1000);
    to.number("registrationTimestamp", lease == null ? registered : lease.registeredAtMillis());
    to.number(
        "lastRenewalTimestamp",
        lease == null ? registered : Math.max(registered, lease.renewedAtMillis()));
    to.number("evictionTimestamp", removedAtMillis);
    to.number("serviceUpTimestamp", lease == null ? (up ? registered : 0) : lease.upSinceMillis());
    to.end();
  }

  /** In the order of keys, without what decoders would take for a class to create. */
  private static Map<String, String> metadata(Instance instance) {
    Map<String, String> metadata = new TreeMap<>(instance.metadata());
    metadata.remove("@class");
    metadata.remove("class");
    return metadata;
  }
}

package io.roadstead.eureka;

import io.roadstead.registry.InvalidRegistration;
import io.roadstead.registry.Registration;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Reads a registration. Clients differ (numbers as text, missing leases, empty overrides), so it
 * takes what the original takes; but what a strict client could not read back is refused here, with
 * the field's name, because one bad instance would cost that client its whole fetch.
 *
 * <p>Unknown fields are skipped. Runs with each registration, so words are put together only for a
 * refusal.
 */
final class InstanceReader {
  static final int MAX_DEPTH = 16;
  private static final int MAX_TEXT = 2048;
  private static final int MAX_ADDRESS = 64;
  private static final int MAX_METADATA = 128;
  private static final int MAX_LEASE_SECONDS = 3600;

  private InstanceReader() {}

  /**
   * The registration in {@code tree}.
   *
   * @param pathApp the application named in the path
   * @param nowMillis the version of its data for a client that sends none
   * @throws BadRequest with the reason, which names the field
   */
  static Registration read(String pathApp, JsonNode tree, long nowMillis) {
    return instance(pathApp, instanceIn(tree), nowMillis);
  }

  private static JsonNode instanceIn(JsonNode root) {
    JsonNode instance = root.isObject() ? root.get("instance") : null;
    if (instance == null || !instance.isObject()) {
      throw new BadRequest(
          "the body has no 'instance' at its root: send {\"instance\":{…}} or <instance>…");
    }
    return instance;
  }

  private static Registration instance(String pathApp, JsonNode json, long nowMillis) {
    EurekaInfo.@Nullable DataCenter dataCenter = dataCenter(json);
    String host = text(json, "hostName");
    String id = effectiveId(json, dataCenter, host);
    String ip = text(json, "ipAddr");
    String app = text(json, "app");
    require(!blank(id), "instanceId is missing");
    require(!blank(host), "hostName is missing");
    require(!blank(ip), "ipAddr is missing");
    require(!blank(app), "app is missing");
    if (id == null || host == null || ip == null || app == null) {
      throw new IllegalStateException("checked above");
    }
    if (!app.equalsIgnoreCase(pathApp)) {
      throw new BadRequest(
          "app '"
              + Texts.abbreviate(app)
              + "' in the body differs from '"
              + Texts.abbreviate(pathApp)
              + "' in the path");
    }
    if (!isAddress(ip)) {
      throw new BadRequest(
          "ipAddr '"
              + Texts.abbreviate(ip)
              + "' is not an address of at most "
              + MAX_ADDRESS
              + " characters");
    }
    if (dataCenter == null) {
      throw new BadRequest("dataCenterInfo is missing: send {\"name\":\"MyOwn\"} in it");
    }
    return registration(json, app, id, host, ip, dataCenter, nowMillis);
  }

  private static boolean isAddress(String ip) {
    for (int i = 0; i < ip.length(); i++) {
      char c = ip.charAt(i);
      if (c <= ' ' || c >= 0x7F) {
        return false;
      }
    }
    return ip.length() <= MAX_ADDRESS;
  }

  private static Registration registration(
      JsonNode json,
      String app,
      String id,
      String host,
      String ip,
      EurekaInfo.DataCenter dataCenter,
      long nowMillis) {
    @Nullable JsonNode lease = object(json, "leaseInfo");
    EurekaInfo info = info(json, lease, dataCenter, nowMillis);
    boolean secure = info.securePortEnabled() && !info.portEnabled();
    try {
      return new Registration(
          app,
          id,
          host,
          ip,
          secure ? info.securePort() : info.port(),
          secure,
          status(json, "status", EurekaStatus.UP).own(),
          Registration.DEFAULT_WEIGHT,
          metadata(object(json, "metadata"), "metadata"),
          Duration.ofSeconds(info.durationSeconds()),
          info);
    } catch (InvalidRegistration e) {
      throw new BadRequest(messageOf(e));
    }
  }

  static String messageOf(InvalidRegistration e) {
    String message = e.getMessage();
    return message == null ? e.code() : message;
  }

  private static EurekaInfo info(
      JsonNode json, @Nullable JsonNode lease, EurekaInfo.DataCenter dataCenter, long nowMillis) {
    @Nullable JsonNode port = object(json, "port");
    @Nullable JsonNode securePort = object(json, "securePort");
    String appGroup = text(json, "appGroupName");
    return new EurekaInfo(
        override(json),
        number(port, "port", "$", 7001),
        flag(port, "port", "@enabled", true),
        number(securePort, "securePort", "$", 7002),
        flag(securePort, "securePort", "@enabled", false),
        number(json, "countryId", "countryId", 1),
        text(json, "sid"),
        dataCenter,
        positive(lease, "leaseInfo.renewalIntervalInSecs", "renewalIntervalInSecs", 30),
        Math.min(
            positive(lease, "leaseInfo.durationInSecs", "durationInSecs", 90), MAX_LEASE_SECONDS),
        appGroup == null ? null : appGroup.toUpperCase(Locale.ROOT),
        text(json, "homePageUrl"),
        text(json, "statusPageUrl"),
        text(json, "healthCheckUrl"),
        text(json, "secureHealthCheckUrl"),
        text(json, "vipAddress"),
        text(json, "secureVipAddress"),
        flag(json, "isCoordinatingDiscoveryServer", "isCoordinatingDiscoveryServer", false),
        millis(json, "lastDirtyTimestamp", nowMillis),
        EurekaInfo.ADDED,
        text(json, "asgName"));
  }

  private static EurekaStatus status(JsonNode json, String field, EurekaStatus absent) {
    String word = text(json, field);
    return word == null ? absent : EurekaStatus.parse(field, word);
  }

  private static EurekaStatus override(JsonNode json) {
    String field = json.has("overriddenStatus") ? "overriddenStatus" : "overriddenstatus";
    String word = text(json, field);
    return word == null || word.isEmpty() ? EurekaStatus.UNKNOWN : EurekaStatus.parse(field, word);
  }

  private static @Nullable String effectiveId(
      JsonNode json, EurekaInfo.@Nullable DataCenter dataCenter, @Nullable String host) {
    String id = text(json, "instanceId");
    if (!blank(id)) {
      return id;
    }
    String amazon = dataCenter == null ? null : dataCenter.metadata().get("instance-id");
    return blank(amazon) ? host : amazon;
  }

  private static EurekaInfo.@Nullable DataCenter dataCenter(JsonNode json) {
    @Nullable JsonNode node = object(json, "dataCenterInfo");
    if (node == null) {
      return null;
    }
    String name = text(node, "name");
    if (blank(name) || name == null) {
      throw new BadRequest("dataCenterInfo.name is missing: MyOwn, Amazon or Netflix");
    }
    return switch (name) {
      case "MyOwn" -> EurekaInfo.DataCenter.MY_OWN;
      case "Netflix" -> new EurekaInfo.DataCenter(name, Map.of());
      case EurekaInfo.DataCenter.AMAZON ->
          new EurekaInfo.DataCenter(
              name, metadata(object(node, "metadata"), "dataCenterInfo.metadata"));
      default ->
          throw new BadRequest(
              "dataCenterInfo.name '"
                  + Texts.abbreviate(name)
                  + "' is none of MyOwn, Amazon, Netflix");
    };
  }

  private static Map<String, String> metadata(@Nullable JsonNode node, String field) {
    if (node == null || node.isEmpty()) {
      return Map.of();
    }
    if (node.size() > MAX_METADATA) {
      throw new BadRequest(
          field + " has " + node.size() + " entries, at most " + MAX_METADATA + " are read");
    }
    Map<String, String> result = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      String key = entry.getKey();
      JsonNode value = entry.getValue();
      if (key.equals("@class") || key.equals("class") || value.isNull()) {
        continue;
      }
      if (!value.isValueNode()) {
        throw new BadRequest(
            field
                + " '"
                + Texts.abbreviate(key)
                + "' is "
                + kind(value)
                + ": values must be text, numbers or booleans");
      }
      String text = value.asString();
      requireReadable(field, key, text);
      result.put(key, text);
    }
    return result;
  }

  static void requireReadable(String field, String key, String value) {
    if (Texts.unreadable(key) >= 0) {
      throw Texts.notReadable("a key of " + field, key);
    }
    if (Texts.unreadable(value) >= 0) {
      throw Texts.notReadable(field + " '" + Texts.abbreviate(key) + "'", value);
    }
  }

  private static @Nullable JsonNode object(JsonNode json, String field) {
    JsonNode node = json.get(field);
    if (node == null || node.isNull()) {
      return null;
    }
    if (!node.isObject()) {
      throw new BadRequest(field + " is " + kind(node) + ", not an object");
    }
    return node;
  }

  private static @Nullable String text(JsonNode json, String field) {
    JsonNode node = json.get(field);
    if (node == null || node.isNull()) {
      return null;
    }
    if (!node.isValueNode()) {
      throw new BadRequest(field + " is " + kind(node) + ", not text");
    }
    String text = node.asString();
    if (text.length() > MAX_TEXT) {
      throw new BadRequest(
          field + " has " + text.length() + " characters, at most " + MAX_TEXT + " are kept");
    }
    if (Texts.unreadable(text) >= 0) {
      throw Texts.notReadable(field, text);
    }
    return text;
  }

  private static int number(@Nullable JsonNode json, String field, String key, int absent) {
    JsonNode node = json == null ? null : json.get(key);
    if (node == null || node.isNull()) {
      return absent;
    }
    long number = integer(node, field);
    if (number < -1 || number > 65_535) {
      throw new BadRequest(field + " " + number + " is outside 0–65535");
    }
    return (int) number;
  }

  private static int positive(@Nullable JsonNode lease, String field, String key, int absent) {
    JsonNode node = lease == null ? null : lease.get(key);
    if (node == null || node.isNull()) {
      return absent;
    }
    long number = integer(node, field);
    return number <= 0 ? absent : (int) Math.min(number, Integer.MAX_VALUE);
  }

  private static long millis(JsonNode json, String field, long absent) {
    JsonNode node = json.get(field);
    return node == null || node.isNull() ? absent : integer(node, field);
  }

  private static long integer(JsonNode node, String field) {
    if (node.isNumber() && node.canConvertToLong()) {
      return node.asLong();
    }
    if (node.isString()) {
      try {
        return Long.parseLong(node.asString().strip());
      } catch (NumberFormatException e) {
        // refused below, as anything else that is no number
      }
    }
    throw new BadRequest(field + " " + shown(node) + " is not a whole number");
  }

  private static boolean flag(@Nullable JsonNode json, String field, String key, boolean absent) {
    JsonNode node = json == null ? null : json.get(key);
    if (node == null || node.isNull()) {
      return absent;
    }
    String word = node.isValueNode() ? node.asString().toLowerCase(Locale.ROOT) : "";
    return switch (word) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new BadRequest(field + " " + shown(node) + " is neither true nor false");
    };
  }

  private static String shown(JsonNode node) {
    return node.isValueNode() ? "'" + Texts.abbreviate(node.asString()) + "'" : kind(node);
  }

  private static String kind(JsonNode node) {
    return node.isObject() ? "an object" : node.isArray() ? "a list" : "a value";
  }

  private static boolean blank(@Nullable String text) {
    return text == null || text.isBlank();
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new BadRequest(message);
    }
  }
}

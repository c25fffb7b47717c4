package io.roadstead.platform.file;

import io.roadstead.control.spec.Section;
import io.roadstead.gateway.accesslog.AccessLogConfig;
import io.roadstead.gateway.accesslog.AccessLogConfig.Format;
import io.roadstead.gateway.accesslog.AccessLogConfig.Query;
import io.roadstead.gateway.forward.Cidr;
import io.roadstead.gateway.forward.Forwarding;
import io.roadstead.platform.GatewaySettings;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** What the file says of the gateway, beside where it listens. */
final class GatewaySection {
  private static final long LEAST_ROTATE = 64L << 10;
  private static final long MOST_ROTATE = 1L << 40;
  private static final int MOST_KEPT = 1000;
  private static final int MOST_ZONE = 255;
  private static final int MOST_PROXIES = 256;

  private GatewaySection() {}

  /**
   * @param directory that relative paths count from
   */
  static GatewaySettings read(Section gateway, Path directory) {
    Optional<AccessLogConfig> accessLog =
        gateway.has("accessLog")
            ? accessLog(gateway.section("accessLog"), directory)
            : Optional.empty();
    Optional<Path> filters =
        gateway.text("filters").flatMap(text -> path(gateway, text, directory));
    filters
        .filter(path -> !Files.isDirectory(path))
        .ifPresent(path -> gateway.problem("filters", "is no folder: there is none at " + path));
    return new GatewaySettings(accessLog, filters, forwarding(gateway), zone(gateway));
  }

  private static Optional<String> zone(Section gateway) {
    Optional<String> zone = gateway.text("zone");
    zone.filter(name -> name.isBlank() || name.length() > MOST_ZONE)
        .ifPresent(
            name ->
                gateway.problem(
                    "zone",
                    "has "
                        + name.length()
                        + " characters: 1 to "
                        + MOST_ZONE
                        + " are expected, as in the instances' metadata"));
    return zone;
  }

  private static Optional<Forwarding> forwarding(Section gateway) {
    if (!gateway.has("trustedProxies") && !gateway.has("trace")) {
      return Optional.empty();
    }
    List<Cidr> trusted = new ArrayList<>();
    JsonNode proxies = gateway.node("trustedProxies");
    if (proxies != null && !proxies.isArray()) {
      gateway.problem("trustedProxies", "is to be a list of addresses such as 10.0.0.0/8");
    }
    if (proxies != null && proxies.size() > MOST_PROXIES) {
      gateway.problem(
          "trustedProxies", "has " + proxies.size() + " entries, at most " + MOST_PROXIES);
    }
    if (proxies != null && proxies.isArray()) {
      for (JsonNode each : proxies) {
        String text = each.isString() ? each.stringValue() : each.toString();
        Optional<Cidr> range = Cidr.parse(text);
        range.ifPresent(trusted::add);
        if (range.isEmpty()) {
          gateway.problem(
              "trustedProxies",
              "'"
                  + text
                  + "' is no address and no range such as 10.0.0.0/8, whose bits beyond the length"
                  + " are 0");
        }
      }
    }
    Section trace = gateway.section("trace");
    boolean on = trace.flag("on", Forwarding.DEFAULT.traces());
    double sampled = trace.number("sampled", Forwarding.USUALLY_SAMPLED, 0, 1);
    trace.noMore();
    return Optional.of(new Forwarding(trusted, on, sampled));
  }

  private static Optional<AccessLogConfig> accessLog(Section section, Path directory) {
    String file = section.text("file").orElse("");
    Format format =
        word(section, "format", "text", "text, json", AccessLogConfig::format, Format.TEXT);
    Query query =
        word(section, "query", "names", "names, full, none", AccessLogConfig::query, Query.NAMES);
    int buffer =
        (int)
            section.bytes(
                "buffer",
                AccessLogConfig.USUAL_BUFFER,
                AccessLogConfig.LEAST_BUFFER,
                AccessLogConfig.MOST_BUFFER);
    long rotate = section.bytes("rotate", AccessLogConfig.USUAL_ROTATE, LEAST_ROTATE, MOST_ROTATE);
    int keep = section.integer("keep", AccessLogConfig.USUAL_KEEP, 0, MOST_KEPT);
    section.noMore();
    if (file.isBlank()) {
      section.problem("file", "is missing: a path is expected, or - for standard output");
      return Optional.empty();
    }
    if (buffer == 0) {
      section.problem("buffer", "is 0, which holds no line");
      return Optional.empty();
    }
    Optional<Path> path = file.equals("-") ? Optional.empty() : path(section, file, directory);
    return Optional.of(new AccessLogConfig(path, format, query, buffer, rotate, keep));
  }

  private interface Words<T> {
    Optional<T> read(String text);
  }

  private static <T> T word(
      Section section, String key, String usual, String known, Words<T> words, T fallback) {
    String text = section.text(key).orElse(usual);
    Optional<T> found = words.read(text);
    if (found.isEmpty()) {
      section.problem(key, "'" + text + "' is not supported; supported are " + known);
    }
    return found.orElse(fallback);
  }

  private static Optional<Path> path(Section section, String text, Path directory) {
    try {
      return Optional.of(directory.resolve(text).normalize());
    } catch (InvalidPathException e) {
      section.problem("file", "is not a path: " + e.getReason());
      return Optional.empty();
    }
  }
}

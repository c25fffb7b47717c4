package io.roadstead.platform.command;

import io.roadstead.gateway.accesslog.AccessLogConfig;
import io.roadstead.gateway.accesslog.AccessLogConfig.Format;
import io.roadstead.gateway.forward.Cidr;
import io.roadstead.gateway.forward.Forwarding;
import io.roadstead.platform.GatewaySettings;
import io.roadstead.platform.Refused;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What every command that runs a gateway can say of it. */
final class GatewayOptions {
  @Option(
      names = "--access-log",
      paramLabel = "FILE",
      description = "Log each request to this file, or to - for standard output. Default: no log.")
  private @Nullable String accessLog;

  @Option(
      names = "--access-log-format",
      paramLabel = "text|json",
      description = "How its lines look. Default: text.")
  private @Nullable String accessLogFormat;

  @Option(
      names = "--filters",
      paramLabel = "DIR",
      description = "Load filters from the jars in this folder. Default: none.")
  private @Nullable Path filters;

  @Option(
      names = "--trust",
      paramLabel = "CIDR",
      split = ",",
      description =
          "Believe proxies at these addresses (10.0.0.0/8) who sent a request. Default: nobody.")
  private List<String> trusted = List.of();

  @Option(
      names = "--zone",
      paramLabel = "ZONE",
      description =
          "Where the gateway is: services balanced by zone-first go to instances there first."
              + " Default: nowhere.")
  private @Nullable String zone;

  private Optional<Forwarding> forwarding() {
    List<Cidr> ranges = new ArrayList<>();
    for (String text : trusted) {
      ranges.add(
          Cidr.parse(text)
              .orElseThrow(
                  () ->
                      Refused.usage(
                          "--trust "
                              + text
                              + " is no address and no range such as 10.0.0.0/8, whose bits beyond"
                              + " the length are 0")));
    }
    return ranges.isEmpty()
        ? Optional.empty()
        : Optional.of(new Forwarding(ranges, true, Forwarding.USUALLY_SAMPLED));
  }

  GatewaySettings settings() {
    Optional<Format> format = Optional.empty();
    if (accessLogFormat != null) {
      format = AccessLogConfig.format(accessLogFormat);
      if (format.isEmpty()) {
        throw Refused.usage(
            "--access-log-format " + accessLogFormat + " is not known: write text or json");
      }
      if (accessLog == null) {
        throw Refused.usage("--access-log-format needs --access-log FILE");
      }
    }
    Format wanted = format.orElse(Format.TEXT);
    return new GatewaySettings(
        Optional.ofNullable(accessLog).map(file -> AccessLogConfig.to(file, wanted)),
        Optional.ofNullable(filters),
        forwarding(),
        Optional.ofNullable(zone).filter(name -> !name.isBlank()));
  }
}

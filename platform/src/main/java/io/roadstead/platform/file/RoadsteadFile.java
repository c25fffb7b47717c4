package io.roadstead.platform.file;

import io.roadstead.control.spec.Place;
import io.roadstead.control.spec.Problems;
import io.roadstead.control.spec.Section;
import io.roadstead.control.spec.SpecReader;
import io.roadstead.platform.GatewayListen;
import io.roadstead.platform.GatewaySettings;
import io.roadstead.platform.HostPort;
import io.roadstead.platform.Refused;
import io.roadstead.registry.liveness.ActiveChecks;
import io.roadstead.registry.liveness.ActiveChecks.How;
import io.roadstead.rollout.ServiceSpec;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * The file that says what a platform should be, all of it optional.
 *
 * @param defaultRoutes what the file says of them, if anything
 * @param users name to secret; never shown
 * @param gatewaySettings what it says of the gateway beside
 * @param activeChecks how the platform looks at registered instances by itself
 */
public record RoadsteadFile(
    Path path,
    Optional<HostPort> control,
    Map<String, String> users,
    Optional<GatewayListen> gateway,
    Optional<Boolean> defaultRoutes,
    ActiveChecks activeChecks,
    GatewaySettings gatewaySettings,
    List<ServiceSpec> services) {
  private static final long MAX_BYTES = 4L << 20;

  /** What is text even where it looks like a number, so that {@code version: 1.10} keeps its 0. */
  private static final Pattern TEXT =
      Pattern.compile(
          "/services/[^/]+/(version|env/[^/]+|command|command/\\d+)|/control/users/[^/]+");

  public RoadsteadFile {
    users = Map.copyOf(users);
    services = List.copyOf(services);
  }

  /**
   * Reads the file.
   *
   * @throws Refused with every problem at once, one a line, each with its line in the file
   */
  public static RoadsteadFile read(Path path) {
    String text = text(path);
    List<YamlTree.Fault> faults = new ArrayList<>();
    YamlTree.Read yaml = YamlTree.read(text, faults, at -> TEXT.matcher(at).matches());
    if (!faults.isEmpty() && yaml.root().isMissingNode()) {
      throw refused(path, faults, List.of());
    }
    Problems problems = new Problems(yaml::line);
    Section root = Section.of(yaml.root(), Place.ROOT, problems);
    Section control = root.section("control");
    Optional<HostPort> controlListen = address(control, HostPort::parse, problems);
    Map<String, String> users = control.texts("users");
    if (control.has("tls")) {
      control.problem(
          "tls",
          "is not supported in this version: put a proxy that speaks TLS before the control plane");
      control.node("tls");
    }
    control.noMore();
    Section gateway = root.section("gateway");
    Optional<GatewayListen> gatewayListen = address(gateway, GatewayListen::parse, problems);
    Optional<Boolean> defaultRoutes =
        gateway.has("defaultRoutes")
            ? Optional.of(gateway.flag("defaultRoutes", true))
            : Optional.empty();
    Path directory = Optional.ofNullable(path.toAbsolutePath().getParent()).orElse(path);
    GatewaySettings settings = GatewaySection.read(gateway, directory);
    gateway.noMore();
    Section registry = root.section("registry");
    ActiveChecks activeChecks = activeChecks(registry.section("activeChecks"));
    registry.noMore();
    List<ServiceSpec> services =
        SpecReader.files(directory)
            .services(root.children("services"), Place.ROOT.key("services"), problems);
    root.noMore();
    if (!faults.isEmpty() || !problems.none()) {
      throw refused(path, faults, problems.list());
    }
    return new RoadsteadFile(
        path, controlListen, users, gatewayListen, defaultRoutes, activeChecks, settings, services);
  }

  private static ActiveChecks activeChecks(Section section) {
    ActiveChecks usual = ActiveChecks.NONE;
    How how = How.NONE;
    String by = section.text("by").orElse("none");
    switch (by) {
      case "none" -> how = How.NONE;
      case "tcp" -> how = How.TCP;
      case "http" -> how = How.HTTP;
      default ->
          section.problem("by", "'" + by + "' is not supported; supported are none, tcp, http");
    }
    Duration interval =
        section.duration("interval", usual.interval(), Duration.ofSeconds(1), Duration.ofHours(1));
    Duration limit =
        section.duration("timeout", usual.limit(), Duration.ofMillis(50), Duration.ofSeconds(30));
    int suspectAfter = section.integer("suspectAfter", usual.suspectAfter(), 1, 100);
    int downAfter = section.integer("downAfter", Math.max(usual.downAfter(), suspectAfter), 1, 100);
    if (limit.compareTo(interval) > 0) {
      section.problem("timeout", "is longer than the interval: one look would run into the next");
    }
    if (downAfter < suspectAfter) {
      section.problem("downAfter", "is " + downAfter + ", less than suspectAfter, " + suspectAfter);
    }
    section.noMore();
    return new ActiveChecks(how, interval, limit, suspectAfter, downAfter);
  }

  private static String text(Path path) {
    try {
      if (!Files.exists(path)) {
        throw Refused.because("there is no file " + path + ": correct the path after -f");
      }
      if (!Files.isRegularFile(path)) {
        throw Refused.because(path + " is not a file: name the YAML file itself after -f");
      }
      long bytes = Files.size(path);
      if (bytes > MAX_BYTES) {
        throw Refused.because(
            path + " has " + bytes + " bytes, at most " + MAX_BYTES + ": is it the right file?");
      }
      return Files.readString(path);
    } catch (MalformedInputException e) {
      throw Refused.because(path + " is not UTF-8 text: is it the right file?");
    } catch (IOException e) {
      throw Refused.because(path + " cannot be read: check its permissions");
    }
  }

  private static <T> Optional<T> address(
      Section section, Function<String, T> parse, Problems problems) {
    Optional<String> text = section.text("listen");
    try {
      return text.map(parse);
    } catch (IllegalArgumentException e) {
      problems.add(section.place().key("listen"), String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  private static Refused refused(
      Path path, List<YamlTree.Fault> faults, List<Problems.Problem> problems) {
    record Line(int number, String text) {}
    List<Line> lines = new ArrayList<>();
    faults.forEach(fault -> lines.add(new Line(fault.line(), "the file " + fault.text())));
    for (Problems.Problem problem : problems) {
      String place = problem.path().isEmpty() ? "the file" : problem.path();
      lines.add(new Line(problem.line(), place + " " + problem.message()));
    }
    lines.sort((a, b) -> Integer.compare(a.number(), b.number()));
    StringBuilder message = new StringBuilder();
    for (Line line : lines) {
      message
          .append(message.isEmpty() ? "" : "\n")
          .append(path)
          .append(": line ")
          .append(line.number())
          .append(": ")
          .append(line.text());
    }
    return Refused.because(message.toString());
  }

  /** The same with these services only. */
  public RoadsteadFile withServices(List<ServiceSpec> only) {
    return new RoadsteadFile(
        path, control, users, gateway, defaultRoutes, activeChecks, gatewaySettings, only);
  }

  /** Without the secrets. */
  @Override
  public String toString() {
    return "RoadsteadFile[" + path + ", " + services.size() + " services]";
  }
}

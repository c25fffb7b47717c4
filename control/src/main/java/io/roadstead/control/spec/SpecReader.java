package io.roadstead.control.spec;

import io.roadstead.registry.InvalidRegistration;
import io.roadstead.registry.Names;
import io.roadstead.registry.Route;
import io.roadstead.registry.TrafficPolicy;
import io.roadstead.rollout.Health;
import io.roadstead.rollout.JarStart;
import io.roadstead.rollout.Resources;
import io.roadstead.rollout.RolloutPolicy;
import io.roadstead.rollout.ServiceSpec;
import io.roadstead.rollout.Source;
import io.roadstead.rollout.Strategy;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Reads the service part of the file, as a tree of JSON, into a {@link ServiceSpec}, and tells all
 * that is wrong with it at once. Immutable, safe from any thread.
 */
public final class SpecReader {
  public static final int MAX_REPLICAS = 1000;

  private static final Duration DAY = Duration.ofHours(24);
  private static final long LEAST_MEMORY = 1L << 20;
  private static final long MOST_MEMORY = 1L << 44;
  private static final double MOST_CPU = 1024;
  private static final int MAX_ENV = 256;
  private static final int MAX_ENV_VALUE = 32 * 1024;
  private static final Pattern VERSION = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._+-]{0,63}");
  private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");

  private final @Nullable Path base;

  private SpecReader(@Nullable Path base) {
    this.base = base;
  }

  /**
   * For a file on this machine: a relative {@code jar} counts from {@code directory}, and a jar
   * that is not there is a problem.
   */
  public static SpecReader files(Path directory) {
    return new SpecReader(directory.toAbsolutePath().normalize());
  }

  /**
   * For what comes over the wire: a {@code jar} must be an absolute path, and is not looked for.
   */
  public static SpecReader wire() {
    return new SpecReader(null);
  }

  /**
   * Reads the services of a file, by name.
   *
   * @param services the section {@code services}
   */
  public List<ServiceSpec> services(
      Map<String, JsonNode> services, Place place, Problems problems) {
    List<ServiceSpec> specs = new ArrayList<>();
    Set<String> names = new HashSet<>();
    services.forEach(
        (name, tree) -> {
          if (!names.add(name.toLowerCase(Locale.ROOT))) {
            problems.add(place.key(name), "is there twice: names do not differ by case");
          }
          read(name, tree, place.key(name), problems).ifPresent(specs::add);
        });
    RouteReader.conflicts(specs, place, problems);
    return specs;
  }

  /**
   * Reads one service.
   *
   * @return nothing where something is wrong with it, which {@code problems} then tells
   */
  public Optional<ServiceSpec> read(
      String name, @Nullable JsonNode tree, Place place, Problems problems) {
    int before = problems.count();
    checkName(name, place, problems);
    Section section = Section.of(tree, place, problems);
    Source source = source(section, problems);
    String version = version(section);
    int replicas = section.integer("replicas", 1, 0, MAX_REPLICAS);
    List<Route> routes = RouteReader.routes(section);
    Health health = health(section.section("health"));
    Map<String, String> env = env(section);
    Resources resources = resources(section.section("resources"));
    RolloutPolicy rollout = rollout(section.section("rollout"));
    JarStart start = start(section.section("start"));
    TrafficPolicy traffic =
        TrafficSpec.read(section.section("traffic"))
            .with(BalancerSpec.read(section.section("balancer")));
    section.noMore();
    if (source == null || problems.count() > before) {
      return Optional.empty();
    }
    return Optional.of(
        new ServiceSpec(
            name, source, version, replicas, routes, health, env, resources, rollout, start,
            traffic));
  }

  private static void checkName(String name, Place place, Problems problems) {
    try {
      Names.service(name);
    } catch (InvalidRegistration e) {
      problems.add(place, e.getMessage() == null ? e.code() : e.getMessage());
    }
  }

  private @Nullable Source source(Section section, Problems problems) {
    boolean jar = section.has("jar");
    boolean command = section.has("command");
    boolean artifact = section.has("artifact");
    int given = (jar ? 1 : 0) + (command ? 1 : 0) + (artifact ? 1 : 0);
    if (given != 1) {
      problems.add(
          section.place(),
          given == 0
              ? "says nothing to run: give jar: or command:"
              : "says more than one thing to run: keep one of jar:, command: and artifact:");
      return null;
    }
    if (jar) {
      return jar(section);
    }
    return command ? command(section) : artifact(section);
  }

  private @Nullable Source jar(Section section) {
    String text = section.text("jar").orElse("");
    if (text.isBlank()) {
      section.problem("jar", "is empty, the path of a jar is expected");
      return null;
    }
    Path path;
    try {
      path = Path.of(text);
    } catch (InvalidPathException e) {
      section.problem("jar", "is not a path: " + e.getReason());
      return null;
    }
    if (base == null) {
      if (!path.isAbsolute()) {
        section.problem(
            "jar",
            "'"
                + text
                + "' is not an absolute path; upload the jar (PUT /api/v1/artifacts) and"
                + " name it by artifact:");
        return null;
      }
      return new Source.Jar(path.normalize());
    }
    Path absolute = base.resolve(path).normalize();
    if (!Files.isRegularFile(absolute)) {
      section.problem(
          "jar", "'" + text + "' is missing: there is no file " + absolute + "; build it first");
      return null;
    }
    if (!Files.isReadable(absolute)) {
      section.problem("jar", "'" + text + "' cannot be read: allow it with chmod +r " + absolute);
      return null;
    }
    return new Source.Jar(absolute);
  }

  private static @Nullable Source command(Section section) {
    JsonNode node = section.node("command");
    if (node != null && node.isArray()) {
      List<String> words = new ArrayList<>();
      for (JsonNode word : node) {
        if (!word.isString() && !word.isIntegralNumber()) {
          section.problem("command", "has a word that is not text");
          return null;
        }
        words.add(word.asString());
      }
      if (words.isEmpty() || words.getFirst().isBlank()) {
        section.problem("command", "names no program");
        return null;
      }
      return new Source.Exec(words);
    }
    if (node == null || !node.isString() || node.stringValue().isBlank()) {
      section.problem("command", "is to be one line for the shell, or a list of words");
      return null;
    }
    return new Source.Shell(node.stringValue());
  }

  private static @Nullable Source artifact(Section section) {
    String digest = section.text("artifact").orElse("").toLowerCase(Locale.ROOT);
    if (!DIGEST.matcher(digest).matches()) {
      section.problem("artifact", "is not a SHA-256: 64 hexadecimal digits are expected");
      return null;
    }
    return new Source.Artifact(digest);
  }

  private static String version(Section section) {
    String version = section.text("version").orElse("");
    if (!version.isEmpty() && !VERSION.matcher(version).matches()) {
      section.problem(
          "version",
          "is not a version label: 1 to 64 of letters, digits, '.', '_', '+' and '-', starting"
              + " with a letter or a digit");
    }
    return version;
  }

  private static Health health(Section section) {
    Health standard = Health.DEFAULT;
    String path = section.text("path").orElse(standard.path());
    if (!path.isEmpty() && (!path.startsWith("/") || path.chars().anyMatch(c -> c <= ' '))) {
      section.problem("path", "'" + path + "' is not a path such as /health");
    }
    Duration least = Duration.ofMillis(10);
    Health health =
        new Health(
            path,
            section.duration("interval", standard.interval(), least, DAY),
            section.duration("timeout", standard.timeout(), least, DAY),
            section.duration("startup", standard.startup(), least, DAY));
    section.noMore();
    return health;
  }

  private static Map<String, String> env(Section section) {
    Map<String, String> env = section.texts("env");
    if (env.size() > MAX_ENV) {
      section.problem("env", "has " + env.size() + " entries, at most " + MAX_ENV);
    }
    env.forEach(
        (key, value) -> {
          if (key.isEmpty() || key.indexOf('=') >= 0 || key.indexOf('\0') >= 0) {
            section.problem("env", "'" + key + "' is not the name of a variable");
          }
          if (value.length() > MAX_ENV_VALUE || value.indexOf('\0') >= 0) {
            section.problem(
                "env",
                "'"
                    + key
                    + "' has "
                    + value.length()
                    + " characters, at most "
                    + MAX_ENV_VALUE
                    + " and no NUL");
          }
        });
    return env;
  }

  private static Resources resources(Section section) {
    Resources resources =
        new Resources(
            section.bytes("memory", 0, LEAST_MEMORY, MOST_MEMORY),
            section.number("cpu", 0, 0, MOST_CPU));
    section.noMore();
    return resources;
  }

  private static JarStart start(Section section) {
    JarStart start =
        new JarStart(
            section.flag("extract", JarStart.FAST.extract()),
            section.flag("cache", JarStart.FAST.cache()));
    section.noMore();
    return start;
  }

  private static RolloutPolicy rollout(Section section) {
    RolloutPolicy standard = RolloutPolicy.DEFAULT;
    Strategy strategy = StagesSpec.strategy(section);
    RolloutPolicy policy =
        new RolloutPolicy(
            strategy,
            section.integer("surge", standard.surge(), 0, MAX_REPLICAS),
            section.integer("unavailable", standard.unavailable(), 0, MAX_REPLICAS),
            section.duration("minReady", standard.minReady(), Duration.ZERO, DAY),
            section.duration("drainTimeout", standard.drainTimeout(), Duration.ZERO, DAY),
            section.duration("stopTimeout", standard.stopTimeout(), Duration.ZERO, DAY),
            StagesSpec.read(section, strategy),
            HooksSpec.read(section));
    if (policy.surge() == 0 && policy.unavailable() == 0) {
      section.problem("surge", "and unavailable are both 0: nothing could move; raise one of them");
    }
    section.noMore();
    return policy;
  }
}

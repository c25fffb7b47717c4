package io.roadstead.control.spec;

import io.roadstead.registry.Balancing;
import io.roadstead.registry.Balancing.Affinity;
import io.roadstead.registry.Balancing.Strategy;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;
import tools.jackson.databind.node.ObjectNode;

/** The part {@code balancer} of a service, read and written. */
final class BalancerSpec {
  private static final Duration LONGEST_AGE = Duration.ofDays(400);
  private static final Pattern HEADER = Pattern.compile("[A-Za-z0-9-]{1,64}");
  private static final Pattern COOKIE = Pattern.compile("[A-Za-z0-9_-]{1,64}");
  private static final Pattern PATH = Pattern.compile("/[!-:<-~]{0,255}");

  private BalancerSpec() {}

  static Balancing read(Section section) {
    Section part = section.section("affinity");
    Affinity affinity = affinity(part);
    Strategy fallback =
        affinity.by() == Affinity.By.HEADER ? Strategy.MAGLEV : Balancing.DEFAULT.strategy();
    Strategy strategy = strategy(section, fallback);
    if (affinity.by() == Affinity.By.HEADER && strategy != Strategy.MAGLEV) {
      section.problem(
          "strategy",
          "is "
              + strategy.word()
              + ", with which affinity by header does nothing: leave it out or make it maglev, or"
              + " use affinity: { cookie: … }");
    }
    section.noMore();
    return new Balancing(strategy, affinity);
  }

  private static Strategy strategy(Section section, Strategy fallback) {
    Optional<String> word = section.text("strategy");
    if (word.isEmpty()) {
      return fallback;
    }
    Optional<Strategy> known = Strategy.of(word.get());
    if (known.isEmpty()) {
      section.problem("strategy", "'" + word.get() + "' is not one of " + Strategy.words());
    }
    return known.orElse(fallback);
  }

  private static Affinity affinity(Section section) {
    boolean header = section.has("header");
    boolean cookie = section.has("cookie");
    Optional<String> byHeader = name(section, "header", HEADER, "letters, digits and '-'");
    Optional<String> byCookie = name(section, "cookie", COOKIE, "letters, digits, '-' and '_'");
    Optional<String> path = section.text("path");
    if (path.isPresent() && !PATH.matcher(path.get()).matches()) {
      section.problem(
          "path", "is not a path such as /shop: at most 256 characters, without spaces and ';'");
    }
    Duration maxAge =
        section.has("maxAge")
            ? section.duration("maxAge", Duration.ZERO, Duration.ofSeconds(1), LONGEST_AGE)
            : Duration.ZERO;
    boolean secure = section.flag("secure", false);
    section.noMore();
    if (header && cookie) {
      section.problem("header", "and cookie are both there: keep one of them");
      return Affinity.NONE;
    }
    if (!cookie) {
      for (String key : new String[] {"path", "maxAge", "secure"}) {
        if (section.has(key)) {
          section.problem(key, "says something of a cookie, and there is none: name it by cookie:");
        }
      }
    }
    if (byHeader.isPresent()) {
      return Affinity.header(byHeader.get());
    }
    return byCookie
        .map(name -> Affinity.cookie(name, path.orElse("/"), maxAge, secure))
        .orElse(Affinity.NONE);
  }

  private static Optional<String> name(
      Section section, String key, Pattern allowed, String letters) {
    Optional<String> name = section.text(key);
    if (name.isPresent() && !allowed.matcher(name.get()).matches()) {
      section.problem(key, "is not a name that is read everywhere: 1 to 64 " + letters);
      return Optional.empty();
    }
    return name;
  }

  /** Writes what is not the default. */
  static void write(Balancing balancing, ObjectNode service) {
    if (balancing.equals(Balancing.DEFAULT)) {
      return;
    }
    ObjectNode balancer = service.putObject("balancer");
    balancer.put("strategy", balancing.strategy().word());
    Affinity affinity = balancing.affinity();
    switch (affinity.by()) {
      case NOTHING -> {}
      case HEADER -> balancer.putObject("affinity").put("header", affinity.name());
      case COOKIE -> {
        ObjectNode cookie = balancer.putObject("affinity");
        cookie.put("cookie", affinity.name()).put("path", affinity.path());
        if (!affinity.maxAge().isZero()) {
          cookie.put("maxAge", Quantities.text(affinity.maxAge()));
        }
        if (affinity.secure()) {
          cookie.put("secure", true);
        }
      }
    }
  }
}

package io.roadstead.control.spec;

import io.roadstead.registry.Balancing;
import io.roadstead.registry.TrafficPolicy;
import io.roadstead.registry.TrafficPolicy.Concurrency;
import io.roadstead.registry.TrafficPolicy.Ejection;
import io.roadstead.registry.TrafficPolicy.OfRoute;
import io.roadstead.registry.TrafficPolicy.Retries;
import io.roadstead.registry.TrafficPolicy.Waits;
import java.time.Duration;
import tools.jackson.databind.node.ObjectNode;

/** The part {@code traffic} of a service and what a route has of it, read and written. */
final class TrafficSpec {
  static final Duration LONGEST_HOLD = Duration.ofSeconds(1);
  private static final Duration LEAST = Duration.ofMillis(100);
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration DAY = Duration.ofHours(24);
  private static final int MOST = 1_000_000;
  private static final int LONGEST_QUEUE = 10_000;

  private TrafficSpec() {}

  static TrafficPolicy read(Section section) {
    TrafficPolicy standard = TrafficPolicy.DEFAULT;
    Waits waits = waits(section.section("timeouts"));
    Section retries = section.section("retries");
    Retries again =
        new Retries(
            retries.integer("tries", standard.retries().tries(), 1, 8),
            retries.integer("budget", standard.retries().budgetPercent(), 0, 100));
    retries.noMore();
    TrafficPolicy policy =
        new TrafficPolicy(
            waits,
            again,
            ejection(section.section("ejection")),
            concurrency(section.section("concurrency")),
            section.duration("hold", standard.hold(), Duration.ZERO, LONGEST_HOLD),
            section.duration("slowStart", standard.slowStart(), Duration.ZERO, HOUR));
    section.noMore();
    return policy;
  }

  static OfRoute readRoute(Section route) {
    return new OfRoute(waits(route.section("timeouts")), route.integer("concurrency", 0, 0, MOST));
  }

  private static Waits waits(Section section) {
    Waits waits =
        new Waits(
            orNone(section, "connect", MINUTE),
            orNone(section, "try", DAY),
            orNone(section, "total", DAY),
            orNone(section, "idle", DAY));
    section.noMore();
    if (!waits.total().isZero() && waits.attempt().compareTo(waits.total()) > 0) {
      section.problem(
          "try",
          "is "
              + Quantities.text(waits.attempt())
              + ", longer than total, "
              + Quantities.text(waits.total())
              + ": it would never be reached");
    }
    return waits;
  }

  private static Duration orNone(Section section, String key, Duration most) {
    return section.has(key) ? section.duration(key, Duration.ZERO, LEAST, most) : Duration.ZERO;
  }

  private static Ejection ejection(Section section) {
    Ejection standard = Ejection.DEFAULT;
    Ejection ejection =
        new Ejection(
            section.integer("errors", standard.errors(), 0, 1000),
            section.integer("errorPercent", standard.errorPercent(), 0, 100),
            section.integer("sharePercent", standard.sharePercent(), 0, 100),
            section.integer("panicPercent", standard.panicPercent(), 0, 100),
            section.duration("shortest", standard.shortest(), LEAST, HOUR),
            section.duration("longest", standard.longest(), LEAST, HOUR));
    section.noMore();
    if (ejection.shortest().compareTo(ejection.longest()) > 0) {
      section.problem(
          "shortest",
          "is "
              + Quantities.text(ejection.shortest())
              + ", longer than longest, "
              + Quantities.text(ejection.longest()));
      return standard;
    }
    return ejection;
  }

  private static Concurrency concurrency(Section section) {
    Concurrency standard = Concurrency.DEFAULT;
    Concurrency concurrency =
        new Concurrency(
            section.integer("instance", standard.instance(), 0, MOST),
            section.integer("route", standard.route(), 0, MOST),
            section.integer("queue", standard.queue(), 0, LONGEST_QUEUE),
            section.duration("wait", standard.patience(), Duration.ZERO, MINUTE));
    section.noMore();
    return concurrency;
  }

  /** Writes what is not the default. */
  static void write(TrafficPolicy policy, ObjectNode service) {
    if (policy.with(Balancing.DEFAULT).equals(TrafficPolicy.DEFAULT)) {
      return;
    }
    ObjectNode traffic = service.putObject("traffic");
    writeWaits(policy.waits(), traffic);
    traffic
        .putObject("retries")
        .put("tries", policy.retries().tries())
        .put("budget", policy.retries().budgetPercent());
    Ejection ejection = policy.ejection();
    traffic
        .putObject("ejection")
        .put("errors", ejection.errors())
        .put("errorPercent", ejection.errorPercent())
        .put("sharePercent", ejection.sharePercent())
        .put("panicPercent", ejection.panicPercent())
        .put("shortest", Quantities.text(ejection.shortest()))
        .put("longest", Quantities.text(ejection.longest()));
    Concurrency concurrency = policy.concurrency();
    traffic
        .putObject("concurrency")
        .put("instance", concurrency.instance())
        .put("route", concurrency.route())
        .put("queue", concurrency.queue())
        .put("wait", Quantities.text(concurrency.patience()));
    traffic.put("hold", Quantities.text(policy.hold()));
    traffic.put("slowStart", Quantities.text(policy.slowStart()));
  }

  static void writeRoute(OfRoute own, ObjectNode route) {
    writeWaits(own.waits(), route);
    if (own.concurrency() > 0) {
      route.put("concurrency", own.concurrency());
    }
  }

  private static void writeWaits(Waits waits, ObjectNode at) {
    if (waits.equals(Waits.DEFAULT)) {
      return;
    }
    ObjectNode timeouts = at.putObject("timeouts");
    put(timeouts, "connect", waits.connect());
    put(timeouts, "try", waits.attempt());
    put(timeouts, "total", waits.total());
    put(timeouts, "idle", waits.idle());
  }

  private static void put(ObjectNode at, String key, Duration time) {
    if (!time.isZero()) {
      at.put(key, Quantities.text(time));
    }
  }
}

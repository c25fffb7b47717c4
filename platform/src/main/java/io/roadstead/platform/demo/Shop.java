package io.roadstead.platform.demo;

import io.roadstead.registry.Route;
import io.roadstead.rollout.Health;
import io.roadstead.rollout.Resources;
import io.roadstead.rollout.RolloutPolicy;
import io.roadstead.rollout.ServiceSpec;
import io.roadstead.rollout.Source;
import io.roadstead.rollout.Strategy;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * The example shop as specifications. A request to the front goes on to the catalogue and to
 * orders, and from there, by Eureka, to payments.
 */
final class Shop {
  static final String STOREFRONT = "storefront";
  static final String CATALOGUE = "catalogue";
  static final String ORDERS = "orders";
  static final String PAYMENTS = "payments";

  /** In the order in which they are started: whoever is called first. */
  static final List<String> SERVICES = List.of(PAYMENTS, CATALOGUE, ORDERS, STOREFRONT);

  /** The ones that start in a moment. */
  static final List<String> PLAIN = List.of(PAYMENTS, CATALOGUE, STOREFRONT);

  /** What asks for all of the shop. */
  static final String PATH = "/";

  private static final long MEBIBYTE = 1024 * 1024;
  private static final Duration ENDING = Duration.ofSeconds(10);
  private static final Duration WARMING = Duration.ofSeconds(4);
  private static final Duration SECOND = Duration.ofSeconds(1);

  /** One of the Spring service, whose start takes seconds of both cores; two of the others. */
  static int replicas(String service) {
    return service.equals(ORDERS) ? 1 : 2;
  }

  private final ShopJars jars;
  private final String gateway;

  /**
   * @param gateway {@code http://host:port}: the platform has none of its own to tell instances of
   */
  Shop(ShopJars jars, String gateway) {
    this.jars = jars;
    this.gateway = gateway;
  }

  /**
   * A service's n-th release, from 1. Odd and even ones are different jars, so that half of them
   * have a start cache; the Spring service, which needs its cache most, keeps its jar.
   */
  ServiceSpec release(String service, int number) {
    boolean first = number % 2 == 1 || service.equals(ORDERS);
    return specification(service, first ? "1" : "2", version(number), Duration.ofMinutes(1));
  }

  /** A catalogue that never becomes healthy. */
  ServiceSpec badCatalogue() {
    return specification(CATALOGUE, "bad", "bad", Duration.ofSeconds(4));
  }

  static String version(int number) {
    return number + ".0";
  }

  /** Whether an answer of the front has come by all four services. */
  static boolean complete(String body) {
    return body.startsWith("{\"service\":\"storefront\"")
        && body.endsWith("}")
        && body.contains("\"service\":\"catalogue\"")
        && body.contains("\"service\":\"orders\"")
        && body.contains("\"service\":\"payments\"")
        && body.contains("\"paid\":true");
  }

  private ServiceSpec specification(
      String service, String edition, String version, Duration startup) {
    boolean spring = service.equals(ORDERS);
    return new ServiceSpec(
        service,
        new Source.Jar(jars.jar(service, edition)),
        version,
        replicas(service),
        routes(service),
        new Health(spring ? "" : "/health", SECOND, SECOND, startup),
        Map.of(
            "JDK_JAVA_OPTIONS",
            "-XX:+UseSerialGC -XX:TieredStopAtLevel=1",
            "ROADSTEAD_GATEWAY",
            gateway),
        new Resources((spring ? 384 : 160) * MEBIBYTE, 0),
        // As many new ones as old at once: a drain waits for proof, and one wait does for all. The
        // Spring service has a share of the load for some seconds before it gets all of it.
        new RolloutPolicy(
            Strategy.ROLLING,
            replicas(service),
            0,
            spring ? WARMING : Duration.ZERO,
            ENDING,
            ENDING));
  }

  private static List<Route> routes(String service) {
    return switch (service) {
      case STOREFRONT -> List.of(new Route("", "/", true));
      case CATALOGUE, ORDERS -> List.of(new Route("", "/" + service, true));
      default -> List.of();
    };
  }
}

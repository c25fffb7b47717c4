package io.roadstead.registry;

import java.time.Duration;

/**
 * How gateways treat the requests to a service: a versioned fact beside its routes. A length of
 * time of zero stands for the gateway's own, unless it says otherwise.
 *
 * @param hold for how long a request waits while the service has no instance; zero: not at all
 * @param slowStart how long the share of a new instance grows; zero: it has its whole share at once
 * @param balancing how an instance is chosen
 */
public record TrafficPolicy(
    Waits waits,
    Retries retries,
    Ejection ejection,
    Concurrency concurrency,
    Duration hold,
    Duration slowStart,
    Balancing balancing) {
  public static final TrafficPolicy DEFAULT =
      new TrafficPolicy(
          Waits.DEFAULT,
          Retries.DEFAULT,
          Ejection.DEFAULT,
          Concurrency.DEFAULT,
          Duration.ofSeconds(1),
          Duration.ofSeconds(10));

  /** One whose instances are chosen as those of most are. */
  public TrafficPolicy(
      Waits waits,
      Retries retries,
      Ejection ejection,
      Concurrency concurrency,
      Duration hold,
      Duration slowStart) {
    this(waits, retries, ejection, concurrency, hold, slowStart, Balancing.DEFAULT);
  }

  /** The same with another way to choose an instance. */
  public TrafficPolicy with(Balancing value) {
    return new TrafficPolicy(waits, retries, ejection, concurrency, hold, slowStart, value);
  }

  /**
   * How long a gateway waits.
   *
   * @param connect for an instance to accept a connection
   * @param attempt for one instance to begin its answer, once it has the whole request
   * @param total from a request's head to the end of its answer, with all tries and waits in
   *     between; zero: without end. Event streams and upgraded connections are not meant
   * @param idle for the next byte of a body, or for a peer to take one
   */
  public record Waits(Duration connect, Duration attempt, Duration total, Duration idle) {
    public static final Waits DEFAULT =
        new Waits(Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO);

    /** These, and where they say nothing the others. */
    public Waits or(Waits others) {
      return new Waits(
          either(connect, others.connect),
          either(attempt, others.attempt),
          either(total, others.total),
          either(idle, others.idle));
    }

    private static Duration either(Duration first, Duration second) {
      return first.isZero() ? second : first;
    }
  }

  /**
   * @param tries how many instances a request goes to at most
   * @param budgetPercent how many requests of a hundred may be tried again, beside a few a second
   */
  public record Retries(int tries, int budgetPercent) {
    public static final Retries DEFAULT = new Retries(3, 20);
  }

  /**
   * When an instance is avoided for a while because of what it answers.
   *
   * @param errors in a row after which it is; 0: never for that
   * @param errorPercent of its answers in ten seconds, from twenty on, after which it is; 0: never
   * @param sharePercent of the instances that may be avoided at once for that
   * @param panicPercent where fewer of the instances are left than this, none is avoided for that
   * @param shortest for how long the first time; each further time twice as long
   * @param longest what the doubling ends at
   */
  public record Ejection(
      int errors,
      int errorPercent,
      int sharePercent,
      int panicPercent,
      Duration shortest,
      Duration longest) {
    public static final Ejection DEFAULT =
        new Ejection(5, 50, 50, 50, Duration.ofSeconds(1), Duration.ofSeconds(30));
  }

  /**
   * How many requests one gateway lets through at once; zero: as many as come.
   *
   * @param instance under way at one instance
   * @param route under way by one route
   * @param queue how many wait for their turn, or for an instance, at most
   * @param patience how long they do
   */
  public record Concurrency(int instance, int route, int queue, Duration patience) {
    public static final Concurrency DEFAULT = new Concurrency(0, 0, 256, Duration.ofSeconds(1));
  }

  /**
   * What one route has of its own.
   *
   * @param waits zero where it has the service's
   * @param concurrency 0 where it has the service's
   */
  public record OfRoute(Waits waits, int concurrency) {
    public static final OfRoute NONE = new OfRoute(Waits.DEFAULT, 0);
  }
}

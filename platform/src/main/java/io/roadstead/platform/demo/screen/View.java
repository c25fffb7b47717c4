package io.roadstead.platform.demo.screen;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * All that the screen shows at one moment.
 *
 * @param now what goes on, in one sentence
 * @param elapsed since the load began
 * @param total how long the load lasts; empty while it has not begun
 * @param platformUp whether the control plane answers; what it said last is shown either way
 * @param load empty while it has not begun
 * @param told what has happened, in sentences, oldest first
 * @param events the platform's latest, oldest first
 * @param console its address
 */
public record View(
    String now,
    Duration elapsed,
    Optional<Duration> total,
    boolean platformUp,
    List<Service> services,
    Optional<Load> load,
    List<String> told,
    List<Event> events,
    String console,
    String gateway) {
  public View {
    services = List.copyOf(services);
    told = List.copyOf(told);
    events = List.copyOf(events);
  }

  /**
   * A service.
   *
   * @param perSecond requests that the gateways send to it; empty where it is not known
   * @param doing the current step of its roll-out, or ""
   */
  public record Service(
      String name,
      String version,
      int ready,
      int desired,
      Optional<Long> perSecond,
      String doing) {}

  /**
   * The load and what came of it.
   *
   * @param perSecond requests answered in the last second
   * @param p50Millis of the last second
   * @param p99Millis of the last second
   * @param p99History of the seconds before, oldest first
   * @param failed since the load began, as requests and deployments are
   */
  public record Load(
      long perSecond,
      double p50Millis,
      double p99Millis,
      List<Double> p99History,
      long requests,
      long failed,
      int deployments) {
    public Load {
      p99History = List.copyOf(p99History);
    }
  }

  /**
   * An event of the platform.
   *
   * @param time of day
   */
  public record Event(String time, String kind, String message) {}
}

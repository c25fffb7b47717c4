package io.roadstead.control.figures;

import io.roadstead.registry.InstanceKey;
import java.util.Map;

/** What is known of the traffic to instances. Safe from any thread, never blocks. */
public interface Traffic {
  /** Where nothing is known. */
  Traffic NONE = _ -> Sum.NONE;

  /**
   * What went to one instance since the platform started.
   *
   * @param requests answered
   * @param failed of those, by a transport error or a 5xx
   * @param inFlight picked and not answered yet
   */
  record Sum(long requests, long failed, long inFlight) {
    public static final Sum NONE = new Sum(0, 0, 0);

    public Sum plus(Sum other) {
      return new Sum(requests + other.requests, failed + other.failed, inFlight + other.inFlight);
    }
  }

  /**
   * The last ten seconds.
   *
   * @param known whether a gateway tells at all
   * @param figures of those that had a request
   */
  record Recent(boolean known, Map<SeriesName, Figures> figures) {
    /** Where no gateway tells. */
    public static final Recent UNKNOWN = new Recent(false, Map.of());

    public Recent {
      figures = Map.copyOf(figures);
    }

    public Figures ofService(String service) {
      return figures.getOrDefault(SeriesName.service(service), Figures.NOTHING);
    }

    public Figures ofInstance(String service, String id) {
      return figures.getOrDefault(new SeriesName(service, "", id), Figures.NOTHING);
    }
  }

  default Recent recent() {
    return Recent.UNKNOWN;
  }

  /** Zeros for an instance that it does not know. */
  Sum of(InstanceKey key);
}

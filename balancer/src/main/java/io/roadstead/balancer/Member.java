package io.roadstead.balancer;

/**
 * An endpoint in a membership, with all that was learnt of it: the handle that a pick returns and
 * that its outcome is reported with. It outlives its membership: whoever still holds one of an
 * endpoint that has left may report to it, and nobody is disturbed.
 *
 * <p>Confined to the thread of its {@link Balancer}. The statistics, none of which lasts:
 *
 * <ul>
 *   <li><i>outstanding</i>: picks whose outcome was not reported yet;
 *   <li><i>silence</i>: since when requests are outstanding and none of them was answered. It tells
 *       of a stall before the first late answer does; and, unlike the age of the oldest request, it
 *       does not speak against a member that answers others while one takes long;
 *   <li><i>latency</i>: peak EWMA (finagle's): rises at once to any answer that took longer, and
 *       sinks towards the shorter ones, and towards zero while there are none. An answer that took
 *       an eighth or less contradicts the peak, and takes a quarter of it away: else an instance
 *       that was slow once would be avoided long after it is well;
 *   <li><i>error share</i>: an average over the last answers that sinks towards zero with time.
 * </ul>
 */
public final class Member<T> {
  /** An answer moves the error share by this much of the way. */
  private static final double ERROR_STEP = 1.0 / 16;

  /** Answers that are so many times quicker than the peak contradict it. */
  private static final double CONTRADICTING = 8;

  private static final double KEPT_CONTRADICTED = 0.75;

  private static final double LATENCY_PER_NANO = 1.0 / 5e9;
  private static final double ERROR_PER_NANO = 1.0 / 10e9;

  private Endpoint<T> endpoint;

  /** In the present membership; else its endpoint is gone. */
  boolean present = true;

  /** Took part from the start, or has been here long enough: no ramp. */
  boolean settled;

  /** Has answered at least once since it came, or came back. */
  boolean answered;

  final long joinedNanos;

  /** What one request of this member weighs against one of an average member. */
  double burden = 1.0;

  /** Its effective share of the traffic: the endpoint's, unless its zone is spared. */
  double weight;

  /** Its place in the present membership. */
  int index;

  int connectFailures;
  int errorsInRow;
  long failedNanos;
  int windowAnswers;
  int windowErrors;
  long windowNanos;
  int ejections;
  boolean ejected;
  boolean ejectedForErrors;

  /** Ejected when the zones were last weighed. */
  boolean countedOut;

  long ejectedUntilNanos;

  private int outstanding;
  private long heardNanos;
  private double latencyNanos;
  private long latencyAtNanos;
  private double errorShare;
  private long errorAtNanos;
  private boolean reported;
  private int reportedInFlight;
  private long reportedLatencyNanos;
  private long reportedAtNanos;
  private int startedSinceReport;

  /** Of its key: where hashes of requests meet it. */
  final long keyHash;

  Member(Endpoint<T> endpoint, long nowNanos) {
    this.keyHash = Maglev.hash(endpoint.key());
    this.endpoint = endpoint;
    this.weight = endpoint.weight();
    this.joinedNanos = nowNanos;
    this.windowNanos = nowNanos;
    this.failedNanos = nowNanos;
    this.latencyAtNanos = nowNanos;
    this.errorAtNanos = nowNanos;
  }

  public Endpoint<T> endpoint() {
    return endpoint;
  }

  public T target() {
    return endpoint.target();
  }

  /** Picks whose outcome was not reported yet. */
  public int outstanding() {
    return outstanding;
  }

  /** The peak-sensitive average of answer times, decayed to now; 0 while nothing is known. */
  public double latencyNanos(long nowNanos) {
    return latencyNanos * Decay.factor(nowNanos - latencyAtNanos, LATENCY_PER_NANO);
  }

  /**
   * How long it has been silent although requests are outstanding; 0 where none is. The oldest of
   * them has waited at least that long.
   */
  public long silentNanos(long nowNanos) {
    return outstanding == 0 ? 0 : Math.max(0, nowNanos - heardNanos);
  }

  /** The share of answers that were errors, decayed to now, 0–1. */
  public double errorShare(long nowNanos) {
    return errorShare == 0 ? 0 : errorShare * Decay.factor(nowNanos - errorAtNanos, ERROR_PER_NANO);
  }

  /** Whether it is being avoided because connections to it failed, or answers were errors. */
  public boolean isEjected(long nowNanos) {
    return ejected && nowNanos - ejectedUntilNanos < 0;
  }

  void replace(Endpoint<T> newer) {
    endpoint = newer;
  }

  /** Whether the instance said of itself how busy it is, not longer ago than this. */
  boolean hasReported(long nowNanos, long mostNanos) {
    return reported && nowNanos - reportedAtNanos <= mostNanos;
  }

  /** What the instance said that it has in flight, and what was sent to it since. */
  int reportedInFlight() {
    return reportedInFlight + startedSinceReport;
  }

  long reportedLatencyNanos() {
    return reportedLatencyNanos;
  }

  void reported(long nowNanos, int inFlight, long typicalNanos) {
    reported = true;
    reportedInFlight = inFlight;
    reportedLatencyNanos = typicalNanos;
    reportedAtNanos = nowNanos;
    startedSinceReport = 0;
  }

  void started(long nowNanos) {
    // No branch: whether others are outstanding is as good as chance, and a wrong guess is dear.
    heardNanos = outstanding == 0 ? nowNanos : heardNanos;
    outstanding++;
    startedSinceReport++;
  }

  void withdrawn() {
    if (outstanding > 0) {
      outstanding--;
    }
  }

  void ended(long nowNanos, long rttNanos, Outcome outcome) {
    if (outstanding > 0) {
      outstanding--;
    }
    heardNanos = nowNanos;
    switch (outcome) {
      case SUCCESS -> {
        observeLatency(nowNanos, rttNanos);
        observeError(nowNanos, 0);
      }
      case ERROR, CONNECT_FAILED -> {
        // A quick failure must not make it look quick.
        observeAtLeast(nowNanos, rttNanos);
        observeError(nowNanos, 1);
      }
      case CANCELLED -> observeAtLeast(nowNanos, rttNanos);
    }
  }

  private void observeLatency(long nowNanos, long rttNanos) {
    double kept = Decay.factor(nowNanos - latencyAtNanos, LATENCY_PER_NANO);
    if (rttNanos * CONTRADICTING < latencyNanos) {
      kept = Math.min(kept, KEPT_CONTRADICTED);
    }
    // The mixture lies between the two: above the answer's own time only where that is shorter.
    latencyNanos = Math.max((double) rttNanos, rttNanos + (latencyNanos - rttNanos) * kept);
    latencyAtNanos = nowNanos;
  }

  private void observeAtLeast(long nowNanos, long rttNanos) {
    if (rttNanos > latencyNanos(nowNanos)) {
      latencyNanos = rttNanos;
      latencyAtNanos = nowNanos;
    }
  }

  private void observeError(long nowNanos, int error) {
    if (error == 0 && errorShare == 0) {
      return;
    }
    double share = errorShare(nowNanos);
    share += (error - share) * ERROR_STEP;
    errorShare = share < 1e-6 ? 0 : share;
    errorAtNanos = nowNanos;
  }

  @Override
  public String toString() {
    return endpoint.key() + " (" + outstanding + " outstanding)";
  }
}

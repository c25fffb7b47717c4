package io.roadstead.platform.bench.deploys;

/**
 * A request or a stream that failed, as the load saw it.
 *
 * @param trace the trace that it was sent with, by which the gateway knows it
 * @param service that it was sent to
 * @param sentNanos when it was sent, by the load's ticker
 * @param endedNanos when it failed
 * @param what happened
 */
record Loss(
    String kind, String trace, String service, long sentNanos, long endedNanos, String what) {}

package io.roadstead.control.figures;

/**
 * What was counted on a route since the platform started, over all gateways.
 *
 * @param requests that have ended
 * @param errors of these, by a 5xx or a broken connection, also those that the gateway answered
 * @param clientErrors of these, by a 4xx
 * @param timeouts of these, because they took too long
 * @param p50Millis NaN without requests
 * @param p99Millis NaN without requests
 */
public record OfRoute(
    long requests,
    long errors,
    long clientErrors,
    long timeouts,
    double p50Millis,
    double p99Millis) {}

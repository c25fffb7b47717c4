package io.roadstead.gateway;

import io.roadstead.gateway.http.HeadLimits;

/**
 * What a gateway takes in at most.
 *
 * @param head of one request or answer
 * @param clientConnections open at once, over all loops; one more is closed at once
 * @param idlePerInstance pooled idle connections to one instance, for each loop
 * @param heldBodyBytes of a request's body that are kept to send it again
 * @param highWaterBytes waiting to be written to one peer, from which on no more is read from the
 *     other
 * @param lowWaterBytes down to which that has to go before reading goes on
 * @param bufferedBytes that may wait in all connections together; from a quarter of it on a
 *     connection gets 8 KiB and no body is kept to be sent again
 */
public record GatewayLimits(
    HeadLimits head,
    int clientConnections,
    int idlePerInstance,
    int heldBodyBytes,
    int highWaterBytes,
    int lowWaterBytes,
    long bufferedBytes) {
  public static final GatewayLimits DEFAULT =
      new GatewayLimits(
          HeadLimits.DEFAULT, 16_384, 256, 64 * 1024, 256 * 1024, 64 * 1024, 64L << 20);

  public GatewayLimits {
    if (clientConnections < 1
        || idlePerInstance < 0
        || heldBodyBytes < 0
        || lowWaterBytes < 1
        || bufferedBytes < 0
        || highWaterBytes <= lowWaterBytes) {
      throw new IllegalArgumentException(
          "gateway limits must be positive and the low water mark below the high one");
    }
  }
}

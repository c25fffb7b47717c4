package io.roadstead.platform.bench.balancer;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * One way to the origins on real sockets.
 *
 * @param name of the product and its method
 * @param version as the product says itself
 * @param path of the origins there
 * @param simulated the same in the simulation; null: there is none
 */
record Contestant(
    String name,
    String version,
    InetSocketAddress address,
    String path,
    @Nullable Competitor simulated) {}

package io.roadstead.rollout;

import java.time.Duration;

/**
 * How an instance is probed.
 *
 * @param path of an HTTP GET that answers 2xx or 3xx when it is ready; "" finds it: a Spring Boot
 *     actuator's readiness, else whether the port accepts connections
 * @param interval between probes once it is up
 * @param timeout of one probe
 * @param startup how long a new instance may take to become healthy
 */
public record Health(String path, Duration interval, Duration timeout, Duration startup) {
  public static final Health DEFAULT =
      new Health("", Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(60));
}

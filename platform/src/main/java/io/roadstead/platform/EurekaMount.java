package io.roadstead.platform;

import io.roadstead.control.mount.Mount;
import io.roadstead.control.mount.MountedAnswer;
import io.roadstead.control.mount.MountedRequest;
import io.roadstead.eureka.EurekaInterface;
import io.roadstead.eureka.EurekaRequest;
import io.roadstead.eureka.EurekaResponse;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * Offers the Eureka interface under the control plane's HTTP.
 *
 * <p>While the platform starts, what it takes over is not in the registry yet: who reads is told to
 * come again, and keeps what it knows. Who registers or renews is let in.
 */
final class EurekaMount {
  private static final MountedAnswer NOT_READY =
      new MountedAnswer(503, Map.of("Retry-After", "1"), new byte[0]);

  private EurekaMount() {}

  static Mount of(EurekaInterface eureka, BooleanSupplier ready) {
    return new Mount(
        List.of("/eureka", "/v2"),
        request -> {
          boolean reads = request.method().equals("GET") || request.method().equals("HEAD");
          return reads && !ready.getAsBoolean() ? NOT_READY : answer(eureka, request);
        });
  }

  private static MountedAnswer answer(EurekaInterface eureka, MountedRequest request) {
    EurekaResponse response =
        eureka.handle(
            new EurekaRequest(
                request.method(),
                request.rawPath(),
                request.rawQuery(),
                request::header,
                request.remoteAddress(),
                request.body()));
    String type = response.contentType();
    if (type == null) {
      return new MountedAnswer(
          response.status(), response.headers(), response.body(), response.written());
    }
    Map<String, String> headers = new HashMap<>(response.headers());
    headers.put("Content-Type", type);
    return new MountedAnswer(response.status(), headers, response.body(), response.written());
  }
}

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

/** Offers the Eureka interface under the control plane's HTTP. */
final class EurekaMount {
  private EurekaMount() {}

  static Mount of(EurekaInterface eureka) {
    return new Mount(List.of("/eureka", "/v2"), request -> answer(eureka, request));
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
      return new MountedAnswer(response.status(), response.headers(), response.body());
    }
    Map<String, String> headers = new HashMap<>(response.headers());
    headers.put("Content-Type", type);
    return new MountedAnswer(response.status(), headers, response.body());
  }
}

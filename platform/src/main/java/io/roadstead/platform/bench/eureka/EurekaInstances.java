package io.roadstead.platform.bench.eureka;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * The instances that the Eureka benchmark registers, and the requests about them: 50 to an
 * application, each as an unmodified Spring client describes itself.
 *
 * @param count how many there are
 */
record EurekaInstances(int count) {
  private static final int PER_APPLICATION = 50;

  /** Long enough that none runs out while the other server has its turn. */
  private static final int LEASE_SECONDS = 600;

  int applications() {
    return (count + PER_APPLICATION - 1) / PER_APPLICATION;
  }

  private static String host(int i) {
    return "node-" + i + ".example.internal";
  }

  private static String address(int i) {
    return "10." + (i >> 16 & 255) + "." + (i >> 8 & 255) + "." + (i & 255);
  }

  private String service(int i) {
    return "svc-" + i % applications();
  }

  private String id(int i) {
    return host(i) + ":" + service(i) + ":8080";
  }

  private static String metadata(int i) {
    return "\"management.port\":\"8081\",\"zone\":\"z"
        + i % 3
        + "\",\"version\":\"1.0."
        + i % 7
        + "\"";
  }

  /** The mean length of the keys and values in an instance's metadata. */
  static int metadataCharacters() {
    return metadata(0).replaceAll("[\",:]", "").length();
  }

  /**
   * The body of a registration.
   *
   * @param stamp the client's version of its data
   */
  private String body(int i, long stamp) {
    String home = "http://" + host(i) + ":8080/";
    return "{\"instance\":{\"instanceId\":\""
        + id(i)
        + "\",\"app\":\""
        + service(i).toUpperCase(Locale.ROOT)
        + "\",\"appGroupName\":null,\"ipAddr\":\""
        + address(i)
        + "\",\"sid\":\"na\",\"homePageUrl\":\""
        + home
        + "\",\"statusPageUrl\":\""
        + home
        + "actuator/info\",\"healthCheckUrl\":\""
        + home
        + "actuator/health\",\"secureHealthCheckUrl\":null,\"vipAddress\":\""
        + service(i)
        + "\",\"secureVipAddress\":\""
        + service(i)
        + "\",\"countryId\":1,\"dataCenterInfo\":{\"@class\":"
        + "\"com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo\",\"name\":\"MyOwn\"},"
        + "\"hostName\":\""
        + host(i)
        + "\",\"status\":\"UP\",\"overriddenStatus\":\"UNKNOWN\",\"leaseInfo\":{"
        + "\"renewalIntervalInSecs\":30,\"durationInSecs\":"
        + LEASE_SECONDS
        + ",\"registrationTimestamp\":0,\"lastRenewalTimestamp\":0,\"evictionTimestamp\":0,"
        + "\"serviceUpTimestamp\":0},\"isCoordinatingDiscoveryServer\":false,"
        + "\"lastUpdatedTimestamp\":"
        + stamp
        + ",\"lastDirtyTimestamp\":"
        + stamp
        + ",\"actionType\":null,\"asgName\":null,\"port\":{\"$\":8080,\"@enabled\":\"true\"},"
        + "\"securePort\":{\"$\":443,\"@enabled\":\"false\"},\"metadata\":{"
        + metadata(i)
        + "}}}";
  }

  ByteBuffer register(int i, long stamp) {
    byte[] body = body(i, stamp).getBytes(StandardCharsets.UTF_8);
    byte[] head =
        ("POST /eureka/apps/"
                + service(i).toUpperCase(Locale.ROOT)
                + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n"
                + "Content-Type: application/json\r\nContent-Length: "
                + body.length
                + "\r\n\r\n")
            .getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(head.length + body.length).put(head).put(body).flip();
  }

  ByteBuffer heartbeat(int i, long stamp) {
    return ascii(
        "PUT /eureka/apps/"
            + service(i).toUpperCase(Locale.ROOT)
            + "/"
            + id(i)
            + "?status=UP&lastDirtyTimestamp="
            + stamp
            + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n"
            + "Content-Type: application/json\r\nContent-Length: 0\r\n\r\n");
  }

  static ByteBuffer fetch() {
    return get("/eureka/apps/", "Accept: application/json\r\nAccept-Encoding: gzip");
  }

  static ByteBuffer get(String path) {
    return get(path, "Accept: */*");
  }

  private static ByteBuffer get(String path, String headers) {
    return ascii("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + headers + "\r\n\r\n");
  }

  private static ByteBuffer ascii(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
  }
}

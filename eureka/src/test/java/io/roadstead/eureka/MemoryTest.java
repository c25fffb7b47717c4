package io.roadstead.eureka;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What an instance costs in memory: the exact figure comes from {@code bench eureka}. */
final class MemoryTest {
  private static final int INSTANCES = 10_000;
  private static final int PER_APPLICATION = 50;

  /** A kilobyte, a quarter more for objects with larger heads, and some room. */
  private static final long MOST_EACH = 1_600;

  /** Nobody is told of the changes, as deltas have a bound of their own. */
  private final Wire wire = new Wire(PollerIdentity.NONE, InstanceCredentials.NONE, _ -> {});

  private static String body(int i) {
    String host = "node-" + i + ".example.internal";
    String app = "svc-" + i % (INSTANCES / PER_APPLICATION);
    String home = "http://" + host + ":8080/";
    return """
    {"instance":{"instanceId":"%1$s:%2$s:8080","app":"%2$s","hostName":"%1$s","ipAddr":"10.0.0.7",
    "homePageUrl":"%3$s","statusPageUrl":"%3$sactuator/info",
    "healthCheckUrl":"%3$sactuator/health","vipAddress":"%2$s","secureVipAddress":"%2$s",
    "dataCenterInfo":{"name":"MyOwn"},"status":"UP","port":{"$":8080,"@enabled":"true"},
    "metadata":{"management.port":"8081","zone":"z%4$d","version":"1.0.%5$d"},
    "lastDirtyTimestamp":"%6$d"}}\
    """
        .formatted(host, app, home, i % 3, i % 7, 1_790_000_000_000L + i);
  }

  /** Collects until the heap does not shrink any more. */
  private static long liveHeap() {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 3; i++) {
      System.gc();
      least = Math.min(least, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
    }
    return least;
  }

  @Test
  void anInstanceTakesAboutAKilobyteFetchedOrNot() {
    long before = liveHeap();
    for (int i = 0; i < INSTANCES; i++) {
      wire.post("/eureka/apps/svc-" + i % (INSTANCES / PER_APPLICATION), body(i));
    }
    EurekaResponse fetched = wire.get("/eureka/apps", "Accept-Encoding", "gzip");
    assertThat(fetched.status()).isEqualTo(200);

    long each = (liveHeap() - before) / INSTANCES;

    assertThat(each).as("bytes of heap for each instance").isLessThan(MOST_EACH);
    assertThat(new String(wire.get("/eureka/apps/svc-0").body(), StandardCharsets.UTF_8))
        .contains("node-0.example.internal");
    wire.close();
  }
}

package io.roadstead.platform.demo.stage;

import io.roadstead.platform.Refused;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.random.RandomGenerator;

/**
 * Ports that stay the demo's while nobody listens at them for a moment. One that the kernel hands
 * out would not: any outgoing connection may get it meanwhile. So they are below those, and beside
 * the ones of instances.
 */
public final class FreePorts {
  private static final int LEAST = 10_000;
  private static final int MOST = 19_999;
  private static final int TRIES = 200;

  private FreePorts() {}

  public static int one(RandomGenerator random) {
    for (int i = 0; i < TRIES; i++) {
      int port = random.nextInt(LEAST, MOST + 1);
      try (ServerSocket _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return port;
      } catch (IOException e) {
        // Somebody has it: another, then.
      }
    }
    throw Refused.because("no free port was found from " + LEAST + " to " + MOST);
  }
}

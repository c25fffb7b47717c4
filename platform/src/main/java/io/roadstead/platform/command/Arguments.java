package io.roadstead.platform.command;

import io.roadstead.control.spec.Quantities;
import io.roadstead.platform.Refused;
import io.roadstead.registry.Names;

/** Checks of what was typed, before anything is asked of the platform. */
final class Arguments {
  private static final int MOST_REPLICAS = 1_000;
  private static final int MOST_CORES = 1_024;

  private Arguments() {}

  /** The canonical name of a service. */
  static String service(String name) {
    try {
      return Names.service(name);
    } catch (RuntimeException e) {
      throw Refused.usage(String.valueOf(e.getMessage()));
    }
  }

  static int replicas(int replicas) {
    if (replicas < 0 || replicas > MOST_REPLICAS) {
      throw Refused.usage(
          "replicas must be 0 to "
              + MOST_REPLICAS
              + ", not "
              + replicas
              + ": 0 stops all of its instances");
    }
    return replicas;
  }

  static String memory(String size) {
    if (Quantities.bytes(size).isEmpty()) {
      throw Refused.usage("--memory " + size + " is not a size: write it as 256Mi or 1Gi");
    }
    return size;
  }

  static double cpu(double cores) {
    if (!(cores >= 0 && cores <= MOST_CORES)) {
      throw Refused.usage(
          "--cpu " + cores + " is not possible: write 0 to " + MOST_CORES + " cores, such as 0.5");
    }
    return cores;
  }
}

package io.roadstead.platform.command;

import io.roadstead.platform.Refused;
import io.roadstead.registry.Names;

/** Checks of what was typed, before anything is asked of the platform. */
final class Arguments {
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
    if (replicas < 0) {
      throw Refused.usage(
          "replicas must be 0 or more, not " + replicas + ": 0 stops all of its instances");
    }
    return replicas;
  }
}

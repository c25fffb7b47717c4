package io.roadstead.rollout;

import io.roadstead.rollout.judge.Sample;

/** What the gateways have counted of each version. */
@FunctionalInterface
public interface VersionFigures {
  /** Nobody counts. */
  VersionFigures NONE = (service, version) -> Sample.NONE;

  /** Of all gateways since some moment before; only differences say anything. Does not block. */
  Sample of(String service, String version);
}

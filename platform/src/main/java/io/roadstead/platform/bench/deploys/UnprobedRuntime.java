package io.roadstead.platform.bench.deploys;

import io.roadstead.rollout.Adoption;
import io.roadstead.rollout.Exit;
import io.roadstead.rollout.InstanceRecord;
import io.roadstead.rollout.InstanceRuntime;
import io.roadstead.rollout.Launch;
import io.roadstead.rollout.LaunchFailed;
import io.roadstead.rollout.ProbeResult;
import io.roadstead.rollout.Release;
import io.roadstead.rollout.RunningInstance;
import io.roadstead.rollout.Unrecorded;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** Takes every instance for healthy, unasked. As safe as the one that it stands before. */
final class UnprobedRuntime implements InstanceRuntime {
  private final InstanceRuntime runtime;

  UnprobedRuntime(InstanceRuntime runtime) {
    this.runtime = runtime;
  }

  @Override
  public ProbeResult probe(Release release, RunningInstance instance, Duration timeout) {
    return new ProbeResult.Healthy();
  }

  @Override
  public RunningInstance start(Launch launch) throws LaunchFailed {
    return runtime.start(launch);
  }

  @Override
  public Adoption adopt(InstanceRecord instance) {
    return runtime.adopt(instance);
  }

  @Override
  public List<Unrecorded> unrecorded(Set<String> recorded) {
    return runtime.unrecorded(recorded);
  }

  @Override
  public Set<String> endAllBut(Set<String> instances, Duration patience) {
    return runtime.endAllBut(instances, patience);
  }

  @Override
  public boolean portWasTaken(RunningInstance instance) {
    return runtime.portWasTaken(instance);
  }

  @Override
  public String explain(Release release, RunningInstance instance, Exit exit) {
    return runtime.explain(release, instance, exit);
  }

  @Override
  public void close() {
    runtime.close();
  }
}

package io.roadstead.platform;

import io.roadstead.control.spec.SpecJson;
import io.roadstead.registry.Ticker;
import io.roadstead.rollout.Adoption;
import io.roadstead.rollout.InstanceRecord;
import io.roadstead.rollout.InstanceRuntime;
import io.roadstead.rollout.Release;
import io.roadstead.rollout.RolloutPolicy;
import io.roadstead.rollout.RunningInstance;
import io.roadstead.rollout.StateStore;
import io.roadstead.runtime.process.ProcessRuntime;
import io.roadstead.runtime.process.ProcessSettings;
import io.roadstead.store.ArtifactFiles;
import io.roadstead.store.DataDirectory;
import io.roadstead.store.SqliteStore;
import io.roadstead.store.StoreUnusable;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The services that a stopped platform has left running. There is no gateway any more, so nothing
 * is drained: each is asked to end, and made to after its stop timeout.
 */
public final class LeftRunning {
  private static final Duration KILLED_WITHIN = Duration.ofSeconds(5);

  private static final Logger log = LoggerFactory.getLogger(LeftRunning.class);

  private LeftRunning() {}

  /**
   * Stops them all and waits; what is wanted of the services is kept.
   *
   * @return how many there were
   */
  public static int stop(Path data) throws InterruptedException {
    try (DataDirectory directory = DataDirectory.open(data, new SecureRandom());
        InstanceRuntime runtime =
            new ProcessRuntime(
                ProcessSettings.of(
                    directory.path(), Platform.java(), Path.of(""), () -> "", () -> ""),
                new ArtifactFiles(directory.artifacts(), Ticker.system()),
                InstantSource.system(),
                Ticker.system())) {
      int recorded = stopRecorded(directory, runtime);
      // Those that no record tells of: the platform was killed before it had written it, or its
      // state is lost.
      return recorded + runtime.endAllBut(Set.of(), RolloutPolicy.DEFAULT.stopTimeout()).size();
    }
  }

  private static int stopRecorded(DataDirectory directory, InstanceRuntime runtime)
      throws InterruptedException {
    record Stopping(InstanceRecord record, Thread thread) {}
    List<Stopping> stopping = new ArrayList<>();
    try (StateStore store =
        SqliteStore.open(directory.stateFile(), directory.nativeLibraries(), new SpecJson())) {
      for (InstanceRecord record : store.instances()) {
        Duration patience = stopTimeout(store, record);
        switch (runtime.adopt(record)) {
          case Adoption.Runs(RunningInstance instance) ->
              stopping.add(
                  new Stopping(
                      record,
                      Thread.ofVirtual()
                          .name("stop-" + record.id())
                          .start(() -> stop(instance, patience))));
          case Adoption.Ended _ -> store.deleteInstance(record.id());
        }
      }
      for (Stopping each : stopping) {
        each.thread().join();
        store.deleteInstance(each.record().id());
      }
    } catch (StoreUnusable e) {
      log.warn("the instances are looked for by their marks: {}", e.getMessage());
    }
    return stopping.size();
  }

  private static Duration stopTimeout(StateStore store, InstanceRecord record) {
    return store.releases(record.service()).stream()
        .filter(release -> release.number() == record.release())
        .findFirst()
        .map(Release::spec)
        .map(spec -> spec.rollout().stopTimeout())
        .orElse(RolloutPolicy.DEFAULT.stopTimeout());
  }

  private static void stop(RunningInstance instance, Duration patience) {
    instance.terminate();
    if (!ended(instance, patience)) {
      instance.kill();
      boolean _ = ended(instance, KILLED_WITHIN);
    }
    // What the process has started itself goes with its group.
    instance.kill();
  }

  private static boolean ended(RunningInstance instance, Duration limit) {
    try {
      instance.exited().get(limit.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }
}

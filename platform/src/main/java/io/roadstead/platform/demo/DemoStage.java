package io.roadstead.platform.demo;

import io.roadstead.platform.LeftRunning;
import io.roadstead.platform.Platform;
import io.roadstead.platform.PlatformConfig;
import io.roadstead.platform.Refused;
import io.roadstead.rollout.Deployer.ServiceStatus;
import io.roadstead.rollout.Rollout;
import io.roadstead.rollout.ServiceSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A platform in this process, with a data directory of its own that goes with it. It ends with the
 * process too, however that ends short of a kill -9.
 */
final class DemoStage implements Stage {
  private static final String BY = "demo";
  private static final int DELETIONS = 3;

  private final Path data;
  private final Platform platform;
  private final ReentrantLock closing = new ReentrantLock();
  private volatile @Nullable Runnable beforeShutdown;
  private boolean closed;

  private DemoStage(Path data, Platform platform) {
    this.data = data;
    this.platform = platform;
  }

  static DemoStage start() {
    Path data;
    try {
      data = Files.createTempDirectory("roadstead-demo-");
    } catch (IOException e) {
      throw Refused.because("a temporary data directory could not be made: " + e.getMessage());
    }
    Platform platform;
    try {
      platform = Platform.start(PlatformConfig.local(data));
    } catch (RuntimeException e) {
      delete(data);
      throw e;
    }
    DemoStage stage = new DemoStage(data, platform);
    Runtime.getRuntime().addShutdownHook(new Thread(stage::shutDown, "demo-shutdown"));
    return stage;
  }

  /** What is to happen before the end, where the process is told to end early. */
  void onShutdown(Runnable action) {
    beforeShutdown = action;
  }

  private void shutDown() {
    Runnable action = beforeShutdown;
    if (action != null) {
      action.run();
    }
    close();
  }

  @Override
  public InetSocketAddress gateway() {
    return platform.gateway().socketAddress();
  }

  @Override
  public String whereabouts() {
    return "control plane http://%s, gateway http://%s, data %s"
        .formatted(platform.control(), platform.gateway(), data);
  }

  @Override
  public Optional<String> apply(ServiceSpec spec) {
    return platform.deployer().apply(spec, BY);
  }

  @Override
  public String scale(String service, int replicas) {
    return platform
        .deployer()
        .scale(service, OptionalInt.of(replicas), OptionalLong.empty(), OptionalDouble.empty(), BY);
  }

  @Override
  public Optional<Rollout> await(String rollout, Optional<Rollout> seen, Duration limit)
      throws InterruptedException {
    return platform.deployer().await(rollout, seen, limit);
  }

  @Override
  public Optional<ServiceStatus> service(String name) {
    return platform.deployer().service(name);
  }

  @Override
  public void kill(long pid) {
    boolean _ = ProcessHandle.of(pid).map(ProcessHandle::destroyForcibly).orElse(false);
  }

  /** Nobody asks for anything any more, so nothing is drained: all are told to end at once. */
  @Override
  public void close() {
    closing.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      platform.close();
      LeftRunning.stop(data);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      delete(data);
      closing.unlock();
    }
  }

  /** What vanishes meanwhile is gone too; what is still being written is deleted once more. */
  private static void delete(Path directory) {
    String problem = "";
    for (int i = 0; i < DELETIONS && Files.exists(directory); i++) {
      try (Stream<Path> files = Files.walk(directory)) {
        List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
        for (Path file : deepestFirst) {
          Files.deleteIfExists(file);
        }
      } catch (IOException | UncheckedIOException e) {
        problem = String.valueOf(e.getMessage());
      }
    }
    if (Files.exists(directory)) {
      System.err.println("roadstead: " + directory + " is not deleted whole: " + problem);
    }
  }
}

package io.roadstead.runtime.process;

import io.roadstead.registry.Ticker;
import io.roadstead.rollout.Artifacts;
import io.roadstead.rollout.Cause;
import io.roadstead.rollout.Health;
import io.roadstead.rollout.Launch;
import io.roadstead.rollout.LaunchFailed;
import io.roadstead.rollout.Release;
import io.roadstead.rollout.Resources;
import io.roadstead.rollout.RolloutPolicy;
import io.roadstead.rollout.RunningInstance;
import io.roadstead.rollout.ServiceSpec;
import io.roadstead.rollout.Source;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** A runtime over a folder of its own, which ends what was started with it. */
final class Bench implements AutoCloseable {
  static final String TOKEN = "s3cret-token";

  final Path data;
  final Map<String, Path> artifacts = new HashMap<>();
  final ProcessRuntime runtime;
  private final List<RunningInstance> started = new ArrayList<>();
  private int ids;

  Bench(Path data) {
    this(
        data,
        Map.of("PATH", System.getenv("PATH"), "ROADSTEAD_TOKEN", "of the platform"),
        21_000,
        21_999);
  }

  Bench(Path data, Map<String, String> environment, int firstPort, int lastPort) {
    this.data = data;
    this.runtime =
        new ProcessRuntime(
            new ProcessSettings(
                data,
                Path.of(System.getProperty("java.home"), "bin", "java"),
                data,
                () -> "http://127.0.0.1:8761",
                () -> "http://127.0.0.1:8080",
                environment,
                firstPort,
                lastPort,
                3,
                1 << 20),
            new Kept(),
            InstantSource.system(),
            Ticker.system());
  }

  RunningInstance sh(String script) throws LaunchFailed {
    return start(new Source.Exec(List.of("/bin/sh", "-c", script)), Map.of());
  }

  RunningInstance start(Source source, Map<String, String> env) throws LaunchFailed {
    return start(release(source, env));
  }

  RunningInstance start(Release release) throws LaunchFailed {
    RunningInstance instance = runtime.start(new Launch("orders-" + ++ids, release, TOKEN));
    started.add(instance);
    return instance;
  }

  static Release release(Source source, Map<String, String> env) {
    return release(source, env, Health.DEFAULT, Resources.UNLIMITED);
  }

  static Release release(
      Source source, Map<String, String> env, Health health, Resources resources) {
    var spec =
        new ServiceSpec(
            "orders", source, "1.4", 1, List.of(), health, env, resources, RolloutPolicy.DEFAULT);
    return new Release("orders", 1, "1.4", "0".repeat(64), spec, Instant.EPOCH, Cause.by("test"));
  }

  /** A jar whose entries are empty but for the classes named, kept as an artifact. */
  Source jar(String name, String mainClass, List<String> entries, Class<?>... classes)
      throws Exception {
    Path file = Files.createDirectories(data.resolve("artifacts")).resolve(name + ".jar");
    var manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    if (!mainClass.isEmpty()) {
      manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, mainClass);
    }
    try (OutputStream out = Files.newOutputStream(file);
        var jar = new JarOutputStream(out, manifest)) {
      for (String entry : entries) {
        jar.putNextEntry(new JarEntry(entry));
      }
      for (Class<?> type : classes) {
        String path = type.getName().replace('.', '/') + ".class";
        jar.putNextEntry(new JarEntry(path));
        try (InputStream in = type.getClassLoader().getResourceAsStream(path)) {
          jar.write(in == null ? new byte[0] : in.readAllBytes());
        }
      }
    }
    artifacts.put(name, file);
    return new Source.Artifact(name);
  }

  @Override
  public void close() {
    for (RunningInstance instance : started) {
      instance.kill();
      instance.exited().join();
    }
    runtime.close();
  }

  private final class Kept implements Artifacts {
    @Override
    public String add(InputStream bytes) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Optional<Path> path(String sha256) {
      return Optional.ofNullable(artifacts.get(sha256));
    }

    @Override
    public void retain(Set<String> digests) {
      throw new UnsupportedOperationException();
    }
  }
}

package io.roadstead.it.outside;

import io.roadstead.platform.Platform;
import io.roadstead.platform.PlatformConfig;
import io.roadstead.registry.Route;
import io.roadstead.rollout.Cause;
import io.roadstead.rollout.Deployer;
import io.roadstead.rollout.Deployer.InstanceStatus;
import io.roadstead.rollout.Health;
import io.roadstead.rollout.Resources;
import io.roadstead.rollout.Rollout;
import io.roadstead.rollout.RolloutPolicy;
import io.roadstead.rollout.ServiceSpec;
import io.roadstead.rollout.Source;
import io.roadstead.rollout.StateStore;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/**
 * A platform in a process of its own that ends, without another word, at one of the deployer's
 * writes: before it or after it. It is told what to do on its standard input, a line each, and
 * answers with a line.
 */
final class MortalPlatform {
  private static final int DIED = 137;

  private final AtomicInteger writesLeft = new AtomicInteger(Integer.MAX_VALUE);
  private final Path jar;
  private final Object writing = new Object();
  private volatile boolean after;

  private MortalPlatform(Path jar) {
    this.jar = jar;
  }

  /**
   * Runs until its standard input ends or its time has come.
   *
   * @param arguments the data directory, and the jar of the service
   */
  public static void main(String[] arguments) throws Exception {
    MortalPlatform mortal = new MortalPlatform(Path.of(arguments[1]));
    Platform platform =
        Platform.start(PlatformConfig.local(Path.of(arguments[0])), mortal::counting);
    System.out.println("ready");
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      System.out.println(mortal.answer(platform.deployer(), line.split(" ", -1)));
    }
    Runtime.getRuntime().halt(0); // As a kill would: instances run on.
  }

  private String answer(Deployer deployer, String[] words) throws InterruptedException {
    return switch (words[0]) {
      case "die" -> {
        after = words[1].equals("after");
        writesLeft.set(Integer.parseInt(words[2]));
        yield "ok";
      }
      case "live" -> {
        synchronized (writing) {
          writesLeft.set(Integer.MAX_VALUE);
        }
        yield "ok";
      }
      case "deploy" ->
          deployer
              .apply(spec(words[1], words[2], Integer.parseInt(words[3])), Cause.by("test"))
              .orElse("");
      case "scale" ->
          deployer.scale(
              words[1],
              OptionalInt.of(Integer.parseInt(words[2])),
              OptionalLong.empty(),
              OptionalDouble.empty(),
              Cause.by("test"));
      case "restart" -> deployer.restart(words[1], Cause.by("test"));
      case "remove" -> deployer.remove(words[1], Cause.by("test"));
      case "ended" -> {
        for (Rollout rollout : deployer.rollouts("")) {
          for (Rollout now = rollout; !now.state().ended(); ) {
            now = deployer.await(now.id(), Optional.of(now), Duration.ofMinutes(2)).orElseThrow();
          }
        }
        yield deployer.rollouts("").stream()
            .map(rollout -> rollout.id() + "=" + rollout.state())
            .collect(Collectors.joining(" "));
      }
      case "instances" ->
          deployer.services().stream()
              .flatMap(service -> service.instances().stream())
              .filter(instance -> words.length < 2 || instance.service().equals(words[1]))
              .map(MortalPlatform::line)
              .collect(Collectors.joining(" "));
      default -> throw new IllegalArgumentException(String.join(" ", words));
    };
  }

  private static String line(InstanceStatus instance) {
    return instance.service()
        + "/"
        + instance.version()
        + "/"
        + instance.phase()
        + "/"
        + instance.pid();
  }

  private ServiceSpec spec(String name, String version, int replicas) {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    return new ServiceSpec(
        name,
        new Source.Exec(
            List.of(
                java.toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "-jar",
                jar.toString())),
        version,
        replicas,
        List.of(new Route("", "/" + name, true)),
        new Health(
            "/health", Duration.ofMillis(200), Duration.ofSeconds(2), Duration.ofSeconds(60)),
        Map.of("RELEASE", version),
        Resources.UNLIMITED,
        RolloutPolicy.DEFAULT);
  }

  /** The same store, but that it counts what is written. */
  private StateStore counting(StateStore store) {
    return (StateStore)
        Proxy.newProxyInstance(
            StateStore.class.getClassLoader(),
            new Class<?>[] {StateStore.class},
            (_, method, arguments) -> {
              String name = method.getName();
              boolean writes =
                  (name.startsWith("save") || name.startsWith("delete"))
                      && !name.equals("saveKnownSubscribers");
              try {
                return writes ? write(store, method, arguments) : method.invoke(store, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  /** One at a time: who is told to live does not die of a write that had begun. */
  private Object write(StateStore store, Method method, Object[] arguments)
      throws IllegalAccessException, InvocationTargetException {
    synchronized (writing) {
      boolean last = writesLeft.decrementAndGet() == 0;
      if (last && !after) {
        Runtime.getRuntime().halt(DIED);
      }
      try {
        return method.invoke(store, arguments);
      } finally {
        if (last) {
          Runtime.getRuntime().halt(DIED);
        }
      }
    }
  }
}

package io.roadstead.platform.demo.stage;

import io.roadstead.control.spec.SpecJson;
import io.roadstead.platform.HostPort;
import io.roadstead.platform.Refused;
import io.roadstead.platform.client.ArtifactUpload;
import io.roadstead.platform.client.ControlClient;
import io.roadstead.registry.Ticker;
import io.roadstead.rollout.ServiceSpec;
import io.roadstead.rollout.Source;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A platform without a gateway, and a gateway, each a process of its own. They keep their ports for
 * as long as the stage stands, whichever process has them.
 *
 * <p>The processes are changed by one thread at a time; a lock guards the uploads, and all else is
 * the platform's to order.
 */
public final class ProcessStage implements Stage {
  private static final Duration READY_WITHIN = Duration.ofSeconds(60);
  private static final Duration OLD_GATEWAY_ENDS_WITHIN = Duration.ofSeconds(40);
  private static final int KEPT_WARNINGS = 20;

  /** Beside the launcher's for the demo: what is enough for few services and little load. */
  private static final List<String> PLATFORM_FLAGS = List.of("-Xmx192m");

  private static final List<String> GATEWAY_FLAGS = List.of("-Xmx128m");

  private final Program program;
  private final Workplace workplace;
  private final Ticker ticker;
  private final HostPort control;
  private final HostPort gateway;
  private final Path data;
  private final List<String> gatewayOptions;
  private final List<Child> children = new CopyOnWriteArrayList<>();
  private final Map<Path, String> uploaded = new HashMap<>();
  private final ReentrantLock uploading = new ReentrantLock();
  private volatile @Nullable Child platformProcess;
  private volatile @Nullable Child gatewayProcess;
  private volatile @Nullable ControlClient client;
  private int gateways;

  private ProcessStage(
      Program program,
      Workplace workplace,
      Ticker ticker,
      HostPort control,
      HostPort gateway,
      List<String> gatewayOptions) {
    this.program = program;
    this.workplace = workplace;
    this.ticker = ticker;
    this.control = control;
    this.gateway = gateway;
    this.gatewayOptions = List.copyOf(gatewayOptions);
    this.data = workplace.path().resolve("data");
  }

  /**
   * Starts both; they serve when this returns. On failure the workplace is the caller's to close.
   */
  public static ProcessStage start(
      Program program, Workplace workplace, Ticker ticker, RandomGenerator random)
      throws InterruptedException {
    return start(program, workplace, ticker, random, List.of());
  }

  /**
   * As above.
   *
   * @param gatewayOptions more words of the gateway's command line
   */
  public static ProcessStage start(
      Program program,
      Workplace workplace,
      Ticker ticker,
      RandomGenerator random,
      List<String> gatewayOptions)
      throws InterruptedException {
    ProcessStage stage =
        new ProcessStage(
            program,
            workplace,
            ticker,
            new HostPort("127.0.0.1", FreePorts.one(random)),
            new HostPort("127.0.0.1", FreePorts.one(random)),
            gatewayOptions);
    stage.startPlatform();
    stage.gatewayProcess = stage.startGateway();
    return stage;
  }

  @Override
  public HostPort gateway() {
    return gateway;
  }

  @Override
  public URI control() {
    return ControlClient.address(control.toString());
  }

  @Override
  public Path tokenFile() {
    return data.resolve("token");
  }

  @Override
  public void startPlatform() throws InterruptedException {
    Child child =
        start(
            "platform",
            PLATFORM_FLAGS,
            List.of(
                "up",
                "--control",
                control.toString(),
                "--gateway",
                "none",
                "--data",
                data.toString()));
    platformProcess = child;
    ControlClient asking = new ControlClient(control(), Optional.empty(), "");
    child.await(() -> answers(asking), READY_WITHIN);
    client = new ControlClient(control(), Optional.of(token()), tokenFile().toString());
  }

  private static boolean answers(ControlClient asking) {
    try {
      asking.get("/health/ready");
      return true;
    } catch (Refused e) {
      return false;
    }
  }

  private String token() {
    try {
      return Files.readString(tokenFile()).strip();
    } catch (IOException e) {
      throw Refused.because("the platform has left no token: " + e.getMessage());
    }
  }

  private Child startGateway() throws InterruptedException {
    gateways++;
    List<String> arguments =
        new ArrayList<>(
            List.of("gateway", "--control", control.toString(), "--listen", gateway.toString()));
    arguments.addAll(gatewayOptions);
    Child child = start("gateway-" + gateways, GATEWAY_FLAGS, arguments);
    child.await(() -> child.said("gateway is up"), READY_WITHIN);
    return child;
  }

  private Child start(String name, List<String> flags, List<String> arguments) {
    List<String> allFlags = new ArrayList<>(flags);
    allFlags.add("-Djava.io.tmpdir=" + workplace.path());
    Child child =
        Child.start(
            name,
            program.command(allFlags, arguments),
            workplace.path(),
            Map.of(Workplace.MARK, workplace.path().toString(), "ROADSTEAD_DATA", data.toString()),
            ticker);
    children.add(child);
    return child;
  }

  @Override
  public void killPlatform() throws InterruptedException {
    Child child = platformProcess;
    if (child != null) {
      child.kill();
    }
  }

  @Override
  public void replaceGateway() throws InterruptedException {
    Child old = gatewayProcess;
    gatewayProcess = startGateway();
    if (old != null && !old.awaitEnd(OLD_GATEWAY_ENDS_WITHIN)) {
      throw Refused.because(
          "the old gateway (pid "
              + old.pid()
              + ") has not ended "
              + OLD_GATEWAY_ENDS_WITHIN.toSeconds()
              + " s after the take-over");
    }
  }

  @Override
  public Optional<String> apply(ServiceSpec spec) {
    ObjectNode tree = SpecJson.tree(spec);
    if (spec.source() instanceof Source.Jar(var jar)) {
      tree.remove("jar");
      tree.put("artifact", uploaded(jar));
    }
    return rollout(client().put("/api/v1/services/" + ControlClient.part(spec.name()), tree));
  }

  /** The digest of a jar that the platform has; it is sent once. */
  private String uploaded(Path jar) {
    uploading.lock();
    try {
      String known = uploaded.get(jar);
      if (known != null) {
        return known;
      }
      ArtifactUpload upload = ArtifactUpload.of(jar);
      upload.send(client());
      uploaded.put(jar, upload.sha256());
      return upload.sha256();
    } finally {
      uploading.unlock();
    }
  }

  @Override
  public String scale(String service, int replicas) {
    ObjectNode body = JsonNodeFactory.instance.objectNode().put("replicas", replicas);
    String path = "/api/v1/services/" + ControlClient.part(service) + "/scale";
    return rollout(client().post(path, body))
        .orElseThrow(() -> Refused.because("the scale of " + service + " changes nothing"));
  }

  private Optional<String> rollout(String answer) {
    JsonNode id = client().parse(answer).path("rollout");
    return id.isString() ? Optional.of(id.asString()) : Optional.empty();
  }

  @Override
  public Seen.Rollout await(String rollout, Duration limit) {
    String path = "/api/v1/rollouts/" + ControlClient.part(rollout);
    String wait = "?wait=" + limit.toMillis() + "ms";
    return Seen.rollout(client().parse(client().get(path + wait)));
  }

  @Override
  public Optional<Seen.Service> service(String name) {
    return client()
        .find("/api/v1/services/" + ControlClient.part(name))
        .map(body -> Seen.service(client().parse(body)));
  }

  @Override
  public List<Seen.Service> services() {
    List<Seen.Service> services = new ArrayList<>();
    for (JsonNode service : client().parse(client().get("/api/v1/services"))) {
      services.add(Seen.service(service));
    }
    return services;
  }

  @Override
  public List<Seen.Event> events(String since) {
    String after = since.isEmpty() ? "" : "?since=" + ControlClient.part(since);
    return Seen.events(client().parse(client().get("/api/v1/events" + after)));
  }

  private ControlClient client() {
    ControlClient known = client;
    if (known == null) {
      throw new IllegalStateException("the platform has not been started");
    }
    return known;
  }

  @Override
  public void kill(long pid) {
    boolean _ = ProcessHandle.of(pid).map(ProcessHandle::destroyForcibly).orElse(false);
  }

  @Override
  public List<String> warnings() {
    List<String> all = children.stream().flatMap(child -> child.warnings().stream()).toList();
    return all.subList(Math.max(0, all.size() - KEPT_WARNINGS), all.size());
  }

  @Override
  public void close() {
    workplace.close();
  }
}

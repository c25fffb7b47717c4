package io.roadstead.platform.demo;

import io.roadstead.platform.HostPort;
import io.roadstead.platform.demo.stage.Seen;
import io.roadstead.platform.demo.stage.Stage;
import io.roadstead.rollout.ServiceSpec;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** A stage on which all is done at once, each thing taking some of the time handed in. */
final class PaperStage implements Stage {
  private static final Duration DEPLOYMENT = Duration.ofMillis(900);
  private static final Duration START = Duration.ofMillis(700);

  final List<String> calls = new CopyOnWriteArrayList<>();
  volatile boolean losesInstances;
  volatile String badVersionEnds = "rolled-back";
  volatile Runnable onKill = () -> {};
  private final CountDownLatch bad = new CountDownLatch(1);
  private final CountDownLatch replaced = new CountDownLatch(1);
  private final AtomicLong nanos;
  private final AtomicInteger numbers = new AtomicInteger();
  private final Map<String, Seen.Service> services = new ConcurrentHashMap<>();
  private final List<Seen.Event> events = new CopyOnWriteArrayList<>();

  PaperStage(AtomicLong nanos) {
    this.nanos = nanos;
  }

  private void takes(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  private synchronized void event(String kind, String service, String instance) {
    Instant at = Instant.ofEpochSecond(0, nanos.get());
    events.add(
        new Seen.Event(Integer.toString(events.size() + 1), at, kind, service, instance, ""));
  }

  /** Time on paper passes in no time: what comes after the bad version waits for its acts. */
  private void letTheOthersPlay() {
    try {
      if (bad.getCount() == 0 && !replaced.await(20, TimeUnit.SECONDS)) {
        throw new AssertionError("the gateway was not taken over");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void become(String service, String version, int replicas) {
    List<Seen.Instance> instances = new ArrayList<>();
    for (int i = 0; i < replicas; i++) {
      int number = numbers.incrementAndGet();
      instances.add(new Seen.Instance(service + "-" + number, version, "UP", "available", number));
    }
    services.put(
        service,
        new Seen.Service(service, version, replicas, replicas, 0, instances, Optional.empty()));
  }

  @Override
  public HostPort gateway() {
    return new HostPort("127.0.0.1", 1);
  }

  @Override
  public URI control() {
    return URI.create("http://127.0.0.1:2");
  }

  @Override
  public Path tokenFile() {
    return Path.of("token");
  }

  @Override
  public Optional<String> apply(ServiceSpec spec) {
    calls.add("apply " + spec.name() + " " + spec.version());
    takes(DEPLOYMENT);
    if (spec.version().equals("bad")) {
      bad.countDown();
    } else {
      letTheOthersPlay();
      become(spec.name(), spec.version(), spec.replicas());
    }
    return Optional.of(spec.version());
  }

  @Override
  public String scale(String service, int replicas) {
    calls.add("scale " + service + " " + replicas);
    takes(DEPLOYMENT);
    become(service, service(service).orElseThrow().version(), replicas);
    return "scale";
  }

  @Override
  public Seen.Rollout await(String rollout, Duration limit) {
    String state = rollout.equals("bad") ? badVersionEnds : "succeeded";
    return new Seen.Rollout(rollout, "", rollout, "deploy", state, "", List.of());
  }

  @Override
  public Optional<Seen.Service> service(String name) {
    return Optional.ofNullable(services.get(name));
  }

  @Override
  public List<Seen.Service> services() {
    return List.copyOf(services.values());
  }

  @Override
  public List<Seen.Event> events(String since) {
    int after = since.isEmpty() ? 0 : Integer.parseInt(since);
    return events.size() <= after ? List.of() : List.copyOf(events).subList(after, events.size());
  }

  @Override
  public void kill(long pid) {
    services.values().stream()
        .filter(service -> service.instances().stream().anyMatch(one -> one.pid() == pid))
        .findFirst()
        .ifPresent(
            service -> {
              calls.add("kill " + service.name());
              become(service.name(), service.version(), service.desired());
              String instance = service(service.name()).orElseThrow().instances().getFirst().id();
              event("instance.started", service.name(), instance);
              takes(START);
              event("instance.available", service.name(), instance);
            });
    onKill.run();
  }

  @Override
  public void killPlatform() {
    calls.add("kill platform");
  }

  @Override
  public void startPlatform() {
    calls.add("start platform");
    takes(START);
    for (Seen.Service service : services()) {
      for (Seen.Instance instance : service.instances()) {
        event(losesInstances ? "instance.gone" : "instance.adopted", service.name(), instance.id());
      }
      if (losesInstances) {
        become(service.name(), service.version(), service.desired());
      }
    }
  }

  @Override
  public void replaceGateway() {
    calls.add("replace gateway");
    takes(START);
    replaced.countDown();
  }

  @Override
  public List<String> warnings() {
    return List.of();
  }

  @Override
  public void close() {
    calls.add("close");
  }
}

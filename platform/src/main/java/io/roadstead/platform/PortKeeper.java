package io.roadstead.platform;

import io.roadstead.gateway.BindFailed;
import io.roadstead.gateway.Gateway;
import io.roadstead.gateway.accesslog.AccessLogConfig;
import io.roadstead.registry.RegistryView;
import io.roadstead.registry.event.Event;
import io.roadstead.registry.event.EventSink;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Sees that somebody serves the platform's gateway port.
 *
 * <p><b>Idea.</b> The port belongs to the own gateway, unless a {@code roadstead gateway} of the
 * platform has it already or takes it over. Once a second it is tried whether the port is free:
 * while anybody listens, even one that has been stopped, it is not, and in a take-over it never is,
 * for the sockets themselves go from hand to hand. So a free port means that the other has ended;
 * then the own gateway takes it back. An own gateway that has handed its port over finishes its
 * requests meanwhile, so for a while there may be two.
 *
 * <p>{@link #start} opens the port or finds that another has it; then one thread looks, until
 * {@link #close}. A lock guards the gateways.
 */
final class PortKeeper implements AutoCloseable {
  private static final Duration LOOK = Duration.ofSeconds(1);

  private final HostPort wanted;
  private final String platform;
  private final Supplier<RegistryView> views;
  private final BiFunction<HostPort, RegistryView, Gateway> gateways;
  private final OwnGateway figures;
  private final InstantSource wall;
  private final EventSink events;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final List<Held> held = new ArrayList<>();
  private volatile boolean elsewhere;
  private volatile HostPort at;
  private boolean told;
  private @Nullable Thread thread;

  private record Held(Gateway gateway, RegistryView view) {}

  /**
   * @param wanted where the gateway is to listen
   * @param gateways makes a gateway, not started, that listens there and reads this view
   * @param figures is told which gateway counts
   */
  PortKeeper(
      HostPort wanted,
      String platform,
      Supplier<RegistryView> views,
      BiFunction<HostPort, RegistryView, Gateway> gateways,
      OwnGateway figures,
      InstantSource wall,
      EventSink events) {
    this.wanted = wanted;
    this.at = wanted;
    this.platform = platform;
    this.views = views;
    this.gateways = gateways;
    this.figures = figures;
    this.wall = wall;
    this.events = events;
  }

  /**
   * Opens the port, unless a gateway of the platform has it.
   *
   * @throws BindFailed where neither can be
   */
  void start() {
    elsewhere = Gateway.listensAt(wanted.socketAddress(), platform);
    if (!elsewhere) {
      open();
    }
    thread = Thread.ofVirtual().name("gateway-port").start(this::look);
  }

  /** Where the platform's gateway listens, whichever it is. */
  HostPort at() {
    return at;
  }

  /** Whether a process of its own had the port from the start, and has it still. */
  boolean elsewhere() {
    return elsewhere;
  }

  /**
   * Changes the access log of the own gateways, also of one that only finishes its requests.
   *
   * @throws IOException where it cannot be opened; then all stays as it was
   */
  synchronized void accessLog(Optional<AccessLogConfig> wanted) throws IOException {
    for (Held each : held) {
      each.gateway().accessLog(wanted);
    }
  }

  private synchronized void open() {
    RegistryView view = views.get();
    Gateway gateway = gateways.apply(at, view);
    try {
      gateway.start();
    } catch (BindFailed e) {
      view.close();
      throw e;
    }
    Held now = new Held(gateway, view);
    held.add(now);
    at = new HostPort(wanted.host(), gateway.address().getPort());
    elsewhere = false;
    figures.of(gateway);
    CompletableFuture<?> _ = gateway.left().thenRun(() -> left(now));
  }

  /** It has handed its port over, and nothing is under way in it any more. */
  private synchronized void left(Held gone) {
    if (held.remove(gone)) {
      figures.gone(gone.gateway());
      gone.view().close();
    }
  }

  private void look() {
    try {
      while (!closed.await(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
        if (Gateway.isFree(at.socketAddress())) {
          takeBack();
        } else {
          told = false;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void takeBack() {
    try {
      open();
      tell(
          "gateway.returned",
          "the gateway that had " + at + " has ended: the platform's own has taken the port back");
    } catch (BindFailed e) {
      if (!told) {
        told = true;
        tell(
            "gateway.failed",
            "nobody serves "
                + at
                + ", and the platform's own gateway cannot take the port back (it goes on trying): "
                + e.getMessage());
      }
    }
  }

  private void tell(String kind, String message) {
    events.accept(new Event(wall.instant(), kind, "", "", "", message, Map.of()));
  }

  @Override
  public void close() {
    closed.countDown();
    Thread looking = thread;
    if (looking != null) {
      try {
        looking.join(Duration.ofSeconds(10));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    figures.close();
    List<Held> last;
    synchronized (this) {
      last = List.copyOf(held);
      held.clear();
    }
    last.forEach(each -> each.gateway().close());
    last.forEach(each -> each.view().close());
  }
}

package io.roadstead.registry.liveness;

import io.roadstead.registry.ForbiddenPlaces;
import io.roadstead.registry.Instance;
import io.roadstead.registry.Ticker;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Asks over a socket: a connection and, where there is a health URL, one GET over it.
 *
 * <p>What an instance registers is anybody's word, so little is done for it: only its own host is
 * asked, under its address as resolved and checked here; never a {@linkplain ForbiddenPlaces
 * forbidden} one; only {@code http}; no redirect is followed; of the answer only the status counts,
 * and little of it is read.
 */
public final class SocketProber implements Prober {
  private static final int MAX_PATH = 2048;

  private final ForbiddenPlaces forbidden;
  private final Function<Instance, String> healthUrl;
  private final Ticker ticker;
  private final StatusRequest request;

  /**
   * @param healthUrl what an instance has said of where its health is asked; "" for nothing
   */
  public SocketProber(
      ForbiddenPlaces forbidden, Function<Instance, String> healthUrl, Ticker ticker) {
    this.forbidden = forbidden;
    this.healthUrl = healthUrl;
    this.ticker = ticker;
    this.request = new StatusRequest(ticker, "roadstead-check");
  }

  @Override
  public Seen connect(Instance instance, Duration limit) {
    return at(instance, instance.port(), limit, null);
  }

  @Override
  public Seen ask(Instance instance, Duration limit) {
    URI url = url(instance);
    if (url == null) {
      return connect(instance, limit);
    }
    int port = url.getPort() < 0 ? 80 : url.getPort();
    String path = url.getRawPath().isEmpty() ? "/" : url.getRawPath();
    String query = url.getRawQuery() == null ? "" : "?" + url.getRawQuery();
    return at(instance, port, limit, path + query);
  }

  /** Its health URL, where that may be asked. */
  private @Nullable URI url(Instance instance) {
    String text = healthUrl.apply(instance);
    if (text.isEmpty() || text.length() > MAX_PATH) {
      return null;
    }
    try {
      URI url = new URI(text);
      String host = url.getHost();
      boolean own =
          host != null
              && (host.equalsIgnoreCase(instance.host()) || host.equals(instance.ipAddress()));
      return own
              && "http".equalsIgnoreCase(url.getScheme())
              && url.getPort() <= 65_535
              && url.getRawUserInfo() == null
          ? url
          : null;
    } catch (URISyntaxException e) {
      return null;
    }
  }

  private Seen at(Instance instance, int port, Duration limit, @Nullable String path) {
    InetAddress address;
    try {
      address = address(instance);
    } catch (UnknownHostException e) {
      return new Seen.Unasked("its host " + instance.host() + " does not resolve");
    }
    String obstacle = forbidden.obstacle(address, port);
    if (obstacle != null) {
      return new Seen.Unasked("it is " + obstacle);
    }
    long deadline = ticker.nanos() + limit.toNanos();
    String what = path == null ? "a connection to port " + port : "GET on port " + port;
    try (Socket socket = new Socket()) {
      if (path == null) {
        // Nothing was said: it may end as it began, without a trace in the tables of either side.
        socket.setSoLinger(true, 0);
        prepare(socket);
      }
      socket.connect(new InetSocketAddress(address, port), request.left(deadline));
      return path == null ? Seen.ALIVE : get(socket, instance.host(), port, path, deadline);
    } catch (Unable e) {
      return new Seen.Unasked(String.valueOf(e.getMessage()));
    } catch (SocketTimeoutException e) {
      return new Seen.Failing("no answer to " + what + " within " + limit.toMillis() + " ms");
    } catch (ConnectException e) {
      return new Seen.Refused("connection refused on port " + port);
    } catch (NoRouteToHostException e) {
      return new Seen.Refused("no route to host " + instance.host());
    } catch (IOException | RuntimeException e) {
      return new Seen.Failing(what + " failed: " + e.getMessage());
    }
  }

  /** Takes what this machine may be out of, so that it is not taken for the other's refusal. */
  private static void prepare(Socket socket) throws Unable {
    try {
      socket.bind(null);
    } catch (IOException e) {
      throw new Unable("this machine cannot make a connection: " + e.getMessage());
    }
  }

  /** Not the other side's doing. */
  private static final class Unable extends IOException {
    private static final long serialVersionUID = 1L;

    Unable(String message) {
      super(message);
    }
  }

  private static InetAddress address(Instance instance) throws UnknownHostException {
    try {
      return InetAddress.getByName(instance.host());
    } catch (UnknownHostException e) {
      if (instance.ipAddress().isEmpty()) {
        throw e;
      }
      return InetAddress.getByName(instance.ipAddress());
    }
  }

  private Seen get(Socket socket, String host, int port, String path, long deadline)
      throws IOException {
    int status = request.ask(socket, host, port, path, deadline);
    if (status == 0) {
      return new Seen.Failing("GET on port " + port + " was not answered in HTTP");
    }
    return status >= 500
        ? new Seen.Failing("GET on port " + port + " answered " + status)
        : Seen.ALIVE;
  }
}

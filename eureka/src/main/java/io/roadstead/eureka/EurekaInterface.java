package io.roadstead.eureka;

import io.roadstead.registry.InstanceKey;
import io.roadstead.registry.InvalidRegistration;
import io.roadstead.registry.Registry;
import io.roadstead.registry.Subscribers;
import io.roadstead.registry.Ticker;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The Eureka v2 REST interface over the registry, apart from any HTTP server: a request in, an
 * answer out.
 *
 * <p>Unmodified Eureka clients register, renew, discover and leave here. The protocol's own facts
 * travel through the registry as {@link EurekaInfo}, which only this package understands; instances
 * that came another way are shown as proper Eureka instances. Bodies are JSON or XML.
 *
 * <p>Thread-safe, and never blocks: {@link #handle} may run on event loops. {@link #start} begins
 * to collect changes for deltas, {@link #close} ends it.
 */
public final class EurekaInterface implements AutoCloseable {
  private static final EurekaResponse NO_PEERS =
      EurekaResponse.refusal(
          403, "replication from other Eureka servers is not accepted: this registry has no peers");
  private static final EurekaResponse NO_GROUPS =
      EurekaResponse.refusal(400, "there are no autoscaling groups in this registry");

  private final Registrations registrations;
  private final FullFetch full;
  private final DeltaFetch delta;
  private final Lookups lookups;
  private final AboutThisServer about;
  private final Pollers pollers;
  private final InstanceCredentials credentials;

  public EurekaInterface(
      Registry registry,
      Subscribers subscribers,
      InstantSource wall,
      Ticker ticker,
      PollerIdentity pollers,
      InstanceCredentials credentials) {
    InstanceWriter writer = new InstanceWriter();
    this.registrations = new Registrations(registry, credentials, wall, ticker);
    this.full = new FullFetch(registry, writer);
    this.delta = new DeltaFetch(registry, writer, wall, ticker);
    this.lookups = new Lookups(registry, writer);
    this.about = new AboutThisServer(registry, writer, wall);
    this.pollers = new Pollers(subscribers, pollers);
    this.credentials = credentials;
  }

  public void start() {
    delta.start();
  }

  @Override
  public void close() {
    delta.close();
  }

  /**
   * Answers one request. The path may start with {@code /eureka}, {@code /eureka/v2}, {@code
   * /eureka/v1} or {@code /v2}.
   */
  public EurekaResponse handle(EurekaRequest request) {
    try {
      EurekaPath path = EurekaPath.parse(request.path());
      return switch (path.root()) {
        case "apps" -> apps(path, request);
        case "instances", "vips", "svips" ->
            path.size() == 1 ? lookup(path, request) : EurekaResponse.NOT_FOUND;
        case "status" ->
            reading(request) ? answer(request, about.status(request)) : notAllowed("GET");
        case "serverinfo" ->
            path.endsWith(0, "statusoverrides") && reading(request)
                ? answer(request, about.overrides())
                : EurekaResponse.NOT_FOUND;
        case "peerreplication" -> NO_PEERS;
        case "asg" -> NO_GROUPS;
        default -> EurekaResponse.NOT_FOUND;
      };
    } catch (BadRequest e) {
      return EurekaResponse.refusal(400, String.valueOf(e.getMessage()));
    } catch (UnsupportedType e) {
      return EurekaResponse.refusal(415, String.valueOf(e.getMessage()));
    } catch (InvalidRegistration e) {
      return EurekaResponse.refusal(400, InstanceReader.messageOf(e));
    }
  }

  private EurekaResponse apps(EurekaPath path, EurekaRequest request) {
    return switch (path.size()) {
      case 0 -> reading(request) ? fetch(request, full::now) : notAllowed("GET");
      case 1 -> application(path.name(0), request);
      case 2 -> instance(path.name(0), path.name(1), request);
      case 3 -> ofInstance(path.name(0), path.name(1), path.name(2), request);
      default -> EurekaResponse.NOT_FOUND;
    };
  }

  private EurekaResponse application(String app, EurekaRequest request) {
    if (request.method().equals("POST")) {
      return registrations.register(app, request);
    }
    if (!reading(request)) {
      return notAllowed("GET, POST");
    }
    return app.equals("delta")
        ? fetch(request, delta::now)
        : answer(request, lookups.application(app, Form.of(request)));
  }

  private EurekaResponse instance(String app, String id, EurekaRequest request) {
    return switch (request.method()) {
      case "PUT" -> registrations.renew(app, id, request);
      case "GET", "HEAD" -> answer(request, lookups.instance(app, id, Form.of(request)));
      case "DELETE" -> registrations.cancel(app, id, request);
      default -> notAllowed("GET, PUT, DELETE");
    };
  }

  private EurekaResponse ofInstance(String app, String id, String what, EurekaRequest request) {
    return switch (what) {
      case "status" ->
          switch (request.method()) {
            case "PUT" -> registrations.setStatus(app, id, request);
            case "DELETE" -> registrations.removeStatus(app, id, request);
            default -> notAllowed("PUT, DELETE");
          };
      case "metadata" ->
          request.method().equals("PUT")
              ? registrations.putMetadata(app, id, request)
              : notAllowed("PUT");
      default -> EurekaResponse.NOT_FOUND;
    };
  }

  private EurekaResponse lookup(EurekaPath path, EurekaRequest request) {
    if (!reading(request)) {
      return notAllowed("GET");
    }
    String name = path.name(0);
    Form form = Form.of(request);
    return answer(
        request,
        path.root().equals("instances")
            ? lookups.instance(name, form)
            : Optional.of(lookups.vip(name, path.root().equals("svips"), form)));
  }

  /** A fetch of everything, or of what has changed: the poller's word on what it has applied. */
  private EurekaResponse fetch(
      EurekaRequest request, Function<@Nullable InstanceKey, Applications> source) {
    Form form = Form.of(request);
    boolean gzip = acceptsGzip(request);
    Credential credential = Credential.of(request);
    InstanceKey reader =
        credential == null
            ? null
            : credentials.instance(credential.user(), credential.password()).orElse(null);
    if (request.method().equals("HEAD")) {
      return source.apply(reader).in(form).response(gzip).withoutBody();
    }
    String poller = pollers.began(request, credential);
    Applications now = source.apply(reader);
    return now.in(form).response(gzip).whenWritten(() -> pollers.answered(poller, now.version()));
  }

  private static EurekaResponse answer(EurekaRequest request, Body body) {
    return answer(request, Optional.of(body));
  }

  private static EurekaResponse answer(EurekaRequest request, Optional<Body> body) {
    EurekaResponse response =
        body.map(found -> found.response(acceptsGzip(request))).orElse(EurekaResponse.NOT_FOUND);
    return request.method().equals("HEAD") ? response.withoutBody() : response;
  }

  private static boolean acceptsGzip(EurekaRequest request) {
    String accepted = request.headers().get("Accept-Encoding");
    return accepted != null && accepted.contains("gzip");
  }

  private static boolean reading(EurekaRequest request) {
    return request.method().equals("GET") || request.method().equals("HEAD");
  }

  private static EurekaResponse notAllowed(String allowed) {
    return EurekaResponse.notAllowed(allowed);
  }
}

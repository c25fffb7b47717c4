package io.roadstead.eureka;

import io.roadstead.registry.Instance;
import io.roadstead.registry.InstanceKey;
import io.roadstead.registry.InvalidRegistration;
import io.roadstead.registry.Registration;
import io.roadstead.registry.Registry;
import io.roadstead.registry.Status;
import io.roadstead.registry.Ticker;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What clients write: register, heartbeat, cancel, an operator's status, metadata. Whoever comes
 * without a credential may write, as with the original, but for the instances that the platform
 * started: nobody else ends one, changes its status or its metadata, or speaks for it once it has
 * spoken with its own credential ({@link Proven}). Who comes with a started instance's credential
 * may write only that instance.
 */
final class Registrations {
  private static final String DIRTY = "lastDirtyTimestamp";

  private final Registry registry;
  private final InstanceCredentials credentials;
  private final InstantSource wall;
  private final SharedWords words = new SharedWords();
  private final Tombstones tombstones;
  private final Proven proven;

  Registrations(
      Registry registry, InstanceCredentials credentials, InstantSource wall, Ticker ticker) {
    this.tombstones = new Tombstones(ticker);
    this.proven = new Proven(registry);
    this.registry = registry;
    this.credentials = credentials;
    this.wall = wall;
  }

  EurekaResponse register(String app, EurekaRequest request) {
    long nowMillis = wall.millis();
    Registration read = InstanceReader.read(app, RequestBody.tree(request), nowMillis);
    InstanceKey key = read.key();
    Registration incoming = words.in(read, registry.registration(key).orElse(null));
    InstanceKey holder = holder(request);
    if (holder != null && !mayRegister(holder, incoming)) {
      return refused(holder, key);
    }
    if (holder == null && tombstones.covers(key, incoming, nowMillis)) {
      return EurekaResponse.NO_CONTENT;
    }
    if (holder == null && proven.spokeFor(incoming)) {
      return EurekaResponse.NO_CONTENT;
    }
    registry.register(key, existing -> StatusRules.next(existing, incoming));
    tombstones.remove(key);
    if (holder != null) {
      proven.add(holder);
    }
    return EurekaResponse.NO_CONTENT;
  }

  /** A look-up and a write; no JSON. 404 makes the client register anew, so nothing is in it. */
  EurekaResponse renew(String app, String id, EurekaRequest request) {
    InstanceKey key = keyOrNull(app, id);
    if (key == null) {
      return EurekaResponse.NOT_FOUND;
    }
    InstanceKey holder = holder(request);
    if (holder != null && !mayWrite(holder, key)) {
      return refused(holder, key);
    }
    if (!registry.renew(key.service(), key.id())) {
      tombstones.remove(key);
      return EurekaResponse.NOT_FOUND;
    }
    Registration own = registry.registration(key).orElse(null);
    if (own == null || own.status() == Status.UNKNOWN) {
      return EurekaResponse.NOT_FOUND;
    }
    if (holder != null) {
      proven.add(holder);
    }
    long stored = own.attachment() instanceof EurekaInfo info ? info.lastDirtyMillis() : 0;
    long dirty = dirtyMillis(request, stored);
    return stored > 0 && dirty > stored ? EurekaResponse.NOT_FOUND : EurekaResponse.OK;
  }

  EurekaResponse cancel(String app, String id, EurekaRequest request) {
    return write(
        app,
        id,
        request,
        key -> {
          Registration own = registry.registration(key).orElse(null);
          if (holder(request) == null && started(key)) {
            return own != null; // answered as to any client; what the platform runs stays
          }
          boolean gone = registry.deregister(key);
          if (gone && own != null) {
            tombstones.set(own);
          }
          return gone;
        });
  }

  EurekaResponse setStatus(String app, String id, EurekaRequest request) {
    if (unknown(app, id)) {
      return EurekaResponse.NOT_FOUND;
    }
    Map<String, String> query = Texts.query(request.query());
    String value = query.get("value");
    if (value == null) {
      throw new BadRequest("'value' is missing in the query: the status to set");
    }
    EurekaStatus status = EurekaStatus.parse("value", value);
    long dirty = dirtyMillis(request, 0);
    return change(
        app,
        id,
        request,
        own ->
            own.status() == status.own()
                ? own
                : own.withStatus(status.own())
                    .withAttachment(overridden(info(own), status, dirty)));
  }

  EurekaResponse removeStatus(String app, String id, EurekaRequest request) {
    if (unknown(app, id)) {
      return EurekaResponse.NOT_FOUND;
    }
    Map<String, String> query = Texts.query(request.query());
    EurekaStatus status = EurekaStatus.parse("value", query.getOrDefault("value", "UNKNOWN"));
    long dirty = dirtyMillis(request, 0);
    return change(
        app,
        id,
        request,
        own ->
            info(own).overridden()
                ? own.withStatus(status.own())
                    .withAttachment(overridden(info(own), EurekaStatus.UNKNOWN, dirty))
                : own);
  }

  EurekaResponse putMetadata(String app, String id, EurekaRequest request) {
    Map<String, String> added = Texts.query(request.query());
    added.forEach((key, value) -> InstanceReader.requireReadable("metadata", key, value));
    return change(
        app,
        id,
        request,
        own -> {
          Map<String, String> merged = new HashMap<>(own.metadata());
          merged.putAll(added);
          return own.withMetadata(merged).withAttachment(info(own).withAction(EurekaInfo.ADDED));
        });
  }

  /** Before what is asked for it is read: there is nobody to ask it for. */
  private boolean unknown(String app, String id) {
    InstanceKey key = keyOrNull(app, id);
    return key == null || registry.resolve(key).isEmpty();
  }

  private static EurekaInfo overridden(EurekaInfo info, EurekaStatus override, long dirtyMillis) {
    return info.withOverride(override)
        .withLastDirtyMillis(Math.max(info.lastDirtyMillis(), dirtyMillis))
        .withAction(EurekaInfo.MODIFIED);
  }

  /** An instance that came by the platform's own interface gets Eureka's fields when one is set. */
  private EurekaInfo info(Registration own) {
    return own.attachment() instanceof EurekaInfo info
        ? info
        : EurekaInfo.synthesised(own.service(), own.port(), own.secure(), wall.millis(), true);
  }

  private EurekaResponse change(
      String app, String id, EurekaRequest request, Function<Registration, Registration> change) {
    InstanceKey named = keyOrNull(app, id);
    if (named != null && holder(request) == null && started(named)) {
      return EurekaResponse.refusal(
          403,
          named
              + " was started by the platform, and only itself, with its own credential, may change"
              + " it here: use \"roadstead drain "
              + named.id()
              + "\" and \"resume\"");
    }
    return write(
        app,
        id,
        request,
        key -> {
          boolean changed = registry.update(key, change).isPresent();
          if (!changed && registry.resolve(key).isPresent()) {
            throw new BadRequest(
                key
                    + " was started by the platform and has not registered itself: use"
                    + " /api/v1/instances/"
                    + key.id()
                    + "/drain and /resume");
          }
          return changed;
        });
  }

  private EurekaResponse write(
      String app, String id, EurekaRequest request, Function<InstanceKey, Boolean> write) {
    InstanceKey key = keyOrNull(app, id);
    if (key == null) {
      return EurekaResponse.NOT_FOUND;
    }
    InstanceKey holder = holder(request);
    if (holder != null && !mayWrite(holder, key)) {
      return refused(holder, key);
    }
    return write.apply(key) ? EurekaResponse.OK : EurekaResponse.NOT_FOUND;
  }

  /** Whether the platform runs the instance of this name. */
  private boolean started(InstanceKey name) {
    return registry
        .resolve(name)
        .flatMap(registry.snapshot()::instance)
        .filter(Instance::managed)
        .isPresent();
  }

  private static long dirtyMillis(EurekaRequest request, long absent) {
    String text = Texts.parameter(request.query(), DIRTY);
    if (text == null || text.isEmpty()) {
      return absent;
    }
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new BadRequest(DIRTY + " '" + Texts.abbreviate(text) + "' is not a whole number");
    }
  }

  /** The key, or null for names that nothing can be registered under. */
  static @Nullable InstanceKey keyOrNull(String app, String id) {
    try {
      return new InstanceKey(app, id);
    } catch (InvalidRegistration e) {
      return null;
    }
  }

  private @Nullable InstanceKey holder(EurekaRequest request) {
    Credential credential = Credential.of(request);
    return credential == null
        ? null
        : credentials.instance(credential.user(), credential.password()).orElse(null);
  }

  /** By its own id, or by an alias that stands for it. What is unknown is not found anyway. */
  private boolean mayWrite(InstanceKey holder, InstanceKey target) {
    return target.id().equals(holder.id())
        || registry.resolve(target).map(holder::equals).orElse(true);
  }

  /** By its own id, or at the host and port that it was started on. */
  private boolean mayRegister(InstanceKey holder, Registration incoming) {
    if (incoming.id().equals(holder.id())) {
      return true;
    }
    Instance started = registry.snapshot().instance(holder).orElse(null);
    return started != null
        && started.port() == incoming.port()
        && (started.host().equalsIgnoreCase(incoming.host())
            || started.host().equalsIgnoreCase(incoming.ipAddress()));
  }

  private static EurekaResponse refused(InstanceKey holder, InstanceKey target) {
    return EurekaResponse.refusal(
        403,
        "the credential is "
            + holder
            + "'s and may not write "
            + target
            + ": use that instance's id, or its host and port");
  }
}

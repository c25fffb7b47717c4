package io.roadstead.eureka;

import io.roadstead.registry.Cursor;
import io.roadstead.registry.Subscribers;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Tells the subscribers of every fetch: when it begins, and which version it was answered with. A
 * poller that the platform started is known by its credential; any other is anonymous, named by its
 * address and what it calls itself, and its fetches prove nothing.
 */
final class Pollers {
  private static final int MAX_AGENT = 48;

  private final Subscribers subscribers;
  private final PollerIdentity identity;

  Pollers(Subscribers subscribers, PollerIdentity identity) {
    this.subscribers = subscribers;
    this.identity = identity;
  }

  /** A fetch begins; who makes it. */
  String began(EurekaRequest request, @Nullable Credential credential) {
    Optional<String> known =
        credential == null
            ? Optional.empty()
            : identity.name(credential.user(), credential.password());
    String name = known.orElseGet(() -> anonymous(request));
    subscribers.pollBegan(name, known.isPresent());
    return name;
  }

  void answered(String name, Cursor version) {
    subscribers.pollAnswered(name, version);
  }

  private static String anonymous(EurekaRequest request) {
    String agent = request.headers().get("DiscoveryIdentity-Name");
    if (agent == null) {
      agent = request.headers().get("User-Agent");
    }
    return "anonymous@" + request.remoteAddress() + (agent == null ? "" : " " + plain(agent));
  }

  private static String plain(String agent) {
    StringBuilder plain = new StringBuilder();
    for (int i = 0; i < agent.length() && plain.length() < MAX_AGENT; i++) {
      char c = agent.charAt(i);
      plain.append(c > ' ' && c < 0x7F ? c : '_');
    }
    return plain.toString();
  }
}

package io.roadstead.platform;

import java.util.Optional;

/**
 * Where the platform's own gateway listens, or that it has none: then processes of their own,
 * {@code roadstead gateway}, take the requests.
 *
 * @param address empty where there is no own gateway
 */
public record GatewayListen(Optional<HostPort> address) {
  private static final String WORD = "none";

  public static final GatewayListen NONE = new GatewayListen(Optional.empty());

  public static GatewayListen at(HostPort address) {
    return new GatewayListen(Optional.of(address));
  }

  /** Reads {@code none}, or what {@link HostPort#parse} reads. */
  public static GatewayListen parse(String text) {
    if (text.equals(WORD)) {
      return NONE;
    }
    try {
      return at(HostPort.parse(text));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          e.getMessage() + ", or as " + WORD + " to leave it to 'roadstead gateway'", e);
    }
  }

  @Override
  public String toString() {
    return address.map(HostPort::toString).orElse(WORD);
  }
}

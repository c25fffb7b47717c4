package io.roadstead.platform.bench.gateway;

import io.roadstead.platform.Refused;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** What the gateway can be compared with, beside nginx as it comes, which is always there. */
enum Peer {
  NGINX_LARGE,
  HAPROXY,
  ZUUL,
  SPRING;

  String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static Set<Peer> parse(String words) {
    Set<Peer> peers = EnumSet.noneOf(Peer.class);
    for (String word : words.split(",", -1)) {
      if (!word.isBlank() && !word.strip().equals("nginx")) {
        peers.add(
            Arrays.stream(values())
                .filter(peer -> peer.word().equals(word.strip()))
                .findFirst()
                .orElseThrow(
                    () ->
                        Refused.usage(
                            "--peers "
                                + words
                                + " is not possible: there is no '"
                                + word.strip()
                                + "', but nginx, "
                                + Arrays.stream(values())
                                    .map(Peer::word)
                                    .collect(Collectors.joining(", ")))));
      }
    }
    return peers;
  }
}

package io.roadstead.rollout;

import io.roadstead.rollout.DeployRefused.Kind;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The releases that are kept of one service. Confined to its turns. */
final class ReleaseBook {
  private static final int KEPT_VERSIONS = 5;

  private final String service;
  private final TreeMap<Long, Release> byNumber = new TreeMap<>();

  ReleaseBook(String service, List<Release> releases) {
    this.service = service;
    releases.forEach(this::put);
  }

  void put(Release release) {
    byNumber.put(release.number(), release);
  }

  long nextNumber() {
    return byNumber.isEmpty() ? 1 : byNumber.lastKey() + 1;
  }

  @Nullable Release find(long number) {
    return byNumber.get(number);
  }

  /** The release, or the newest where that one is none. */
  @Nullable Release findOrNewest(long number) {
    Release found = byNumber.get(number);
    return found != null || byNumber.isEmpty() ? found : byNumber.lastEntry().getValue();
  }

  String version(long number) {
    Release release = byNumber.get(number);
    return release == null ? "" : release.version();
  }

  /** Newest first. */
  List<Release> all() {
    return List.copyOf(byNumber.descendingMap().values());
  }

  /** A label stands for the same bytes for as long as it is kept. */
  void checkLabel(String version, String digest) {
    for (Release release : byNumber.values()) {
      if (release.version().equals(version) && !release.digest().equals(digest)) {
        throw new DeployRefused(
            Kind.CONFLICT,
            "version-taken",
            "version "
                + version
                + " of "
                + service
                + " stands for other content (sha-256 "
                + release.digest().substring(0, 12)
                + "…, this has "
                + digest.substring(0, 12)
                + "…): give it another version");
      }
    }
  }

  Release labelled(String version) {
    return all().stream()
        .filter(release -> release.version().equals(version))
        .findFirst()
        .orElseThrow(
            () ->
                new DeployRefused(
                    Kind.NOT_FOUND,
                    "unknown-version",
                    service
                        + " has no version "
                        + version
                        + " any more; kept are "
                        + String.join(", ", versions())));
  }

  /**
   * The good release before {@code current}: the last good one, or one whose roll-out went well.
   */
  Optional<Release> goodBefore(long current, long lastGood, List<Rollout> rollouts) {
    if (lastGood != current && byNumber.containsKey(lastGood)) {
      return Optional.ofNullable(byNumber.get(lastGood));
    }
    Release now = byNumber.get(current);
    return byNumber.headMap(current, false).descendingMap().values().stream()
        .filter(release -> now == null || !sameContent(release, now))
        .filter(release -> rollouts.stream().anyMatch(rollout -> brought(rollout, release)))
        .findFirst();
  }

  /** The roll-out that brought a release: both have been made at the same instant. */
  static Optional<Rollout> rolloutOf(Release release, List<Rollout> rollouts) {
    return rollouts.stream()
        .filter(rollout -> rollout.service().equals(release.service()))
        .filter(rollout -> rollout.startedAt().equals(release.createdAt()))
        .findFirst();
  }

  /** Takes out what is older than the last versions and not in use; what it took out. */
  List<Release> prune(Set<Long> inUse) {
    Set<String> kept =
        versions().stream()
            .limit(KEPT_VERSIONS)
            .collect(Collectors.toCollection(LinkedHashSet::new));
    List<Release> pruned =
        all().stream()
            .filter(release -> !kept.contains(release.version()))
            .filter(release -> !inUse.contains(release.number()))
            .toList();
    pruned.forEach(release -> byNumber.remove(release.number()));
    return pruned;
  }

  /** The digests of the artifacts that its releases run from. */
  Set<String> artifacts() {
    return byNumber.values().stream()
        .map(release -> release.spec().source())
        .flatMap(
            source -> source instanceof Source.Artifact(String sha) ? Set.of(sha).stream() : null)
        .collect(Collectors.toSet());
  }

  /** Newest first, each once. */
  private Set<String> versions() {
    Set<String> versions = new LinkedHashSet<>();
    all().forEach(release -> versions.add(release.version()));
    return versions;
  }

  private static boolean brought(Rollout rollout, Release release) {
    return rollout.state() == Rollout.State.SUCCEEDED
        && rollout.service().equals(release.service())
        && rollout.to().equals(release.version());
  }

  private static boolean sameContent(Release one, Release other) {
    return one.digest().equals(other.digest()) && one.spec().equals(other.spec());
  }
}

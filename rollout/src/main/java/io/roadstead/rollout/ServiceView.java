package io.roadstead.rollout;

import io.roadstead.rollout.Deployer.InstanceStatus;
import io.roadstead.rollout.Deployer.ServiceStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A service as its controller last left it; immutable, read from any thread. */
record ServiceView(
    String name,
    Release release,
    int desired,
    int ready,
    List<Member> members,
    List<Release> releases,
    long target,
    String rollout) {

  /** An instance in it; its age is found when it is read. */
  record Member(
      String id,
      Release release,
      String phase,
      long pid,
      String host,
      int port,
      Instant startedAt,
      int restarts,
      boolean detached) {}

  ServiceView {
    members = List.copyOf(members);
  }

  static Member member(InstanceLife life, boolean leaving, boolean warm) {
    @Nullable RunningInstance process = life.process();
    boolean detached = life.phase() == InstanceLife.Phase.DETACHED;
    return new Member(
        life.id(),
        life.release(),
        leaving
            ? "leaving"
            : warm && life.phase() == InstanceLife.Phase.AVAILABLE
                ? "warm"
                : life.phase().name().toLowerCase(Locale.ROOT),
        process == null ? 0 : process.mark().pid(),
        process == null ? "" : process.host(),
        process == null ? 0 : process.port(),
        life.startedAt(),
        life.restarts(),
        detached);
  }

  ServiceStatus status(Instant now, Rollouts rollouts) {
    return new ServiceStatus(
        name,
        release,
        desired,
        ready,
        members.stream().map(member -> status(member, now)).toList(),
        rollout.isEmpty() ? Optional.empty() : rollouts.find(rollout));
  }

  InstanceStatus status(Member member, Instant now) {
    return new InstanceStatus(
        name,
        member.id(),
        member.release().version(),
        member.release().number(),
        member.phase(),
        member.pid(),
        member.host(),
        member.port(),
        member.startedAt(),
        Math.max(0, Duration.between(member.startedAt(), now).toMillis()),
        member.restarts(),
        member.detached());
  }
}

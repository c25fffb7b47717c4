package io.roadstead.runtime.process;

import io.roadstead.rollout.Exit;
import io.roadstead.rollout.ProcessMark;
import io.roadstead.rollout.RunningInstance;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * One process and the group that it leads.
 *
 * <p>The leader ends first, or all end together: as soon as the leader is gone the rest of the
 * group is killed, so that nothing of an instance outlives it. A group's number stays taken while
 * it has members, so it cannot have passed to strangers by then. {@link #end} does this once, and
 * only then says that the instance has exited.
 */
final class ProcessInstance implements RunningInstance {
  private final String id;
  private final Optional<ProcessHandle> leader;
  private final Optional<ProcessHandle> shim;
  private final boolean leadsGroup;
  private final Cgroup group;
  private final ProcessMark mark;
  private final Path log;
  private final int maxTailBytes;
  private final CompletableFuture<Exit> exited = new CompletableFuture<>();
  private volatile long outOfMemoryKills;
  private volatile long peakBytes;

  /**
   * @param leader nothing where it had ended before it could be looked at
   * @param shim its parent, which tells how it ended
   * @param leadsGroup whether a process group has the leader's number
   * @param group its control groups, in which also those are that left the process group
   */
  ProcessInstance(
      String id,
      Optional<ProcessHandle> leader,
      Optional<ProcessHandle> shim,
      boolean leadsGroup,
      Cgroup group,
      ProcessMark mark,
      Path log,
      int maxTailBytes) {
    this.id = id;
    this.leader = leader;
    this.shim = shim;
    this.leadsGroup = leadsGroup;
    this.group = group;
    this.mark = mark;
    this.log = log;
    this.maxTailBytes = maxTailBytes;
  }

  @Override
  public ProcessMark mark() {
    return mark;
  }

  @Override
  public String host() {
    return ProcessRuntime.HOST;
  }

  @Override
  public int port() {
    return mark.port();
  }

  @Override
  public CompletableFuture<Exit> exited() {
    return exited.copy(); // nobody but us completes it
  }

  @Override
  public void terminate() {
    leader.ifPresent(ProcessHandle::destroy);
  }

  @Override
  public void kill() {
    if (exited.isDone()) {
      return; // its number may be another's by now
    }
    if (leadsGroup) {
      Signals.killGroup(mark.pid());
    } else {
      leader.stream().flatMap(ProcessHandle::descendants).forEach(ProcessHandle::destroyForcibly);
    }
    group.kill();
    leader.ifPresent(ProcessHandle::destroyForcibly); // where it has no group of its own yet, too
  }

  @Override
  public List<String> lastLogLines(int lines) {
    return LogTail.last(log, lines, maxTailBytes);
  }

  /** The leader has ended. */
  void end(Exit exit) {
    if (!exited.isDone()) {
      if (leadsGroup) {
        Signals.killGroup(mark.pid());
      }
      group.kill();
      outOfMemoryKills = group.outOfMemoryKills();
      peakBytes = group.peakBytes();
      group.remove();
    }
    exited.complete(exit);
  }

  /** How often the kernel killed something of it for want of memory; known once it has ended. */
  long outOfMemoryKills() {
    return outOfMemoryKills;
  }

  /** The most memory that it had; 0 where that is not known. Known once it has ended. */
  long peakBytes() {
    return peakBytes;
  }

  Cgroup group() {
    return group;
  }

  String id() {
    return id;
  }

  Path log() {
    return log;
  }

  boolean runs() {
    return leader.filter(Adopted::runs).isPresent();
  }

  boolean shimRuns() {
    return shim.filter(Adopted::runs).isPresent();
  }
}

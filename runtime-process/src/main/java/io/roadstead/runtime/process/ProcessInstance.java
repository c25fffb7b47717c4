package io.roadstead.runtime.process;

import io.roadstead.rollout.Exit;
import io.roadstead.rollout.ProcessMark;
import io.roadstead.rollout.RunningInstance;
import java.nio.file.Path;
import java.util.List;
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
  private final ProcessHandle leader;
  private final boolean leadsGroup;
  private final ProcessMark mark;
  private final Path log;
  private final int maxTailBytes;
  private final CompletableFuture<Exit> exited = new CompletableFuture<>();

  /**
   * @param leadsGroup whether a process group has the leader's number
   */
  ProcessInstance(
      String id,
      ProcessHandle leader,
      boolean leadsGroup,
      ProcessMark mark,
      Path log,
      int maxTailBytes) {
    this.id = id;
    this.leader = leader;
    this.leadsGroup = leadsGroup;
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
    boolean _ = leader.destroy();
  }

  @Override
  public void kill() {
    if (exited.isDone()) {
      return; // its number may be another's by now
    }
    if (leadsGroup) {
      Signals.killGroup(mark.pid());
    } else {
      leader.descendants().forEach(ProcessHandle::destroyForcibly);
    }
    boolean _ = leader.destroyForcibly(); // also where it has not come as far as its own group
  }

  @Override
  public List<String> lastLogLines(int lines) {
    return LogTail.last(log, lines, maxTailBytes);
  }

  /** The leader has ended. */
  void end(Exit exit) {
    if (!exited.isDone() && leadsGroup) {
      Signals.killGroup(mark.pid());
    }
    exited.complete(exit);
  }

  String id() {
    return id;
  }

  ProcessHandle leader() {
    return leader;
  }
}

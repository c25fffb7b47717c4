package io.roadstead.runtime.process;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Map;

/** The two calls of the operating system about process groups that the JDK does not offer. */
final class Signals {
  static final int KILL = 9;

  private static final Map<Integer, String> NAMES =
      Map.ofEntries(
          Map.entry(1, "SIGHUP"),
          Map.entry(2, "SIGINT"),
          Map.entry(3, "SIGQUIT"),
          Map.entry(4, "SIGILL"),
          Map.entry(5, "SIGTRAP"),
          Map.entry(6, "SIGABRT"),
          Map.entry(8, "SIGFPE"),
          Map.entry(9, "SIGKILL"),
          Map.entry(11, "SIGSEGV"),
          Map.entry(13, "SIGPIPE"),
          Map.entry(14, "SIGALRM"),
          Map.entry(15, "SIGTERM"),
          Map.entry(24, "SIGXCPU"),
          Map.entry(25, "SIGXFSZ"));

  private Signals() {}

  /**
   * Sends SIGKILL to every member of a group. A group that has no members, or is not ours, is left
   * alone.
   */
  static void killGroup(long group) {
    if (group <= 1 || group > Integer.MAX_VALUE) {
      return; // kill(-1) would mean every process there is
    }
    int _ = Libc.call(Libc.KILL_CALL, -(int) group, KILL);
  }

  /** The group of a process, or -1 where there is no such process. */
  static long group(long pid) {
    return pid <= 0 || pid > Integer.MAX_VALUE ? -1 : Libc.call(Libc.GETPGID_CALL, (int) pid);
  }

  /** The name of the signal that an exit code of 128 + n tells of, or "". */
  static String name(int exitCode) {
    return exitCode <= 128 ? "" : NAMES.getOrDefault(exitCode - 128, "");
  }

  /** Linked at the first use, for it takes tens of milliseconds. */
  private static final class Libc {
    static final MethodHandle KILL_CALL =
        link(
            "kill",
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    static final MethodHandle GETPGID_CALL =
        link("getpgid", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

    private Libc() {}

    @SuppressWarnings("restricted") // the launcher enables native access
    private static MethodHandle link(String function, FunctionDescriptor types) {
      Linker linker = Linker.nativeLinker();
      return linker.downcallHandle(linker.defaultLookup().findOrThrow(function), types);
    }

    static int call(MethodHandle function, Object... arguments) {
      try {
        return (int) function.invokeWithArguments(arguments);
      } catch (Error | RuntimeException e) {
        throw e;
      } catch (Throwable e) {
        throw new IllegalStateException(e);
      }
    }
  }
}

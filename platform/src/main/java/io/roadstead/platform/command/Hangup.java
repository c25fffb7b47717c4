package io.roadstead.platform.command;

import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * SIGHUP as servers take it: to read again what is configured. A process whose terminal goes away
 * gets the same signal; one that had a terminal and has it no more ends in order, as before.
 *
 * <p>The JDK's class for signals is none that code may be compiled against without a warning, so it
 * is found by its name; where there is none, the signal ends the process.
 */
final class Hangup {
  private static final Path TERMINAL = Path.of("/dev/tty");

  private Hangup() {}

  /** Does this at each SIGHUP, on a thread of its own, one after another. */
  static void then(Runnable action) {
    boolean hadTerminal = hasTerminal();
    Object turn = new Object();
    Runnable handle =
        () -> {
          if (hadTerminal && !hasTerminal()) {
            System.exit(0);
          }
          synchronized (turn) {
            action.run();
          }
        };
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      InvocationHandler calls =
          (proxy, method, arguments) ->
              switch (method.getName()) {
                case "handle" -> {
                  handle.run();
                  yield null;
                }
                case "equals" ->
                    System.identityHashCode(proxy) == System.identityHashCode(arguments[0]);
                case "hashCode" -> System.identityHashCode(proxy);
                default -> "SIGHUP";
              };
      Object proxy =
          Proxy.newProxyInstance(Hangup.class.getClassLoader(), new Class<?>[] {handler}, calls);
      signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance("HUP"), proxy);
    } catch (ReflectiveOperationException | IllegalArgumentException e) {
      // No such signal here (or the JVM was told to leave it alone): 'roadstead reload' does it.
      return;
    }
  }

  private static boolean hasTerminal() {
    try (var _ = Files.newInputStream(TERMINAL)) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}

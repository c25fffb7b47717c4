package io.roadstead.platform.demo.stage;

import io.roadstead.platform.Refused;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.List;

/**
 * This program, as others of its commands are started: by the same JDK, from the same jar, with the
 * flags that the launcher gave to this process, among them those of the ahead-of-time cache. So
 * nothing is looked for or built again.
 *
 * @param java the executable
 * @param flags of the JVM
 * @param whole what is run: the jar, or the class path and the main class
 * @param place the jar, or the directory of classes
 */
public record Program(Path java, List<String> flags, List<String> whole, Path place) {
  /** What the launcher gives to {@code up}, and not to every command. */
  public static final List<String> UP_FLAGS =
      List.of(
          "-Xms72m",
          "-Xmn48m",
          "-Xmx512m",
          "-XX:MinHeapFreeRatio=20",
          "-XX:MaxHeapFreeRatio=40",
          "-XX:-ShrinkHeapInSteps",
          "-XX:MaxMetaspaceSize=256m",
          "-Xss512k",
          "-XX:TieredStopAtLevel=4");

  private static final String JAR = "-jar";
  private static final String MAIN = "io.roadstead.platform.command.Main";

  /** Without the launcher: what it runs without, or would be warned about. */
  private static final List<String> PLAIN_FLAGS =
      List.of(
          "-XX:+UseSerialGC",
          "-XX:-UsePerfData",
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow");

  public Program {
    flags = List.copyOf(flags);
    whole = List.copyOf(whole);
  }

  /** The program that runs here. */
  public static Program running() {
    return of(
        Path.of(System.getProperty("java.home"), "bin", "java"),
        ProcessHandle.current().info().arguments().map(List::of).orElse(List.of()),
        System.getProperty("java.class.path"),
        ownPlace());
  }

  /**
   * The program of a JVM.
   *
   * @param arguments those that the JVM was started with
   */
  static Program of(Path java, List<String> arguments, String classPath, Path place) {
    int jar = arguments.indexOf(JAR);
    boolean launched =
        jar >= 0
            && jar + 1 < arguments.size()
            && Path.of(arguments.get(jar + 1)).toAbsolutePath().normalize().equals(place);
    return launched
        ? new Program(java, arguments.subList(0, jar), List.of(JAR, arguments.get(jar + 1)), place)
        : new Program(java, PLAIN_FLAGS, List.of("-cp", classPath, MAIN), place);
  }

  private static Path ownPlace() {
    CodeSource source = Program.class.getProtectionDomain().getCodeSource();
    try {
      return source == null ? Path.of("") : Path.of(source.getLocation().toURI());
    } catch (URISyntaxException e) {
      throw Refused.because("the place of the program is not known: " + source.getLocation());
    }
  }

  /**
   * The command line of another command.
   *
   * @param moreFlags win over the same ones of this process
   */
  public List<String> command(List<String> moreFlags, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(java.toString());
    command.addAll(flags);
    command.addAll(moreFlags);
    command.addAll(whole);
    command.addAll(arguments);
    return command;
  }

  /**
   * The command line of another class's {@code main}, of the same program.
   *
   * @param moreFlags win over the same ones of this process
   */
  public List<String> command(Class<?> main, List<String> moreFlags, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(java.toString());
    command.addAll(flags);
    command.addAll(moreFlags);
    command.addAll(List.of("-cp", whole.get(1), main.getName()));
    command.addAll(arguments);
    return command;
  }
}

package io.roadstead.platform.completion;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import picocli.CommandLine;

/**
 * Scripts for bash, zsh and fish, made from the model of the commands, so that they cannot differ
 * from it. Words that only the platform knows are asked of {@code roadstead complete KIND}, which
 * is quick and silent; all else is in the script.
 */
public final class Scripts {
  private static final Map<String, Function<Program, String>> SHELLS =
      new TreeMap<>(Map.of("bash", BashScript::of, "zsh", ZshScript::of, "fish", FishScript::of));

  private Scripts() {}

  /** The shells that there are scripts for. */
  public static List<String> shells() {
    return List.copyOf(SHELLS.keySet());
  }

  /**
   * The script of one of {@link #shells}.
   *
   * @param program with all its commands
   */
  public static String of(String shell, CommandLine program) {
    Function<Program, String> script = SHELLS.get(shell.toLowerCase(Locale.ROOT));
    if (script == null) {
      throw new IllegalArgumentException("no script for " + shell);
    }
    return script.apply(Program.of(program));
  }

  /** As a word of a shell in single quotes, in which only a quote needs care. */
  static String quoted(String text) {
    return "'" + text.replace("'", "'\\''") + "'";
  }

  static String joined(List<String> words) {
    return words.stream().collect(Collectors.joining(" "));
  }
}

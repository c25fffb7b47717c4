package io.roadstead.platform.command;

import io.roadstead.platform.Refused;
import io.roadstead.platform.completion.Scripts;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Prints the script with which a shell completes this program's words. */
@Command(
    name = "completion",
    description = {
      "Prints a script with which a shell completes commands, options, files, services and"
          + " instances.",
      "Names come from the platform that ROADSTEAD_CONTROL names, while it runs."
    },
    footer = {
      "",
      "For this shell only:",
      "  source <(roadstead completion bash)",
      "  source <(roadstead completion zsh)",
      "  roadstead completion fish | source",
      "For every new one, where the folders are there:",
      "  roadstead completion bash > ~/.local/share/bash-completion/completions/roadstead",
      "  roadstead completion zsh > ~/.zfunc/_roadstead      (with fpath+=~/.zfunc before"
          + " compinit)",
      "  roadstead completion fish > ~/.config/fish/completions/roadstead.fish"
    })
final class CompletionCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "bash|zsh|fish", description = "The shell.")
  private String shell = "";

  @Override
  public Integer call() {
    if (!Scripts.shells().contains(shell)) {
      throw Refused.usage(
          "there is no completion for \""
              + shell
              + "\": name one of "
              + String.join(", ", Scripts.shells()));
    }
    System.out.print(Scripts.of(shell, Main.all()));
    return 0;
  }
}

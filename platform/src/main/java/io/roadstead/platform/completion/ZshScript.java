package io.roadstead.platform.completion;

import io.roadstead.platform.completion.Program.Command;
import io.roadstead.platform.completion.Program.Option;
import java.util.List;

/** Completion for zsh, with descriptions. */
final class ZshScript {
  private ZshScript() {}

  static String of(Program program) {
    StringBuilder script = new StringBuilder();
    script.append(
        """
        #compdef roadstead
        # zsh completion for roadstead; load it with: source <(roadstead completion zsh)
        _roadstead_names() {
          local -a names
          names=(${(f)"$($_roadstead_program complete $1 2>/dev/null)"})
          compadd -a names
        }
        _roadstead() {
          local _roadstead_program=$words[1]
          local -a commands
          if ((CURRENT == 2)); then
            commands=(
        """);
    for (Command command : program.commands()) {
      script
          .append("      ")
          .append(Scripts.quoted(command.name() + ":" + command.description()))
          .append('\n');
    }
    script.append(
        """
            )
            _describe command commands
            return
          fi
          shift words
          ((CURRENT--))
          case $words[1] in
        """);
    for (Command command : program.commands()) {
      script.append("    ").append(command.name()).append(")\n      _arguments -S");
      for (Option option : command.options()) {
        script.append(" \\\n        ").append(spec(option));
      }
      for (Word position : command.positions()) {
        script
            .append(" \\\n        ")
            .append(Scripts.quoted("::" + label(position) + ":" + action(position)));
      }
      script.append("\n      ;;\n");
    }
    return script
        .append(
            """
              esac
            }
            if [[ $funcstack[1] == _roadstead ]]; then
              _roadstead "$@"
            else
              compdef _roadstead roadstead
            fi
            """)
        .toString();
  }

  /** As {@code '(-f --file)'{-f,--file}'[what it does]:FILE:_files'}. */
  private static String spec(Option option) {
    List<String> names = option.names();
    String rest = "[" + escaped(option.description()) + "]";
    if (option.takesValue()) {
      rest += ":" + label(option.value()) + ":" + action(option.value());
    }
    return names.size() == 1
        ? Scripts.quoted("*" + names.getFirst() + rest)
        : "'("
            + Scripts.joined(names)
            + ")'{"
            + String.join(",", names)
            + "}"
            + Scripts.quoted(rest);
  }

  private static String label(Word word) {
    return switch (word) {
      case Word.Anything() -> "value";
      case Word.File() -> "file";
      case Word.Folder() -> "folder";
      case Word.OneOf _ -> "one of";
      case Word.Name(var what) -> what;
    };
  }

  private static String action(Word word) {
    return switch (word) {
      case Word.Anything() -> " ";
      case Word.File() -> "_files";
      case Word.Folder() -> "_files -/";
      case Word.OneOf(var words) -> "(" + Scripts.joined(words) + ")";
      case Word.Name(var what) -> "{_roadstead_names " + what + "}";
    };
  }

  private static String escaped(String description) {
    return description.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]");
  }
}

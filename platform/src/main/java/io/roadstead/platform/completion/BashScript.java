package io.roadstead.platform.completion;

import io.roadstead.platform.completion.Program.Command;
import io.roadstead.platform.completion.Program.Option;
import java.util.ArrayList;
import java.util.List;

/** Completion for bash 4 and newer. */
final class BashScript {
  private BashScript() {}

  static String of(Program program) {
    List<String> first = new ArrayList<>();
    program.commands().forEach(command -> first.add(command.name()));
    program.options().forEach(option -> first.addAll(option.names()));
    StringBuilder script = new StringBuilder();
    script.append(
        """
        # bash completion for roadstead; load it with: source <(roadstead completion bash)
        _roadstead_offer() {
          case $1 in
            files)
              compopt -o filenames 2>/dev/null
              mapfile -t COMPREPLY < <(compgen -f -- "$cur")
              ;;
            folders)
              compopt -o filenames 2>/dev/null
              mapfile -t COMPREPLY < <(compgen -d -- "$cur")
              ;;
            names)
              mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" complete "$2" 2>/dev/null)" -- "$cur")
              ;;
            words)
              mapfile -t COMPREPLY < <(compgen -W "$2" -- "$cur")
              ;;
          esac
        }
        _roadstead() {
          local cur=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]} options= valued= position=0 i
          COMPREPLY=()
          if ((COMP_CWORD == 1)); then
        """);
    script.append("    _roadstead_offer words '").append(Scripts.joined(first)).append("'\n");
    script.append("    return\n  fi\n  case $command in\n");
    for (Command command : program.commands()) {
      List<String> names = new ArrayList<>();
      command.options().forEach(option -> names.addAll(option.names()));
      script
          .append("    ")
          .append(command.name())
          .append(")\n      options='")
          .append(Scripts.joined(names))
          .append("'\n      valued=' ")
          .append(Scripts.joined(command.valued()))
          .append(" '\n      ;;\n");
    }
    script.append(
        """
          esac
          for ((i = 2; i < COMP_CWORD; i++)); do
            if [[ $valued == *" ${COMP_WORDS[i]} "* ]]; then
              ((i++))
            elif [[ ${COMP_WORDS[i]} != -* ]]; then
              ((position++))
            fi
          done
          # More than the words before the cursor: the last of them is an option, and this its value.
          if ((i > COMP_CWORD)); then
            case "$command ${COMP_WORDS[COMP_CWORD - 1]}" in
        """);
    for (Command command : program.commands()) {
      for (Option option : command.options()) {
        String offer = offer(option.value());
        if (option.takesValue() && !offer.isEmpty()) {
          List<String> patterns =
              option.names().stream().map(name -> "'" + command.name() + " " + name + "'").toList();
          script
              .append("      ")
              .append(String.join(" | ", patterns))
              .append(") ")
              .append(offer)
              .append(" ;;\n");
        }
      }
    }
    script.append(
        """
            esac
            return
          fi
          if [[ $cur == -* ]]; then
            _roadstead_offer words "$options"
            return
          fi
          case "$command $position" in
        """);
    for (Command command : program.commands()) {
      for (int i = 0; i < command.positions().size(); i++) {
        String offer = offer(command.positions().get(i));
        if (!offer.isEmpty()) {
          script.append("    '" + command.name() + " " + i + "') ").append(offer).append(" ;;\n");
        }
      }
    }
    return script.append("  esac\n}\ncomplete -F _roadstead roadstead\n").toString();
  }

  private static String offer(Word word) {
    return switch (word) {
      case Word.Anything() -> "";
      case Word.File() -> "_roadstead_offer files";
      case Word.Folder() -> "_roadstead_offer folders";
      case Word.OneOf(var words) -> "_roadstead_offer words '" + Scripts.joined(words) + "'";
      case Word.Name(var what) -> "_roadstead_offer names " + what;
    };
  }
}

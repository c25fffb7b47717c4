package io.roadstead.platform.completion;

import io.roadstead.platform.completion.Program.Command;
import io.roadstead.platform.completion.Program.Option;

/** Completion for fish 3 and newer, with descriptions. */
final class FishScript {
  private FishScript() {}

  static String of(Program program) {
    StringBuilder script = new StringBuilder();
    script.append(
        """
        # fish completion for roadstead; load it with: roadstead completion fish | source
        function __roadstead_names
            set -l words (commandline -opc)
            $words[1] complete $argv[1] 2>/dev/null
        end
        # Whether the word at the cursor is number $argv[2] of command $argv[1] that is neither an
        # option nor the value of one; options with a value follow.
        function __roadstead_at
            set -l words (commandline -opc)
            test (count $words) -ge 2; and test $words[2] = $argv[1]; or return 1
            set -l position 0
            set -l value 0
            for word in $words[3..-1]
                if test $value = 1
                    set value 0
                else if contains -- $word $argv[3..-1]
                    set value 1
                else if not string match -q -- '-*' $word
                    set position (math $position + 1)
                end
            end
            test $position = $argv[2]
        end
        complete -c roadstead -f
        """);
    for (Command command : program.commands()) {
      script
          .append("complete -c roadstead -n __fish_use_subcommand -a ")
          .append(command.name())
          .append(" -d ")
          .append(quoted(command.description()))
          .append('\n');
    }
    for (Command command : program.commands()) {
      String seen = "-n '__fish_seen_subcommand_from " + command.name() + "'";
      for (Option option : command.options()) {
        script.append("complete -c roadstead ").append(seen);
        for (String name : option.names()) {
          script.append(
              name.startsWith("--") ? " -l " + name.substring(2) : " -s " + name.charAt(1));
        }
        script.append(option.takesValue() ? " -x" + offer(option.value()) : "");
        script.append(" -d ").append(quoted(option.description())).append('\n');
      }
      for (int i = 0; i < command.positions().size(); i++) {
        String offer = offer(command.positions().get(i));
        if (!offer.isEmpty()) {
          script
              .append("complete -c roadstead -n '__roadstead_at ")
              .append(command.name() + " " + i + " " + Scripts.joined(command.valued()))
              .append("'")
              .append(offer)
              .append('\n');
        }
      }
    }
    return script.toString();
  }

  private static String offer(Word word) {
    return switch (word) {
      case Word.Anything() -> "";
      case Word.File() -> " -a '(__fish_complete_path)'";
      case Word.Folder() -> " -a '(__fish_complete_directories)'";
      case Word.OneOf(var words) -> " -a '" + Scripts.joined(words) + "'";
      case Word.Name(var what) -> " -a '(__roadstead_names " + what + ")'";
    };
  }

  private static String quoted(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }
}

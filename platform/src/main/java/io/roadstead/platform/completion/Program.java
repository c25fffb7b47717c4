package io.roadstead.platform.completion;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** The words of the program, read from the model of its commands. */
record Program(List<Command> commands, List<Option> options) {
  Program {
    commands = List.copyOf(commands);
    options = List.copyOf(options);
  }

  /**
   * @param positions what its words that are no options are, in order
   */
  record Command(String name, String description, List<Option> options, List<Word> positions) {
    Command {
      options = List.copyOf(options);
      positions = List.copyOf(positions);
    }

    /** The names of the options that a value follows. */
    List<String> valued() {
      return options.stream()
          .filter(Option::takesValue)
          .flatMap(option -> option.names().stream())
          .toList();
    }
  }

  /**
   * @param takesValue whether a word follows that belongs to it
   * @param value what that word can be
   */
  record Option(List<String> names, String description, boolean takesValue, Word value) {
    Option {
      names = List.copyOf(names);
    }
  }

  static Program of(CommandLine program) {
    List<Command> commands = new ArrayList<>();
    program
        .getSubcommands()
        .forEach(
            (name, command) -> {
              CommandSpec spec = command.getCommandSpec();
              if (!spec.usageMessage().hidden()) {
                commands.add(
                    new Command(
                        name,
                        first(spec.usageMessage().description()),
                        options(spec),
                        positions(spec)));
              }
            });
    return new Program(commands, options(program.getCommandSpec()));
  }

  private static List<Option> options(CommandSpec spec) {
    List<Option> options = new ArrayList<>();
    for (OptionSpec option : spec.options()) {
      if (!option.hidden()) {
        options.add(
            new Option(
                List.of(option.names()),
                first(option.description()),
                option.arity().max() > 0,
                Word.of(option)));
      }
    }
    return options;
  }

  private static List<Word> positions(CommandSpec spec) {
    List<Word> words = new ArrayList<>();
    for (PositionalParamSpec position : spec.positionalParameters()) {
      words.add(Word.of(position));
    }
    return words;
  }

  /** The first sentence, without what only a help page resolves. */
  private static String first(String[] description) {
    String all = description.length == 0 ? "" : description[0];
    String whole = all.replace("$$", "$").replaceAll(" Default: \\$\\{DEFAULT-VALUE}\\.?", "");
    int end = whole.indexOf(". ");
    String sentence = end < 0 ? whole : whole.substring(0, end);
    return sentence.endsWith(".") ? sentence.substring(0, sentence.length() - 1) : sentence;
  }
}

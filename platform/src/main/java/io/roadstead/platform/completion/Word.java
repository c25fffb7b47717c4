package io.roadstead.platform.completion;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.ArgSpec;

/** What a word of a command line can be. */
sealed interface Word {
  /** Nothing that could be offered. */
  record Anything() implements Word {}

  record File() implements Word {}

  record Folder() implements Word {}

  record OneOf(List<String> words) implements Word {}

  /**
   * A name that only the platform knows.
   *
   * @param what of which kind: {@code services} or {@code instances}
   */
  record Name(String what) implements Word {}

  /** By the label with which the help shows it, and by its type. */
  static Word of(ArgSpec argument) {
    if (argument.type().isEnum()) {
      List<String> words = new ArrayList<>();
      for (Object constant : argument.type().getEnumConstants()) {
        words.add(String.valueOf(constant));
      }
      return new OneOf(words);
    }
    String label = argument.paramLabel();
    return switch (label) {
      case "FILE" -> new File();
      case "DIR" -> new Folder();
      case "NAME" -> new Name("services");
      case "ID", "INSTANCE" -> new Name("instances");
      case "json", "rolling", "process" -> new OneOf(List.of(label));
      default -> label.contains("|") ? new OneOf(List.of(label.split("\\|", -1))) : new Anything();
    };
  }
}

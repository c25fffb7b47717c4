package io.roadstead.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.googlejavaformat.java.Formatter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every Java file is laid out as google-java-format does it. */
final class FormatTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  @Test
  void everyJavaFileIsFormatted() throws IOException {
    List<Path> sources;
    try (Stream<Path> files = Files.walk(ROOT)) {
      sources =
          files
              .filter(file -> file.toString().endsWith(".java"))
              .filter(file -> !ROOT.relativize(file).toString().matches("(.*/)?(target|\\.git)/.*"))
              .toList();
    }
    assertThat(sources).isNotEmpty();
    assertThat(sources.parallelStream().filter(FormatTest::differs).map(ROOT::relativize).toList())
        .as("files to format: ./mvnw -N -Pformat compile")
        .isEmpty();
  }

  private static boolean differs(Path file) {
    try {
      String text = Files.readString(file);
      return !new Formatter().formatSourceAndFixImports(text).equals(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (com.google.googlejavaformat.java.FormatterException e) {
      throw new AssertionError(file + ": " + e.getMessage(), e);
    }
  }
}

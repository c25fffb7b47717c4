package io.roadstead.gateway.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FiltersTest {
  @TempDir Path folder;

  private static Filter named(String name) {
    return () -> name;
  }

  /** A jar with one filter, whose class is nowhere else. */
  private void jar(String file, String type, String name) throws IOException {
    Path work = Files.createDirectories(folder.resolve("work"));
    Path source =
        Files.writeString(
            work.resolve(type + ".java"),
            "public class "
                + type
                + " implements io.roadstead.gateway.filter.Filter { public String name() { return"
                + " \""
                + name
                + "\"; } }");
    int failed =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                null,
                null,
                "-proc:none",
                "-cp",
                System.getProperty("java.class.path"),
                "-d",
                work.toString(),
                source.toString());
    assertThat(failed).isZero();
    try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(folder.resolve(file)))) {
      jar.putNextEntry(new JarEntry(type + ".class"));
      jar.write(Files.readAllBytes(work.resolve(type + ".class")));
      jar.putNextEntry(new JarEntry("META-INF/services/" + Filter.class.getName()));
      jar.write(type.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
  }

  @Test
  void theJarsOfAFolderAreLoaded() throws Exception {
    jar("one.jar", "One", "one");
    jar("two.jar", "Two", "two");
    Files.writeString(folder.resolve("notes.txt"), "no jar");
    Filters filters = Filters.load(folder);
    assertThat(filters.names()).containsExactlyInAnyOrder("one", "two");
    assertThat(filters.named("one").orElseThrow().request(FilterRequest.of("GET", "/", Map.of())))
        .isEqualTo(Verdict.next());
    assertThat(filters.named("three")).isEmpty();
  }

  @Test
  void whatCannotBeLoadedIsNamed() throws Exception {
    assertThatThrownBy(() -> Filters.load(folder.resolve("none")))
        .isInstanceOf(FiltersUnusable.class)
        .hasMessageContaining("none");
    jar("one.jar", "One", "same");
    jar("two.jar", "Two", "same");
    assertThatThrownBy(() -> Filters.load(folder))
        .isInstanceOf(FiltersUnusable.class)
        .hasMessageContainingAll("One", "Two", "'same'");
    Files.delete(folder.resolve("two.jar"));
    try (JarOutputStream jar =
        new JarOutputStream(Files.newOutputStream(folder.resolve("three.jar")))) {
      jar.putNextEntry(new JarEntry("META-INF/services/" + Filter.class.getName()));
      jar.write('X');
    }
    assertThatThrownBy(() -> Filters.load(folder))
        .isInstanceOf(FiltersUnusable.class)
        .hasMessageContaining("X");
    assertThatThrownBy(() -> Filters.of(List.of(named("Not a name")), Duration.ofSeconds(1)))
        .isInstanceOf(FiltersUnusable.class)
        .hasMessageContaining("Not a name");
  }

  @Test
  void whatNobodyChangesGoesOnAsItCame() {
    FilterRequest request = FilterRequest.of("GET", "/a?b", Map.of("X-Odd", "a  b"));
    assertThat(request.fields().first("x-odd")).contains("a  b");
    assertThat(request.path()).isEqualTo("/a");
    assertThat(request.query()).contains("b");
    byte[] before = request.bytes();
    request.fields().remove("X-Other");
    assertThat(request.bytes()).isEqualTo(before);
    request.target("/c");
    assertThat(new String(request.bytes(), java.nio.charset.StandardCharsets.ISO_8859_1))
        .startsWith("GET /c HTTP/1.1\r\nHost: test\r\n");
  }

  @Test
  void aFilterCannotWriteWhatFramesOrForgesAMessage() {
    Fields fields = FilterRequest.of("GET", "/", Map.of()).fields();
    for (String name :
        List.of(
            "Host",
            "content-length",
            "Transfer-Encoding",
            "Connection",
            "X-Forwarded-For",
            "Forwarded",
            "a_b",
            "a b",
            "a:",
            "",
            "é")) {
      assertThatThrownBy(() -> fields.set(name, "1"))
          .as(name)
          .isInstanceOf(IllegalArgumentException.class);
    }
    for (String value : List.of("a\r\nb", "a\nb", "\0", "€", "x".repeat(9000))) {
      assertThatThrownBy(() -> fields.add("X", value)).isInstanceOf(IllegalArgumentException.class);
    }
    for (String target : List.of("a", "", "/a b", "/a\r\n", "/a#b")) {
      assertThatThrownBy(() -> FilterRequest.of("GET", "/", Map.of()).target(target))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> Verdict.answer(204, Map.of(), "body"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Verdict.answer(200, Map.of("X", "a\r\nb"), ""))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Verdict.answer(101, Map.of(), ""))
        .isInstanceOf(IllegalArgumentException.class);
  }
}

package io.roadstead.platform.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The keys that the file may have, by its own word, against those that the documents list. */
class DocumentedKeysTest {
  private static final Path DOCS = Path.of("..", "docs");
  private static final String HEADING = "## All keys";

  /** A key that nobody knows in every group there is. */
  private static final String EVERY_GROUP =
      """
      nobody: 1
      control: { nobody: 1 }
      gateway:
        nobody: 1
        accessLog: { file: "-", nobody: 1 }
        trace: { nobody: 1 }
      registry:
        nobody: 1
        activeChecks: { nobody: 1 }
      services:
        one:
          nobody: 1
          command: x
          routes:
            - path: /
              nobody: 1
              redirect: { to: "/x", nobody: 1 }
              requestHeaders: { nobody: 1 }
              responseHeaders: { nobody: 1 }
              timeouts: { nobody: 1 }
          health: { nobody: 1 }
          resources: { nobody: 1 }
          start: { nobody: 1 }
          rollout:
            nobody: 1
            strategy: canary
            steps: [ { share: 5, nobody: 1 } ]
            before: { command: x, nobody: 1 }
            after: { url: "http://x/", nobody: 1 }
          traffic:
            nobody: 1
            timeouts: { nobody: 1 }
            retries: { nobody: 1 }
            ejection: { nobody: 1 }
            concurrency: { nobody: 1 }
          balancer:
            nobody: 1
            affinity: { header: X, nobody: 1 }
      """;

  private static final Pattern UNKNOWN =
      Pattern.compile("line \\d+: (?:(\\S*)\\.)?nobody is not a known key.*; known are (.*)");
  private static final Pattern ROW = Pattern.compile("\\| `([^`]*)` \\| `(.*)` \\|");

  @TempDir private Path folder;

  @Test
  void theListOfAllKeysIsWhatTheFileTakes() throws IOException {
    assertThat(documented()).as("docs/configuration.md, " + HEADING).isEqualTo(accepted());
  }

  @Test
  void everyKeyIsExplained() throws IOException {
    String text =
        Files.readString(DOCS.resolve("configuration.md")).split(HEADING, 2)[0]
            + Files.readString(DOCS.resolve("gateway.md"));
    accepted()
        .forEach(
            (group, keys) -> {
              for (String key : keys.split(", ", -1)) {
                assertThat(text)
                    .as("%s.%s", group, key)
                    .containsPattern("[`{ .]" + Pattern.quote(key) + "[`:. \\]]");
              }
            });
  }

  private Map<String, String> accepted() throws IOException {
    Path file = Files.writeString(folder.resolve("every.yaml"), EVERY_GROUP);
    String refused = String.valueOf(catchThrowable(() -> RoadsteadFile.read(file)).getMessage());
    Map<String, String> keys = new TreeMap<>();
    for (String line : refused.split("\n", -1)) {
      Matcher unknown = UNKNOWN.matcher(line);
      assertThat(unknown.find()).as(line).isTrue();
      String group = unknown.group(1) == null ? "" : unknown.group(1);
      keys.put(
          group.replace("services.one", "services.NAME").replace("[0]", "[]"), unknown.group(2));
    }
    assertThat(keys).hasSize(EVERY_GROUP.split("nobody", -1).length - 1);
    return keys;
  }

  private static Map<String, String> documented() throws IOException {
    String list = Files.readString(DOCS.resolve("configuration.md")).split(HEADING, 2)[1];
    Map<String, String> keys = new TreeMap<>();
    Matcher row = ROW.matcher(list);
    while (row.find()) {
      keys.put(row.group(1).equals("the file") ? "" : row.group(1), row.group(2));
    }
    return keys;
  }
}

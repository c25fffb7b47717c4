package io.roadstead.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.platform.Platform;
import io.roadstead.platform.PlatformConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Hostile requests to the Eureka interface, over real HTTP, are refused with a reason. */
final class HostileInputTest {
  @TempDir Path directory;

  @Test
  void eachIsRefusedWithAReasonAndNothingComesOfIt() throws IOException {
    List<String> wrong = new ArrayList<>();
    try (Platform platform = Platform.start(PlatformConfig.local(directory.resolve("data")))) {
      String host = platform.control().toString();
      for (Hostile one : Hostile.all()) {
        RawAnswer answer = RawAnswer.to(host, one.to(host));
        boolean reasoned =
            one.reason().isEmpty()
                ? answer.body().isEmpty()
                : answer.body().contains(one.reason()) && answer.body().length() < 600;
        if (answer.status() != one.status() || !reasoned || answer.head().contains("X-Evil")) {
          wrong.add(one + " was answered " + answer);
        }
      }
      byte[] all =
          "GET /eureka/apps HTTP/1.1\r\nHost: %s\r\nAccept: application/json\r\n\r\n"
              .formatted(host)
              .getBytes(StandardCharsets.UTF_8);
      assertThat(RawAnswer.to(host, all).body()).contains("\"application\":[]");
    }
    assertThat(wrong).isEmpty();
  }
}

package io.roadstead.runtime.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.rollout.Resources;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JvmFlagsTest {
  private static final long MEBIBYTE = 1L << 20;

  @Test
  void theHeapLeavesRoomForTheRestOfTheJvm() {
    assertThat(flags(100, 0)).contains("-Xmx50m");
    assertThat(flags(384, 0)).contains("-Xmx224m", "-XX:MaxMetaspaceSize=128m");
    assertThat(flags(16 << 10, 0)).contains("-Xmx15360m", "-XX:MaxMetaspaceSize=512m");
  }

  @Test
  void aSmallOneHasTheSerialCollectorAndALargeOneTheJvmsChoice() {
    assertThat(flags(384, 4)).contains("-XX:+UseSerialGC", "-XX:ActiveProcessorCount=4");
    assertThat(flags(0, 0.5)).contains("-XX:+UseSerialGC", "-XX:ActiveProcessorCount=1");
    assertThat(flags(4 << 10, 2)).doesNotContain("-XX:+UseSerialGC");
    assertThat(flags(0, 0)).containsExactly("-XX:+ExitOnOutOfMemoryError");
  }

  @Test
  void theSpecificationsOwnOptionsWin() {
    Map<String, String> env =
        Map.of(
            "JAVA_TOOL_OPTIONS",
            "-Xmx1g -XX:+UseZGC -XX:ActiveProcessorCount=3",
            "JDK_JAVA_OPTIONS",
            "-XX:MaxMetaspaceSize=80m -XX:-ExitOnOutOfMemoryError");
    assertThat(JvmFlags.of(new Resources(512 * MEBIBYTE, 1), env)).isEmpty();
  }

  private static List<String> flags(long mebibytes, double cpu) {
    return JvmFlags.of(new Resources(mebibytes * MEBIBYTE, cpu), Map.of());
  }
}

package io.roadstead.control.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OpenFilesTest {
  private static final String LIMITS =
      """
      Limit                     Soft Limit           Hard Limit           Units
      Max processes             95680                95680                processes
      Max open files            %s                20000                files
      """;

  @Test
  void aQuarterIsLeftForAllElse() {
    assertThat(OpenFiles.connections(LIMITS.formatted("1024"), 15_000)).isEqualTo(768);
    assertThat(OpenFiles.connections(LIMITS.formatted("20000"), 15_000)).isEqualTo(15_000);
    assertThat(OpenFiles.connections(LIMITS.formatted("unlimited"), 15_000)).isEqualTo(15_000);
    assertThat(OpenFiles.connections("", 15_000)).isEqualTo(15_000);
  }
}

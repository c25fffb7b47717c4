package io.roadstead.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.gateway.grid.Combinations;
import io.roadstead.gateway.grid.GridCase;
import io.roadstead.gateway.grid.GridOrigin;
import io.roadstead.gateway.grid.Seen;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The grid: what the client got and the exact bytes that the origin saw, for every kind of message.
 * No ambiguous one goes through, in either direction.
 */
@ExtendWith(NoLeaks.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StrictnessTest {
  private static final int PATIENCE_MILLIS = 5_000;

  private final GridOrigin origin = new GridOrigin();
  private final Harbour harbour = new Harbour();

  @BeforeAll
  void start() {
    harbour.view.route("app", "", "/", false);
    harbour.view.up("app", "app-1", origin.port());
    harbour.gateway();
  }

  @AfterAll
  void close() {
    harbour.close();
    origin.close();
  }

  static Stream<GridCase> cases() {
    return Combinations.withFiles();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void everyMessageIsReadInOneWayOrNotAtAll(GridCase given) {
    Seen seen = Seen.of(given, harbour.gateway().address(), origin, PATIENCE_MILLIS);
    assertThat(seen.faults(given)).as(given.toString()).isEmpty();
  }

  @Test
  void theListsOfOthersAreInItWhole() {
    List<String> from = cases().flatMap(given -> given.from().stream()).distinct().toList();
    assertThat(from.stream().filter(name -> name.startsWith("h1spec "))).hasSize(33);
    assertThat(from.stream().filter(name -> name.startsWith("Http11Probe "))).hasSize(113);
    assertThat(cases().map(given -> given.group() + ": " + given.name())).doesNotHaveDuplicates();
  }
}

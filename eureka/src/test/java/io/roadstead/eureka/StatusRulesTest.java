package io.roadstead.eureka;

import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.registry.Registration;
import io.roadstead.registry.Status;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class StatusRulesTest {
  private static Registration of(Status status, EurekaStatus override, long dirtyMillis) {
    EurekaInfo info =
        EurekaInfo.synthesised("orders", 8080, false, dirtyMillis, false).withOverride(override);
    return new Registration(
        "orders", "o1", "h", "", 8080, false, status, 100, Map.of(), Duration.ofSeconds(90), info);
  }

  /** The table of the original, for registries outside Amazon's cloud; - is no lease. */
  @ParameterizedTest
  @CsvSource({
    // leased, override there, incoming, result
    "-, UNKNOWN, UP, UP",
    "-, UNKNOWN, OUT_OF_SERVICE, OUT_OF_SERVICE",
    "-, UNKNOWN, STARTING, STARTING",
    "UP, UNKNOWN, UP, UP",
    "UP, UNKNOWN, OUT_OF_SERVICE, UP",
    "UP, UNKNOWN, DOWN, DOWN",
    "UP, UNKNOWN, STARTING, STARTING",
    "OUT_OF_SERVICE, UNKNOWN, UP, OUT_OF_SERVICE",
    "OUT_OF_SERVICE, OUT_OF_SERVICE, UP, OUT_OF_SERVICE",
    "OUT_OF_SERVICE, OUT_OF_SERVICE, DOWN, DOWN",
    "DOWN, OUT_OF_SERVICE, UP, OUT_OF_SERVICE",
    "DOWN, UNKNOWN, UP, UP",
    "STARTING, UNKNOWN, UP, UP",
    "UP, DOWN, UP, DOWN",
    "UNKNOWN, UNKNOWN, UP, UP",
    "UNKNOWN, UNKNOWN, OUT_OF_SERVICE, OUT_OF_SERVICE",
  })
  void theOrderOfRulesIsTheOriginals(
      String leased, EurekaStatus override, Status incoming, Status result) {
    @Nullable Registration existing =
        leased.equals("-") ? null : of(Status.valueOf(leased), override, 100);
    Registration next = StatusRules.next(existing, of(incoming, EurekaStatus.UNKNOWN, 100));
    assertThat(next.status()).isEqualTo(result);
    assertThat(info(next).overriddenStatus()).isEqualTo(override);
  }

  @Test
  void theBodysOwnOverrideIsTakenWhereNoneIsThere() {
    Registration next = StatusRules.next(null, of(Status.UP, EurekaStatus.OUT_OF_SERVICE, 100));
    assertThat(next.status()).isEqualTo(Status.OUT_OF_SERVICE);
  }

  @Test
  void olderDataIsDiscardedEqualDataWins() {
    Registration existing = of(Status.DOWN, EurekaStatus.UNKNOWN, 200);
    assertThat(StatusRules.next(existing, of(Status.UP, EurekaStatus.UNKNOWN, 199)))
        .isSameAs(existing);
    assertThat(StatusRules.next(existing, of(Status.UP, EurekaStatus.UNKNOWN, 200)).status())
        .isEqualTo(Status.UP);
  }

  @Test
  void olderDataBringsAnInstanceBackFromARemovedOverride() {
    Registration existing = of(Status.UNKNOWN, EurekaStatus.UNKNOWN, 200);
    assertThat(StatusRules.next(existing, of(Status.UP, EurekaStatus.UNKNOWN, 199)).status())
        .isEqualTo(Status.UP);
  }

  @Test
  void aRegistrationOfAnotherProtocolIsReplaced() {
    Registration existing = of(Status.DOWN, EurekaStatus.UNKNOWN, 200).withAttachment(null);
    assertThat(StatusRules.next(existing, of(Status.UP, EurekaStatus.UNKNOWN, 1)).status())
        .isEqualTo(Status.UP);
  }

  private static EurekaInfo info(Registration registration) {
    if (registration.attachment() instanceof EurekaInfo info) {
      return info;
    }
    throw new AssertionError("no attachment");
  }
}

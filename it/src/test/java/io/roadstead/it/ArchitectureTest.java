package io.roadstead.it;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.roadstead.registry.Ticker;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What Maven's arrows between modules cannot hold. */
class ArchitectureTest {
  private static final JavaClasses MAIN =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.roadstead");

  @Test
  void everyModuleIsLookedAt() {
    assertThat(
            List.of(
                "registry",
                "balancer",
                "rollout",
                "eureka",
                "gateway",
                "store",
                "runtime.process",
                "control",
                "platform"))
        .allSatisfy(module -> assertThat(MAIN.containPackage("io.roadstead." + module)).isTrue());
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching("io.roadstead.(**)").should().beFreeOfCycles().check(MAIN);
  }

  @Test
  void coresKnowOnlyTheJdk() {
    classes()
        .that(resideInAnyPackage("io.roadstead.registry..", "io.roadstead.rollout.."))
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage(
                "java..", "org.jspecify..", "io.roadstead.registry..", "io.roadstead.rollout.."))
        .check(MAIN);
    classes()
        .that(resideInAPackage("io.roadstead.balancer.."))
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage("java..", "org.jspecify..", "io.roadstead.balancer.."))
        .check(MAIN);
  }

  @Test
  void timeIsHandedIn() {
    noClasses()
        .that()
        .areNotAssignableTo(Ticker.class)
        .should()
        .callMethod(System.class, "nanoTime")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(Instant.class, "now")
        .orShould()
        .callMethod(LocalDate.class, "now")
        .orShould()
        .callMethod(LocalDateTime.class, "now")
        .orShould()
        .callMethod(OffsetDateTime.class, "now")
        .orShould()
        .callMethod(ZonedDateTime.class, "now")
        .orShould()
        .callMethod(Clock.class, "systemUTC")
        .orShould()
        .callMethod(Clock.class, "systemDefaultZone")
        .check(MAIN);
  }

  @Test
  void onlyTheCompositionRootReadsTheMachinesClocks() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.roadstead.platform..")
        .should()
        .callMethod(InstantSource.class, "system")
        .orShould()
        .callMethod(Ticker.class, "system")
        .check(MAIN);
  }

  @Test
  void nothingSleeps() {
    noClasses()
        .should()
        .callMethod(Thread.class, "sleep", long.class)
        .orShould()
        .callMethod(Thread.class, "sleep", java.time.Duration.class)
        .check(MAIN);
  }
}

package io.roadstead.platform.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.registry.Route;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The example of every kind of route is a file that a platform takes. */
class ExampleRoutesTest {
  @Test
  void theExampleHasOneOfEachKind() {
    List<Route> routes =
        RoadsteadFile.read(Path.of("..", "examples", "routes.yaml")).services().stream()
            .flatMap(service -> service.routes().stream())
            .toList();
    assertThat(routes.stream().map(Route::label))
        .doesNotHaveDuplicates()
        .contains(
            "/orders",
            "/orders/summary exact GET",
            "*.orders.example/",
            "/orders header x-preview=yes",
            "/orders query preview=1",
            "/orders cookie preview");
    assertThat(routes).anyMatch(route -> route.action().redirect().isPresent());
    assertThat(routes).anyMatch(route -> !route.action().rewrite().isEmpty());
    assertThat(routes).anyMatch(route -> !route.action().allowed().isEmpty());
  }
}

package io.roadstead.platform.demo;

import io.roadstead.platform.Refused;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Finds the jars of the example shop: beside the program where the launcher has put them, or where
 * a build leaves them.
 */
public final class ShopJars {
  private static final int LEVELS = 6;

  private final List<Path> places;

  private ShopJars(List<Path> places) {
    this.places = places;
  }

  /**
   * @param program the running jar, or the directory of classes
   */
  public static ShopJars near(Path program) {
    Path directory = program.toAbsolutePath().normalize();
    for (int i = 0; i < LEVELS && directory != null; i++, directory = directory.getParent()) {
      Path examples = directory.resolve("examples");
      if (Files.isRegularFile(examples.resolve("orders-1.jar"))) {
        return new ShopJars(List.of(examples));
      }
      if (Files.isDirectory(examples.resolve("plain"))) {
        return new ShopJars(
            List.of(examples.resolve("plain/target"), examples.resolve("orders/target")));
      }
    }
    throw Refused.because(
        "the example shop was not found near "
            + program
            + ": start the demo with ./roadstead from a clone of the repository");
  }

  /** The jar of a version of a service: 1, 2 or, of the catalogue, {@code bad}. */
  public Path jar(String service, String edition) {
    String name = service.equals(Shop.ORDERS) ? "orders-" : "shop-" + service + "-";
    for (Path place : places) {
      Path jar = place.resolve(name + edition + ".jar");
      if (Files.isRegularFile(jar)) {
        return jar;
      }
    }
    throw Refused.because(
        "the example jar "
            + name
            + edition
            + ".jar is not in "
            + places.getFirst()
            + ": build it with ./mvnw -pl examples/plain,examples/orders -am package");
  }
}

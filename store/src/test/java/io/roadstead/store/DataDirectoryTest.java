package io.roadstead.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {
  private final RandomGenerator random = new Random(42);
  @TempDir Path folder;

  /** Holds a data directory in a process of its own until its input ends. */
  static final class Holder {
    private Holder() {}

    public static void main(String[] args) throws Exception {
      try (DataDirectory held = DataDirectory.open(Path.of(args[0]), new Random(1))) {
        System.out.println("holding " + held.path());
        while (System.in.read() >= 0) {
          // until whoever started us closes it
        }
      }
    }
  }

  @Test
  void whatIsMadeIsForItsOwnerOnly() throws Exception {
    try (DataDirectory data = DataDirectory.open(folder.resolve("a/b"), random)) {
      assertThat(permissions(data.path())).isEqualTo("rwx------");
      assertThat(permissions(data.tokenFile())).isEqualTo("rw-------");
      assertThat(data.artifacts()).isDirectory();
      assertThat(data.logs()).isDirectory();
      assertThat(data.temporary()).isDirectory();
      assertThat(data.path().resolve(".gitignore")).hasContent("*");
    }
  }

  @Test
  void tokenAndIdAreMadeOnce() throws Exception {
    String token;
    String id;
    try (DataDirectory data = DataDirectory.open(folder, random)) {
      token = data.token();
      id = data.platformId();
      assertThat(token).hasSize(64).isNotEqualTo(id);
      assertThat(Files.readString(data.tokenFile()).strip()).isEqualTo(token);
      assertThat(data.toString()).doesNotContain(token);
    }
    try (DataDirectory data = DataDirectory.open(folder, random)) {
      assertThat(data.token()).isEqualTo(token);
      assertThat(data.platformId()).isEqualTo(id);
    }
  }

  @Test
  void aTokenThatOthersCouldReadIsClosedToThem() throws Exception {
    DataDirectory.open(folder, random).close();
    Path token = folder.resolve("token");
    Files.setPosixFilePermissions(token, PosixFilePermissions.fromString("rw-r--r--"));

    DataDirectory.open(folder, random).close();

    assertThat(permissions(token)).isEqualTo("rw-------");
  }

  @Test
  void aDamagedTokenIsNamedWithTheFix() throws Exception {
    DataDirectory.open(folder, random).close();
    Files.writeString(folder.resolve("token"), "");

    assertThatThrownBy(() -> DataDirectory.open(folder, random))
        .isInstanceOf(StoreUnusable.class)
        .hasMessageContaining("token is damaged")
        .hasMessageContaining("delete it");
  }

  @Test
  void aSecondPlatformIsRefusedAndTheFirstIsNamed() throws Exception {
    Process holder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Holder.class.getName(),
                folder.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      assertThat(holder.inputReader().readLine()).startsWith("holding");

      assertThatThrownBy(() -> DataDirectory.open(folder, random))
          .isInstanceOf(StoreUnusable.class)
          .hasMessageContaining("pid " + holder.pid())
          .hasMessageContaining("roadstead down --data " + folder);
      assertThat(DataDirectory.holder(folder)).hasValue(holder.pid());
    } finally {
      Process _ = holder.destroyForcibly();
      assertThat(holder.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(DataDirectory.holder(folder)).isEmpty();
    DataDirectory.open(folder, random).close();
  }

  @Test
  void aFolderThatCannotBeIsNamedWithTheFix() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "x");

    assertThatThrownBy(() -> DataDirectory.open(file.resolve("data"), random))
        .isInstanceOf(StoreUnusable.class)
        .hasMessageContaining(file.resolve("data").toString())
        .hasMessageContaining("--data DIR");
    assertThatThrownBy(() -> DataDirectory.open(file, random))
        .isInstanceOf(StoreUnusable.class)
        .hasMessageContaining("is a file, not a folder");
  }

  @Test
  void nobodyHoldsWhatIsNotThere() {
    assertThat(DataDirectory.holder(folder.resolve("none"))).isEmpty();
    assertThat(folder.resolve("none")).doesNotExist();
  }

  private static String permissions(Path path) throws Exception {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }
}

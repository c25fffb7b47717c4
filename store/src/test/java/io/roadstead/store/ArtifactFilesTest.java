package io.roadstead.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArtifactFilesTest {
  /** SHA-256 of "abc", FIPS 180-2 appendix B.1. */
  private static final String ABC =
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

  @TempDir Path folder;
  private Duration later = Duration.ZERO;
  private ArtifactFiles artifacts;

  @BeforeEach
  void open() {
    artifacts = new ArtifactFiles(folder, () -> later.toNanos());
  }

  @Test
  void bytesAreKeptUnderTheirDigest() throws Exception {
    assertThat(artifacts.add(bytes("abc"))).isEqualTo(ABC);

    assertThat(artifacts.path(ABC)).contains(folder.resolve(ABC + ".jar"));
    assertThat(folder.resolve(ABC + ".jar")).hasContent("abc");
  }

  @Test
  void theSameBytesAgainAreOneFile() throws Exception {
    String first = artifacts.add(bytes("abc"));
    String second = artifacts.add(bytes("abc"));

    assertThat(first).isEqualTo(second);
    assertThat(files()).hasSize(1);
  }

  @Test
  void anUploadThatBreaksOffLeavesNothing() throws Exception {
    InputStream broken =
        new SequenceInputStream(
            bytes("a".repeat(100_000)),
            new InputStream() {
              @Override
              public int read() throws IOException {
                throw new IOException("connection reset");
              }

              @Override
              public int read(byte[] into, int from, int length) throws IOException {
                return read();
              }
            });

    assertThatThrownBy(() -> artifacts.add(broken)).hasMessage("connection reset");
    assertThat(files()).isEmpty();
  }

  @Test
  void onlyTheRetainedStay() throws Exception {
    String kept = artifacts.add(bytes("kept"));
    String gone = artifacts.add(bytes("gone"));
    Path upload = Files.writeString(folder.resolve("upload-1.part"), "half");

    later = Duration.ofMinutes(3);
    Path made = Files.createDirectories(folder.resolve(gone).resolve("app/lib"));
    Files.writeString(made.resolve("a.jar"), "x");

    artifacts.retain(Set.of(kept));

    assertThat(artifacts.path(kept)).isPresent();
    assertThat(artifacts.path(gone)).isEmpty();
    assertThat(folder.resolve(gone)).as("what was made of it").doesNotExist();
    assertThat(upload).exists();
    artifacts.deleteUnfinished();
    assertThat(upload).doesNotExist();
    assertThat(artifacts.path(kept)).isPresent();
  }

  @Test
  void whatWasJustUploadedStaysForTheDeploymentThatWillNameIt() throws Exception {
    String uploaded = artifacts.add(bytes("new"));
    for (Duration jump : new Duration[] {Duration.ofHours(-1), Duration.ofHours(1)}) {
      // As a clock that has jumped would have it.
      Files.setLastModifiedTime(
          folder.resolve(uploaded + ".jar"), FileTime.from(Instant.now().plus(jump)));

      artifacts.retain(Set.of());

      assertThat(artifacts.path(uploaded)).as("jump %s", jump).isPresent();
    }

    assertThat(artifacts.path(uploaded)).isPresent();
  }

  @Test
  void whatIsNoDigestLeadsNowhere() throws Exception {
    Files.writeString(folder.resolveSibling("secret.jar"), "x");

    assertThat(artifacts.path("../secret")).isEmpty();
    assertThat(artifacts.path("")).isEmpty();
    assertThat(artifacts.path("0".repeat(64))).isEmpty();
    Files.delete(folder.resolveSibling("secret.jar"));
  }

  @Test
  void manyMayAddTheSameAtOnce() throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var all = new ArrayList<Future<String>>();
      for (int i = 0; i < 8; i++) {
        all.add(threads.submit(() -> artifacts.add(bytes("abc"))));
      }
      for (Future<String> one : all) {
        assertThat(one.get()).isEqualTo(ABC);
      }
    }
    assertThat(files()).hasSize(1);
  }

  private List<Path> files() throws IOException {
    try (var entries = Files.list(folder)) {
      return entries.toList();
    }
  }

  private static InputStream bytes(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }
}

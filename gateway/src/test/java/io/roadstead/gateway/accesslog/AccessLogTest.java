package io.roadstead.gateway.accesslog;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.roadstead.gateway.accesslog.AccessLogConfig.Format;
import io.roadstead.gateway.accesslog.AccessLogConfig.Query;
import io.roadstead.registry.Ticker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccessLogTest {
  @TempDir Path folder;

  private final List<String> told = new CopyOnWriteArrayList<>();
  private final LoopLog loop = new LoopLog(InstantSource.system());

  private AccessLog log(long rotateBytes, int keep) {
    AccessLogConfig config =
        new AccessLogConfig(
            Optional.of(folder.resolve("logs/access.log")),
            Format.TEXT,
            Query.NAMES,
            AccessLogConfig.LEAST_BUFFER,
            rotateBytes,
            keep);
    AccessLog log =
        new AccessLog(
            config,
            1,
            Ticker.system(),
            new AccessLog.Listener() {
              @Override
              public void failed(String problem) {
                told.add(problem);
              }

              @Override
              public void again() {
                told.add("again");
              }
            });
    loop.to(log, 0);
    return log;
  }

  private void write(int lines) {
    for (int i = 0; i < lines; i++) {
      loop.unread("127.0.0.1".getBytes(ISO_8859_1), 400, 0, "bad-request");
    }
  }

  private List<String> lines(String name) throws IOException {
    return Files.readAllLines(folder.resolve("logs").resolve(name));
  }

  @Test
  void whatWasPutInBeforeTheEndIsWritten() throws IOException {
    try (AccessLog log = log(0, 0)) {
      log.open();
      log.start();
      write(100);
    }
    assertThat(lines("access.log")).hasSize(100).allMatch(line -> line.contains("bad-request"));
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(folder.resolve("logs/access.log"))))
        .startsWith("rw-")
        .endsWith("---");
  }

  @Test
  void theFileIsSetAsideWhenItHasGrownAndOnlySomeAreKept() throws IOException {
    try (AccessLog log = log(2000, 2)) {
      log.open();
      log.start();
      write(100);
    }
    try (var files = Files.list(folder.resolve("logs"))) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("access.log", "access.log.1", "access.log.2");
    }
    assertThat(Files.size(folder.resolve("logs/access.log.1"))).isBetween(1000L, 2000L);
  }

  @Test
  void aFileThatWasRenamedIsMadeAnewWhenItIsOpenedAgain() throws IOException {
    try (AccessLog log = log(0, 0)) {
      log.open();
      log.start();
      write(1);
      await().until(() -> log.written() == 1);
      Files.move(folder.resolve("logs/access.log"), folder.resolve("logs/old"));
      write(1);
      await().until(() -> log.written() == 2);
      log.reopen();
      await()
          .untilAsserted(
              () -> {
                write(1);
                assertThat(folder.resolve("logs/access.log")).exists();
              });
    }
    assertThat(lines("old")).hasSizeGreaterThanOrEqualTo(2);
    assertThat(lines("access.log")).isNotEmpty();
  }

  @Test
  void aFullRingDropsAndCounts() throws IOException {
    AccessLog log = log(0, 0);
    write(2000);
    assertThat(log.dropped()).isGreaterThan(500);
    log.open();
    log.start();
    log.close();
    assertThat(log.written() + log.dropped()).isEqualTo(2000);
    assertThat(lines("access.log")).hasSize((int) log.written());
  }

  @Test
  void aFileThatCannotBeMadeIsToldAtTheStart() throws IOException {
    Files.createFile(folder.resolve("logs"));
    AccessLog log = log(0, 0);
    assertThatThrownBy(log::open).isInstanceOf(IOException.class);
  }

  @Test
  void aFolderThatGoesAwayIsToldOnceAndTriedAgain() throws IOException {
    try (AccessLog log = log(0, 0)) {
      log.open();
      log.start();
      Files.delete(folder.resolve("logs/access.log"));
      Files.delete(folder.resolve("logs"));
      Files.createFile(folder.resolve("logs"));
      log.reopen();
      await()
          .until(
              () -> {
                write(1);
                return log.dropped() > 0 && told.size() == 1;
              });
      assertThat(told.getFirst()).contains("access.log").contains("cannot be written");
      Files.delete(folder.resolve("logs"));
      await()
          .until(
              () -> {
                write(1);
                return log.written() > 0;
              });
      assertThat(told.getLast()).isEqualTo("again");
    }
  }
}

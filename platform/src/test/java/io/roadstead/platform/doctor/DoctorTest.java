package io.roadstead.platform.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.platform.HostPort;
import io.roadstead.platform.Platform;
import io.roadstead.platform.PlatformConfig;
import io.roadstead.platform.client.ControlClient;
import io.roadstead.platform.doctor.Finding.Level;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(OS.LINUX)
class DoctorTest {
  @TempDir Path folder;

  private static Finding of(List<Finding> findings, String check) {
    return findings.stream()
        .filter(finding -> finding.check().equals(check))
        .findFirst()
        .orElseThrow(() -> new AssertionError("nothing about " + check + " in " + findings));
  }

  private static void assertFinding(
      List<Finding> findings, String check, Level level, String... parts) {
    Finding finding = of(findings, check);
    assertThat(finding.level()).as("%s", finding).isEqualTo(level);
    assertThat(finding.found() + "; " + finding.advice()).contains(parts);
    assertThat(finding.advice().isEmpty()).as("%s", finding).isEqualTo(level == Level.OK);
  }

  private List<Finding> look(Path data, String control, String token, HostPort gateway) {
    ControlClient client =
        new ControlClient(URI.create("http://" + control), Optional.of(token), "the test")
            .within(Duration.ofSeconds(10));
    return Doctor.look(data, client, gateway, System.getenv("PATH"), InstantSource.system());
  }

  /** A port on which nothing listens. */
  private static int free() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private Path file(String name, String content) throws IOException {
    Path file = folder.resolve(name.substring(1));
    Files.createDirectories(file.getParent());
    return Files.writeString(file, content);
  }

  private List<Finding> machine() {
    return new MachineChecks(new Machine(folder), "/usr/bin").all();
  }

  @Test
  void aMachineThatLacksThingsIsToldWhatToDo() throws Exception {
    file(
        "/proc/self/limits",
        """
        Limit                     Soft Limit           Hard Limit           Units
        Max processes             200                  unlimited            processes
        Max open files            256                  512                  files
        """);
    file("/proc/self/cgroup", "0::/user.slice\n");
    file("/sys/fs/cgroup/cgroup.controllers", "cpu memory pids\n");
    file("/proc/meminfo", "MemTotal:  1000000 kB\nMemAvailable:  200000 kB\n");
    file("/proc/sys/net/ipv4/ip_local_port_range", "10000\t60999\n");
    file("/sys/devices/system/clocksource/clocksource0/current_clocksource", "hpet\n");

    List<Finding> findings = machine();

    assertFinding(findings, "open files", Level.PROBLEM, "at most 512", "16384", "LimitNOFILE");
    assertFinding(findings, "processes", Level.WARNING, "at most 200", "ulimit -u");
    assertFinding(findings, "/bin/sh", Level.PROBLEM, "missing");
    assertFinding(findings, "setsid", Level.WARNING, "util-linux");
    assertFinding(findings, "cgroup", Level.WARNING, "v2", "not writable", "Delegate=yes");
    assertFinding(findings, "memory", Level.WARNING, "195 MiB available");
    assertFinding(findings, "clock source", Level.WARNING, "hpet");
    assertFinding(
        findings, "instance ports", Level.WARNING, "10000–60999", "ip_local_reserved_ports");
  }

  @Test
  void aPortRangeThatIsTakenIsNamedWithTheFix() throws Exception {
    StringBuilder table = new StringBuilder("  sl  local_address rem_address   st\n");
    for (int port = 20_000; port < 30_000; port++) {
      table.append("   0: 0100007F:%04X 00000000:0000 0A 0\n".formatted(port));
    }
    file("/proc/net/tcp", table.toString());

    assertFinding(machine(), "instance ports", Level.PROBLEM, "0 of 20000–29999", "ss -ltn");
  }

  @Test
  void anOlderJdkIsAProblem() {
    Finding finding =
        new MachineChecks(new Machine(folder), "").jdk(Runtime.Version.parse("21.0.2"), folder);

    assertThat(finding.level()).isEqualTo(Level.PROBLEM);
    assertThat(finding.found()).contains("21.0.2", folder.toString(), "25");
    assertThat(finding.advice()).contains("ROADSTEAD_JAVA_HOME");
  }

  @Test
  void withoutAPlatformAllIsLookedAtAndNothingIsMade() throws Exception {
    Path data = folder.resolve("none");

    List<Finding> findings =
        look(data, "127.0.0.1:" + free(), "t", new HostPort("127.0.0.1", free()));

    assertFinding(findings, "JDK", Level.OK, "25");
    assertFinding(findings, "/bin/sh", Level.OK, "is there");
    assertFinding(findings, "platform", Level.OK, "none is up");
    assertFinding(findings, "data directory", Level.OK, "up makes it");
    assertFinding(findings, "gateway port", Level.OK, "is free");
    assertThat(data).doesNotExist();
  }

  @Test
  void aPortThatAnotherHasIsAProblem() throws Exception {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      List<Finding> findings =
          look(
              folder.resolve("none"),
              "127.0.0.1:" + free(),
              "t",
              new HostPort("127.0.0.1", other.getLocalPort()));

      assertFinding(
          findings,
          "gateway port",
          Level.PROBLEM,
          Integer.toString(other.getLocalPort()),
          "ss -ltnp");
    }
  }

  @Test
  void aRunningPlatformIsFoundWithItsTokenAndLeftAsItIs() throws Exception {
    Path data = folder.resolve("data");
    try (Platform platform = Platform.start(PlatformConfig.local(data))) {
      HostPort gateway = platform.gateway();
      String control = platform.control().toString();

      List<Finding> findings = look(data, control, platform.token(), gateway);

      assertFinding(findings, "platform", Level.OK, control);
      assertFinding(findings, "token", Level.OK, "the test");
      assertFinding(findings, "state", Level.OK, "sound");
      assertFinding(findings, "gateway port", Level.OK, gateway.toString());
      assertFinding(findings, "services", Level.OK, "0 instances");
      assertThat(findings.toString()).doesNotContain(platform.token());
      assertFinding(
          look(data, control, "another", gateway), "token", Level.PROBLEM, "ROADSTEAD_TOKEN");
      assertThat(platform.subscribers().list())
          .noneMatch(subscriber -> subscriber.name().equals("doctor"));
    }
  }

  @Test
  void whatIsWrongWithTheDataDirectoryIsTold() throws Exception {
    Path data = folder.resolve("data");
    Platform.start(PlatformConfig.local(data)).close();
    String control = "127.0.0.1:" + free();
    HostPort gateway = new HostPort("127.0.0.1", free());
    assertFinding(look(data, control, "t", gateway), "copies of the state", Level.OK, "state-1-");
    Files.setPosixFilePermissions(
        data.resolve("token"), PosixFilePermissions.fromString("rw-r--r--"));
    Files.setLastModifiedTime(
        data.resolve("state.db"), FileTime.from(Instant.now().plusSeconds(3_600)));

    List<Finding> findings = look(data, control, "t", gateway);
    assertFinding(findings, "data directory", Level.WARNING, "token", "chmod go= ");
    assertFinding(findings, "clock", Level.WARNING, "timedatectl");

    Files.writeString(data.resolve("state.db"), "not any more");
    assertFinding(look(data, control, "t", gateway), "state", Level.PROBLEM, "damaged");
    Files.delete(data.resolve("state.db"));
    assertFinding(look(data, control, "t", gateway), "state", Level.PROBLEM, "has gone", "cp -p");
  }

  @Test
  void processesThatAPlatformLeftAreNamed() throws Exception {
    Path data = Files.createDirectories(folder.resolve("data"));
    ProcessBuilder sleep = new ProcessBuilder("sleep", "60");
    sleep.environment().put("ROADSTEAD_MARK", data + "/instances/orders-1-abc");
    Process left = sleep.start();
    try {
      assertFinding(
          look(data, "127.0.0.1:" + free(), "t", new HostPort("127.0.0.1", free())),
          "instances",
          Level.WARNING,
          "orders-1-abc (pid " + left.pid() + ")",
          "roadstead up --data " + data,
          "roadstead down --data " + data);
    } finally {
      left.destroyForcibly();
    }
  }
}

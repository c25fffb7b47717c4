package io.roadstead.runtime.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.roadstead.rollout.Adoption;
import io.roadstead.rollout.Exit;
import io.roadstead.rollout.Health;
import io.roadstead.rollout.InstanceRecord;
import io.roadstead.rollout.Release;
import io.roadstead.rollout.Resources;
import io.roadstead.rollout.RunningInstance;
import io.roadstead.rollout.Source;
import io.roadstead.runtime.process.CgroupTree.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CgroupsTest {
  @TempDir Path data;

  /** Takes memory until something ends it. */
  public static final class Greedy {
    private Greedy() {}

    public static void main(String[] args) {
      var all = new ArrayList<byte[]>();
      for (int i = 0; i < 100_000; i++) {
        all.add(new byte[1 << 20]);
      }
      System.out.println(all.size());
    }
  }

  @Test
  void aJvmThatRunsOutOfHeapEndsAndSaysSo() throws Exception {
    try (var bench = new Bench(data)) {
      Source jar = bench.jar("greedy", Greedy.class.getName(), List.of(), Greedy.class);
      Release release = Bench.release(jar, Map.of(), Health.DEFAULT, new Resources(96L << 20, 0));
      RunningInstance instance = bench.start(release);
      Exit exit = instance.exited().get(60, TimeUnit.SECONDS);

      assertThat(exit.code()).hasValue(3);
      assertThat(bench.runtime.explain(release, instance, exit))
          .isEqualTo(
              "out of memory: Java heap space, at which the JVM ends; of resources.memory 96 MiB"
                  + " the heap may have 48 MiB; raise it with roadstead scale orders --memory"
                  + " 192Mi, or look for a leak");
    }
  }

  @Test
  void whatEndsForAnotherReasonIsNotOutOfMemory() throws Exception {
    try (var bench = new Bench(data)) {
      RunningInstance instance = bench.sh("echo fails; exit 3");
      Exit exit = instance.exited().get(20, TimeUnit.SECONDS);
      Release release = Bench.release(new Source.Shell("x"), Map.of());
      assertThat(bench.runtime.explain(release, instance, exit)).isEmpty();
    }
  }

  /** With the control groups of this machine, where it lets us. */
  @Nested
  class OnThisMachine {
    private Cgroups cgroups;
    private Collection<Path> bases = List.of();
    private Bench bench;

    @BeforeEach
    void whereTheyCanBeMade() {
      cgroups = new Cgroups(data);
      bench = new Bench(data);
      CgroupTree tree = CgroupTree.find(Path.of("/proc/self"), name());
      assertThat(cgroups.find("none")).isSameAs(Cgroup.NONE);
      bases = tree.bases().values();
      assumeTrue(tree.missing().isEmpty(), "no control groups can be made: " + tree.missing());
    }

    @AfterEach
    void close() {
      bench.close();
      await()
          .untilAsserted(
              () -> {
                cgroups.close();
                assertThat(bases).allSatisfy(base -> assertThat(base).doesNotExist());
              });
    }

    @Test
    void anInstanceIsInGroupsOfItsOwnWithItsLimits() throws Exception {
      RunningInstance instance = start("sleep 100", new Resources(64L << 20, 0.5));
      Cgroup group = cgroups.find(id(instance));
      assertThat(group.places()).isNotEmpty();
      await().untilAsserted(() -> assertThat(inEach(group)).allMatch(pids -> !pids.isEmpty()));
      assertThat(limits(group)).containsAnyOf("67108864").containsAnyOf("50000", "50000 100000");

      instance.kill();
      instance.exited().get(10, TimeUnit.SECONDS);
      await().untilAsserted(() -> assertThat(cgroups.find(id(instance))).isSameAs(Cgroup.NONE));
    }

    @Test
    void aGrandchildThatLeftTheProcessGroupEndsWithTheInstance() throws Exception {
      Path pid = data.resolve("pid");
      RunningInstance instance =
          start(
              "setsid sh -c 'echo $$ >" + pid + "; exec sleep 100' & sleep 100",
              Resources.UNLIMITED);
      await().until(() -> Files.exists(pid) && Files.size(pid) > 1);
      long daemon = Long.parseLong(Files.readString(pid).trim());
      instance.kill();
      instance.exited().get(10, TimeUnit.SECONDS);

      await().until(() -> !ProcessHandle.of(daemon).map(ProcessHandle::isAlive).orElse(false));
    }

    @Test
    void aProcessThatTakesMoreThanItsLimitIsKilledAndItIsSaid() throws Exception {
      Resources resources = new Resources(24L << 20, 0);
      RunningInstance instance =
          start("exec dd if=/dev/zero of=/dev/null bs=200M count=1", resources);
      Exit exit = instance.exited().get(30, TimeUnit.SECONDS);
      Release release = Bench.release(new Source.Shell("x"), Map.of(), Health.DEFAULT, resources);
      assertThat(exit.signal()).isEqualTo("SIGKILL");
      assertThat(bench.runtime.explain(release, instance, exit))
          .startsWith("out of memory: the kernel killed it at its limit, resources.memory 24 MiB")
          .contains("--memory 48Mi");
    }

    @Test
    void theGroupsAreFoundAgainByTheNextLifeOfThePlatform() throws Exception {
      RunningInstance instance = start("setsid sleep 100 & sleep 100", new Resources(64L << 20, 0));
      var record = new InstanceRecord("orders", id(instance), 1, Bench.TOKEN, instance.mark());
      try (var next = new Bench(data)) {
        RunningInstance adopted = ((Adoption.Runs) next.runtime.adopt(record)).instance();
        adopted.kill();
        adopted.exited().get(10, TimeUnit.SECONDS);
      }
      await().untilAsserted(() -> assertThat(cgroups.find(id(instance))).isSameAs(Cgroup.NONE));
    }

    private String name() {
      return "roadstead-" + Integer.toHexString(data.toString().hashCode());
    }

    private RunningInstance start(String script, Resources resources) throws Exception {
      return bench.start(
          Bench.release(
              new Source.Exec(List.of("/bin/sh", "-c", script)),
              Map.of(),
              Health.DEFAULT,
              resources));
    }

    private String id(RunningInstance instance) {
      return ((ProcessInstance) instance).id();
    }
  }

  /** With a tree of files that looks like version 2; what the kernel would make is there. */
  @Nested
  class WithVersionTwo {
    private Path own;
    private Path self;

    @BeforeEach
    void aTree() throws IOException {
      own = data.resolve("cgroup/system.slice/roadstead.service");
      self = data.resolve("self");
      Files.createDirectories(self);
      write(self.resolve("cgroup"), "0::/system.slice/roadstead.service\n");
      write(
          self.resolve("mountinfo"),
          "24 23 0:22 / /proc rw - proc proc rw\n31 23 0:28 / %s rw - cgroup2 cgroup2 rw\n"
              .formatted(data.resolve("cgroup")));
      group(own, ProcessHandle.current().pid() + "\n");
      group(own.resolve("platform"), "");
      group(own.resolve("rs"), "");
    }

    @Test
    void thePlatformMovesAsideAndPassesTheControllersOn() throws Exception {
      CgroupTree tree = CgroupTree.find(self, "rs");

      assertThat(tree.missing()).isEmpty();
      assertThat(tree.bases()).containsExactly(Map.entry(Role.UNIFIED, own.resolve("rs")));
      assertThat(own.resolve("platform/cgroup.procs"))
          .hasContent(Long.toString(ProcessHandle.current().pid()));
    }

    @Test
    void aGroupWithStrangersInItIsNotDivided() throws Exception {
      write(own.resolve("cgroup.procs"), ProcessHandle.current().pid() + "\n1\n");
      CgroupTree tree = CgroupTree.find(self, "rs");

      assertThat(tree.bases()).isEmpty();
      assertThat(tree.missing()).contains("other processes").contains("Delegate=yes");
    }

    @Test
    void withoutAnyThereAreFlagsOnly() throws Exception {
      write(self.resolve("mountinfo"), "24 23 0:22 / /proc rw - proc proc rw\n");
      CgroupTree tree = CgroupTree.find(self, "rs");

      assertThat(tree.bases()).isEmpty();
      assertThat(tree.missing()).contains("no memory control groups");
    }

    private void group(Path group, String processes) throws IOException {
      Files.createDirectories(group);
      write(group.resolve("cgroup.type"), "domain\n");
      write(group.resolve("cgroup.controllers"), "cpu memory pids\n");
      write(group.resolve("cgroup.subtree_control"), "cpu memory\n");
      write(group.resolve("cgroup.procs"), processes);
    }

    private void write(Path file, String text) throws IOException {
      Files.writeString(file, text);
    }
  }

  private static List<List<Long>> inEach(Cgroup group) throws IOException {
    var all = new ArrayList<List<Long>>();
    for (Path place : group.places()) {
      all.add(CgroupTree.processes(place));
    }
    return all;
  }

  private static List<String> limits(Cgroup group) throws IOException {
    var limits = new ArrayList<String>();
    for (Path place : group.places()) {
      for (String file :
          List.of("memory.max", "memory.limit_in_bytes", "cpu.max", "cpu.cfs_quota_us")) {
        if (Files.exists(place.resolve(file))) {
          limits.add(Files.readString(place.resolve(file)).trim());
        }
      }
    }
    return limits;
  }
}

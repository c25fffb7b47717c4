package io.roadstead.platform.demo.stage;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;

/** A driver to be killed: says the directory and the pids of what it has started, and waits. */
final class AbandonedDriver {
  private AbandonedDriver() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    Workplace workplace = Workplace.in(Path.of(args[0]), new Random());
    Process platform = WorkplaceTest.platform(workplace);
    Process instance = WorkplaceTest.instance(workplace);
    System.out.println(workplace.path() + " " + platform.pid() + " " + instance.pid());
    System.out.flush();
    Map<String, String> environment = System.getenv();
    if (!environment.isEmpty()) {
      new CountDownLatch(1).await();
    }
  }
}

package io.roadstead.it.outside;

import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.it.browser.Chromium;
import io.roadstead.it.browser.Page;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Makes the README's pictures of the console, of the example shop under load: {@code ./mvnw -Pproof
 * -pl it -am verify -Dtest=ConsoleImagesProof -Dsurefire.failIfNoSpecifiedTests=false
 * -Dimages=docs/images}. Without {@code images} they go to {@code it/target/images}.
 */
@Tag("proof")
class ConsoleImagesProof {
  private static final int MOST_BYTES = 150_000;
  private static final Duration BEFORE = Duration.ofSeconds(75);
  private static final String JAVA_OPTIONS =
      "JDK_JAVA_OPTIONS=-XX:+UseSerialGC -XX:TieredStopAtLevel=1";

  @TempDir Path directory;

  @Test
  void picturesOfTheShopUnderLoadAreSmallAndFit() throws Exception {
    Path images =
        Files.createDirectories(
            Launcher.ROOT.resolve(System.getProperty("images", "it/target/images")));
    try (Launcher launcher = new Launcher(directory);
        Chromium chromium = Chromium.start(directory)) {
      Path shop = shop();
      launcher.up();
      deploy(launcher, shop, "payments", "shop-payments-1.jar", "1.0", "2", "/payments");
      deploy(launcher, shop, "catalogue", "shop-catalogue-1.jar", "1.0", "2", "/catalogue");
      deploy(launcher, shop, "orders", "orders-1.jar", "1.0", "1", "/orders");
      deploy(launcher, shop, "storefront", "shop-storefront-1.jar", "1.0", "2", "/");
      try (Shoppers shoppers = new Shoppers("http://" + launcher.gateway())) {
        shoppers.shopFor(BEFORE);
        deploy(launcher, shop, "catalogue", "shop-catalogue-2.jar", "1.1", "2", "/catalogue");
        take(chromium, launcher, shop, images);
      }
    }
    try (var made = Files.list(images)) {
      for (Path image : made.toList()) {
        assertThat(Files.size(image)).as("bytes of %s", image).isLessThan(MOST_BYTES);
      }
    }
  }

  private void take(Chromium chromium, Launcher launcher, Path shop, Path images) throws Exception {
    String console = "http://" + launcher.control();
    Page page = chromium.page(1200, 800);
    page.open(console + "/");
    page.reads("main", "storefront");
    page.until("figures", "document.querySelectorAll('.spark .line').length > 4");
    page.picture(images.resolve("console-overview.png"));

    page.scheme("dark");
    page.open(console + "/services/catalogue");
    page.reads("main", "Instances");
    page.until("figures", "document.querySelectorAll('.chart .line').length > 2");
    page.picture(images.resolve("console-service-dark.png"));

    page.scheme("light");
    page.click("Sign in");
    page.fill("Token", Files.readString(directory.resolve("data/token")).strip());
    page.press("Enter");
    page.until("the dialog to be closed", "document.querySelector('dialog') === null");
    page.open(console + "/services/storefront");
    page.click("Deploy");
    page.fill("Version", "1.1");
    page.choose(shop.resolve("shop-storefront-2.jar"));
    page.click("Deploy");
    page.reads("dialog", "waits for subscribers");
    page.picture(images.resolve("console-deploy.png"));
    page.reads("dialog", "Succeeded");
    page.click("Open the roll-out");
    page.reads("main", "no request in flight");
    page.picture(images.resolve("console-rollout.png"));

    page.size(360, 780);
    page.open(console + "/");
    page.reads("main", "storefront");
    page.until("figures", "document.querySelectorAll('.spark .line').length > 4");
    page.fitsItsWidth();
    page.picture(images.resolve("console-phone.png"));
    page.scheme("dark");
    page.open(console + "/services/catalogue/logs");
    page.reads(".log", "listening");
    page.fitsItsWidth();
    page.picture(images.resolve("console-phone-dark.png"));
    assertThat(page.problems()).isEmpty();
  }

  /** The example shop's jars, in one place. */
  private Path shop() throws IOException {
    Path shop = Files.createDirectory(directory.resolve("shop"));
    for (String module : List.of("plain", "orders")) {
      Path built = Launcher.ROOT.resolve("examples").resolve(module).resolve("target");
      try (var jars = Files.newDirectoryStream(built, "*.jar")) {
        for (Path jar : jars) {
          Files.createSymbolicLink(shop.resolve(jar.getFileName()), jar);
        }
      }
    }
    return shop;
  }

  private static void deploy(
      Launcher launcher,
      Path shop,
      String service,
      String jar,
      String version,
      String replicas,
      String route)
      throws IOException, InterruptedException {
    Launcher.Said said =
        launcher.run(
            "deploy",
            service,
            "--jar",
            shop.resolve(jar).toString(),
            "--version",
            version,
            "--replicas",
            replicas,
            "--route",
            route,
            "--env",
            JAVA_OPTIONS,
            "--wait");
    assertThat(said.exit()).as(said.err()).isZero();
  }

  /** A few callers, one request after another, each with a short pause. */
  private static final class Shoppers implements AutoCloseable {
    private static final int CALLERS = 4;
    private static final long PAUSE_MILLIS = 45;

    private final HttpClient http = HttpClient.newHttpClient();
    private final List<Thread> callers;
    private volatile boolean open = true;

    Shoppers(String shop) {
      callers =
          IntStream.range(0, CALLERS)
              .mapToObj(
                  n ->
                      Thread.ofVirtual()
                          .name("shopper-" + n)
                          .start(
                              () ->
                                  shop(URI.create(shop + (n % 2 == 0 ? "/" : "/catalogue/items")))))
              .toList();
    }

    void shopFor(Duration time) throws InterruptedException {
      callers.getFirst().join(time);
    }

    private void shop(URI uri) {
      HttpRequest request = HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(10)).build();
      while (open) {
        try {
          http.send(request, HttpResponse.BodyHandlers.discarding());
          TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        } catch (IOException e) {
          return;
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
    }

    @Override
    public void close() {
      open = false;
      http.close();
    }
  }
}

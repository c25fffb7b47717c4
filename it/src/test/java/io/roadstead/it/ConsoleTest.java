package io.roadstead.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.it.browser.Chromium;
import io.roadstead.it.browser.Page;
import io.roadstead.platform.HostPort;
import io.roadstead.platform.Platform;
import io.roadstead.platform.PlatformConfig;
import io.roadstead.rollout.Cause;
import io.roadstead.rollout.Health;
import io.roadstead.rollout.Resources;
import io.roadstead.rollout.Rollout;
import io.roadstead.rollout.RolloutPolicy;
import io.roadstead.rollout.ServiceSpec;
import io.roadstead.rollout.Source;
import io.roadstead.rollout.Stages;
import io.roadstead.rollout.Strategy;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The console in a real browser, on a whole platform with real services. One platform for all
 * tests, each of which has a service of its own.
 */
class ConsoleTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  /** What would run, or change the page, if it were ever read as markup. */
  private static final String HOSTILE = "<img src=x onerror=window.hostile=1>\"'><b>";

  private static final List<String> PATHS =
      List.of(
          "/",
          "/services/fitting",
          "/services/fitting/rollouts",
          "/services/fitting/logs",
          "/services/fitting/events",
          "/services/fitting/history",
          "/rollouts",
          "/events",
          "/routes",
          "/subscribers",
          "/services/absent");

  private static final String LIVE = "document.querySelector('[data-state=live]') !== null";

  @TempDir static Path directory;
  private static Chromium chromium;
  private static Platform platform;
  private static String token;
  private Page page;

  @BeforeAll
  static void start() throws IOException {
    chromium = Chromium.start(directory);
    platform = Platform.start(PlatformConfig.local(directory.resolve("data")));
    token = Files.readString(directory.resolve("data/token")).strip();
  }

  @AfterAll
  static void stop() throws InterruptedException {
    if (platform != null) {
      platform.stopServices();
      platform.close();
    }
    if (chromium != null) {
      chromium.close();
    }
  }

  @BeforeEach
  void openPage() {
    page = chromium.page(1280, 900);
  }

  @AfterEach
  void nothingWentWrongOnThePage() {
    List<String> problems = page.problems();
    page.close();
    assertThat(problems).as("errors in the console, violations of the policy").isEmpty();
  }

  @Test
  void whatChangesOutsideAppearsWithoutAReload() throws Exception {
    open("/");
    page.until("the page to be live", LIVE);
    page.eval("window.mark = 1");
    deploy("outside", "one", 1);
    page.reads("main", "outside");
    page.until(
        "it to be ready",
        "[...document.querySelectorAll('tbody tr')].some(r => r.innerText.includes('outside')"
            + " && r.innerText.includes('1 of 1') && r.innerText.includes('Ready'))");
    page.click("outside");
    page.reads("h1", "outside");
    assertThat(page.eval("document.activeElement.localName").asString()).isEqualTo("h1");
    deploy("outside", "two", 2);
    page.reads("main", "2 of 2 instances ready");
    page.reads("main .tag", "two");
    assertThat(page.eval("window.mark").asInt()).as("the page was never loaded again").isEqualTo(1);
  }

  @Test
  void aJarIsDeployedFromThePageAndTheOneBeforeIsRolledBackTo() throws Exception {
    deploy("paged", "one", 1);
    open("/services/paged");
    page.click("Deploy");
    page.fill("Token", "wrong");
    page.press("Enter");
    page.reads("dialog [role=alert]", "this is not the platform's token");
    page.forgive("401");
    page.fill("Token", token);
    page.press("Enter");
    page.fill("Version", "two");
    page.choose(EchoService.jar(directory, "page-two"));
    page.reads("dialog", "goes from one to two");
    page.click("Deploy");
    page.reads("dialog", "Succeeded");
    page.reads("dialog", "no request in flight");
    page.click("Close");
    assertThat(get("/paged")).isEqualTo("page-two");
    assertThat(page.eval("JSON.stringify({...localStorage})").asString())
        .as("the browser keeps no credential")
        .isEqualTo("{}");
    assertThat(page.eval("document.cookie + JSON.stringify({...sessionStorage})").asString())
        .doesNotContain(token);

    page.click("History");
    page.click("Roll back to one");
    page.reads("dialog", "Instances of one will replace those of two");
    page.click("Roll back");
    page.reads("dialog", "Succeeded");
    page.click("Close");
    page.reads("main", "one");
    assertThat(get("/paged")).isEqualTo("one");
  }

  @Test
  void aTrialIsPromotedFromThePageAndGoneBackFromWhileTheOldIsWarm() throws Exception {
    deploy("staged", "one", 1);
    String trial = begin("staged", "two", 1, blueGreenByHand());
    open("/services/staged");
    signIn();
    page.reads("main", "Paused");
    assertThat(get("/staged")).isEqualTo("one");
    page.click("Promote");
    page.reads("dialog", "All requests of staged go to two");
    page.click("Promote it");
    page.reads("dialog", "Succeeded");
    page.click("Close");
    assertThat(platform.deployer().rollout(trial).orElseThrow().state())
        .isEqualTo(Rollout.State.SUCCEEDED);
    assertThat(get("/staged")).isEqualTo("two");
    page.reads("main", "Kept warm");

    page.click("History");
    page.click("Roll back to one");
    page.reads("dialog", "All requests go to one at once");
    page.click("Roll back");
    page.reads("dialog", "Succeeded");
    page.click("Close");
    assertThat(get("/staged")).isEqualTo("one");
  }

  @Test
  void aCanaryIsBegunFromThePageWithStepsOfItsOwn() throws Exception {
    deploy("tried", "one", 1);
    open("/services/tried");
    signIn();
    page.click("Deploy");
    page.fill("Version", "two");
    page.choose(EchoService.jar(directory, "tried-two"));
    page.select("Strategy", "blue-green");
    page.reads("dialog", "all requests go over at once");
    page.select("Strategy", "canary");
    page.reads("dialog", "a growing share of the requests");
    page.fill("Steps", "30% 1h, 10% 1h");
    page.reads("dialog", "Shares grow from step to step: 10 % comes after 30 %.");
    page.fill("Steps", "100%");
    page.reads("dialog", "A step's share is 1 to 99 %, not 100");
    page.fill("Steps", "soon");
    page.reads("dialog", "“soon” is not");
    page.fill("Steps", "10% 25h");
    page.reads("dialog", "A step takes 24h at most, not 25h");
    page.fill("Steps", "10% 1h, 30% for 90s, 60");
    page.select("Promotion", "manual");
    page.reads("dialog", "two gets 10 %, 30 %, 60 % of the requests beside one");
    page.reads("dialog", "then it gets all when somebody promotes it");
    accessible("the dialog of a canary");
    page.click("Deploy");
    page.reads("dialog", "10 % of the requests");
    page.click("Close, it goes on");

    RolloutPolicy policy =
        platform.deployer().service("tried").orElseThrow().release().spec().rollout();
    assertThat(policy.strategy()).isEqualTo(Strategy.CANARY);
    assertThat(policy.stages().byHand()).isTrue();
    assertThat(policy.stages().steps())
        .containsExactly(
            new Stages.Step(10, Duration.ofHours(1)),
            new Stages.Step(30, Duration.ofSeconds(90)),
            new Stages.Step(60, Duration.ofSeconds(30)));
    page.click("Abort");
    page.click("Abort it");
    page.click("Close");
    page.reads("main", "1 of 1 instance ready");
  }

  @Test
  void scaleRestartDrainAndResumeSayWhatHappensAndDoIt() throws Exception {
    deploy("acted", "one", 1);
    open("/services/acted");
    signIn();
    page.click("Scale");
    page.fill("Instances", "2");
    page.reads("dialog", "1 instance of one will be started beside the 1 there is");
    page.click("Scale");
    page.reads("dialog", "Succeeded");
    page.click("Close");
    page.reads("main", "2 of 2 instances ready");

    String instance = platform.deployer().service("acted").orElseThrow().instances().get(0).id();
    page.click("Drain " + instance);
    page.reads("dialog", "A replacement will be started first");
    page.click("Drain");
    page.reads("dialog", "It is being drained");
    page.click("Close");
    page.click("Resume " + instance);
    page.click("Resume");
    page.reads("dialog", "It takes requests again");
    page.click("Close");

    page.click("Restart");
    page.press("Escape");
    page.until("the dialog to be closed", "document.querySelector('dialog') === null");
    assertThat(page.eval("document.activeElement.textContent").asString())
        .as("the focus is where it was")
        .isEqualTo("Restart");
  }

  @Test
  void whatTheApiRefusesIsSaidInItsOwnWords() throws Exception {
    deploy("refused", "one", 1);
    open("/services/refused");
    signIn();
    page.click("Deploy");
    page.fill("Version", "one");
    page.choose(EchoService.jar(directory, "other-bytes"));
    page.click("Deploy");
    page.reads("dialog [role=alert]", "one");
    page.forgive("409");
    page.click("Cancel");
  }

  @Test
  void logsGoOnArePausedAndAreOfOneInstance() throws Exception {
    deploy("logged", "first-words", 1);
    open("/services/logged/logs");
    page.reads(".log", "answers with first-words");
    page.click("Pause");
    deploy("logged", "later-words", 1);
    page.until("new lines to wait", "/paused, \\d+ new line/.test(document.body.innerText)");
    assertThat(page.text(".log")).doesNotContain("later-words");
    page.click("Follow");
    page.reads(".log", "answers with later-words");
    String instance = platform.deployer().service("logged").orElseThrow().instances().get(0).id();
    open("/services/logged/logs?instance=" + instance);
    page.reads(".log", "answers with later-words");
    assertThat(page.text(".log")).doesNotContain("first-words");
  }

  @Test
  void whatServicesSayIsNeverReadAsMarkup() throws Exception {
    deploy("hostile", HOSTILE, 1);
    register("strange", "<svg&onload=window.hostile=2>");
    open("/services/hostile/logs");
    page.reads(".log", HOSTILE);
    // Its last words become the reason of the roll-out and the message of an event.
    assertThat(deploy("hostile", "exit" + HOSTILE, 1).state()).isEqualTo(Rollout.State.ROLLED_BACK);
    open("/services/hostile/rollouts");
    page.reads("main", HOSTILE);
    open("/events");
    page.reads("main", HOSTILE);
    open("/services/strange");
    page.reads("main", "<svg&onload=window.hostile=2>");
    open("/services/x?%3Cimg%20src=x%20onerror=window.hostile=3%3E");
    page.reads("main", "There is no such service now");
    assertThat(page.eval("typeof window.hostile").asString()).isEqualTo("undefined");
    assertThat(page.eval("document.querySelectorAll('main img, main b:not([class])').length"))
        .hasToString("0");
  }

  @Test
  void aLostConnectionIsSaidAndComesBackByItself() throws Exception {
    PlatformConfig config = PlatformConfig.local(directory.resolve("lost"));
    HostPort control;
    try (Platform first = Platform.start(config)) {
      control = first.control();
      page.open("http://" + control + "/");
      page.reads("main", "No services yet");
      page.reads("main", "roadstead deploy orders --jar");
    }
    page.reads(".banner", "Connection to the platform lost");
    page.reads("main", "No services yet");
    page.ignore("ERR_");
    try (Platform _ =
        Platform.start(
            new PlatformConfig(
                config.data(),
                control,
                config.gateway(),
                config.users(),
                config.defaultRoutes(),
                config.insecure()))) {
      page.until("the banner to go", "document.querySelector('.banner') === null");
      page.until("the page to be live", LIVE);
    }
  }

  @Test
  void pagesFitAPhoneAndTheirCoreIsAccessible() throws Exception {
    deploy("fitting", "one", 1);
    page.size(360, 740);
    for (String path : PATHS) {
      open(path);
      page.fitsItsWidth();
    }
    open("/services/fitting");
    page.reads("main", "Specification");
    accessible("/services/fitting");
    page.size(1280, 900);
    page.scheme("dark");
    open("/");
    signIn();
    page.click("Deploy a service");
    page.fill("Service", "new");
    accessible("the dialog, dark");
  }

  @Test
  @Tag("proof")
  void everyPageIsAccessibleInBothSchemesAndWidths() throws Exception {
    deploy("fitting-too", "one", 1);
    for (int width : List.of(360, 1280)) {
      page.size(width, 800);
      for (String scheme : List.of("light", "dark")) {
        page.scheme(scheme);
        for (String path : PATHS) {
          open(path.replace("fitting", "fitting-too"));
          page.fitsItsWidth();
          accessible(path + " at " + width + " in " + scheme);
        }
      }
    }
  }

  /** By axe-core's rules for WCAG 2.1 A and AA, and its best practices. */
  private void accessible(String where) throws IOException {
    page.ignore("Canvas2D"); // how axe-core measures
    page.eval("window.axe ? null : (() => {" + axe() + "})()");
    assertThat(
            page.eval(
                    "axe.run().then(r => r.violations.map(v => v.id + ': ' + v.help + ' ' +"
                        + " v.nodes.map(n => n.html.slice(0, 200)).slice(0, 3).join(' |"
                        + " ')).join('\\n"
                        + "'))")
                .asString())
        .as("accessibility of %s", where)
        .isEmpty();
  }

  private static String axe() throws IOException {
    String path =
        "/META-INF/resources/webjars/axe-core/" + System.getProperty("axe.version") + "/axe.min.js";
    try (InputStream in = ConsoleTest.class.getResourceAsStream(path)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private void open(String path) {
    page.open("http://" + platform.control() + path);
    page.until("the page to know the platform", "document.querySelector('main h1') !== null");
  }

  private void signIn() {
    page.click("Sign in");
    page.fill("Token", token);
    page.press("Enter");
    page.until("to be signed in", "document.body.innerText.includes('Sign out')");
    page.until("the dialog to be closed", "document.querySelector('dialog') === null");
  }

  private static RolloutPolicy blueGreenByHand() {
    RolloutPolicy usual = RolloutPolicy.DEFAULT;
    Stages stages = Stages.DEFAULT;
    return new RolloutPolicy(
        Strategy.BLUE_GREEN,
        usual.surge(),
        usual.unavailable(),
        usual.minReady(),
        usual.drainTimeout(),
        usual.stopTimeout(),
        new Stages(stages.steps(), stages.sampleTimeout(), stages.warm(), true));
  }

  private static Rollout deploy(String service, String word, int replicas) throws Exception {
    String id = begin(service, word, replicas, RolloutPolicy.DEFAULT);
    Optional<Rollout> rollout = platform.deployer().rollout(id);
    while (rollout.isPresent() && !rollout.get().state().ended()) {
      rollout = platform.deployer().await(id, rollout, LONG);
    }
    return rollout.orElseThrow();
  }

  private static String begin(String service, String word, int replicas, RolloutPolicy policy)
      throws Exception {
    ServiceSpec spec =
        new ServiceSpec(
            service,
            new Source.Jar(EchoService.jar(directory, word)),
            word.replaceAll("[^a-z-]", ""),
            replicas,
            List.of(),
            new Health("/health", Duration.ofMillis(50), Duration.ofSeconds(1), LONG),
            Map.of(),
            Resources.UNLIMITED,
            policy);
    return platform.deployer().apply(spec, Cause.by("test")).orElseThrow();
  }

  private static void register(String service, String id) throws Exception {
    String path = "/api/v1/registry/" + service + "/" + id.replace("<", "%3C").replace(">", "%3E");
    send(
        HttpRequest.newBuilder(URI.create("http://" + platform.control() + path))
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/json")
            .PUT(
                HttpRequest.BodyPublishers.ofString(
                    "{\"host\":\"127.0.0.1\",\"port\":9,\"metadata\":{\"zone\":\"<b>zone\"}}")));
  }

  private static String get(String path) throws Exception {
    return send(HttpRequest.newBuilder(URI.create("http://" + platform.gateway() + path)));
  }

  private static String send(HttpRequest.Builder request) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<String> answer =
          client.send(request.timeout(LONG).build(), HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 201);
      return answer.body();
    }
  }
}

package io.roadstead.eureka;

import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.eureka.Conversation.Line;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * The same requests go to Spring's Eureka server and to ours: both give the same answers, but for
 * the {@linkplain Departure departures} that are written down. What conversations leave out is in
 * {@link Conversation}. {@code -Doracle.seeds=4,5} holds other conversations, {@code
 * -Doracle.requests} makes each longer.
 */
@Tag("proof")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class) // the first wants both servers empty
final class OracleProof {
  private static final int REQUESTS = Integer.getInteger("oracle.requests", 500);

  private static Original original;

  private static final Wire ours = new Wire();
  private final Map<Departure, Integer> departures = new EnumMap<>(Departure.class);

  @BeforeAll
  static void start() throws IOException, InterruptedException {
    original = new Original();
  }

  @AfterAll
  static void stop() {
    original.close();
    ours.close();
  }

  @Test
  @Order(1)
  void theOriginalAnswersTheSame() throws IOException, InterruptedException {
    List<Long> seeds = seeds();
    for (int number = 0; number < seeds.size(); number++) {
      converse(seeds.get(number), number);
    }
    assertThat(departures)
        .as("departures met by seeds %s", seeds)
        .containsKeys(Departure.BAD_WORD, Departure.WORD_OF_A_SINGLE_INSTANCE);
  }

  private static List<Long> seeds() {
    String one = System.getProperty("oracle.seed", "1,2,3");
    List<Long> seeds = new ArrayList<>();
    for (String seed : System.getProperty("oracle.seeds", one).split(",", -1)) {
      seeds.add(Long.parseLong(seed.strip()));
    }
    return seeds;
  }

  private void converse(long seed, int number) throws IOException, InterruptedException {
    List<String> different = new ArrayList<>();
    int n = 0;
    int instances = 0;
    for (Line line : new Conversation(seed, number).lines(REQUESTS)) {
      n++;
      ours.pass(Duration.ofMillis(1));
      EurekaResponse theirs = send(line);
      EurekaResponse own = answer(line);
      Decoded their = decoded(theirs);
      Decoded our = decoded(own);
      instances += our.instances().size();
      boolean same = theirs.status() == own.status() && their.equals(our);
      if (!same && !departs(line, theirs, their, own, our)) {
        different.add(
            "%d: %s%n  original %d %s%n  ours     %d %s%s"
                .formatted(
                    n,
                    line,
                    theirs.status(),
                    their.beyond(our),
                    own.status(),
                    our.beyond(their),
                    own.status() >= 300 ? Wire.text(own) : ""));
      }
    }
    assertThat(different).as("seed %s", seed).isEmpty();
    assertThat(instances).as("instances compared, seed %s", seed).isGreaterThan(REQUESTS);
    System.out.printf(
        "%d requests, %d instances compared, departures %s, seed %d%n",
        REQUESTS, instances, departures, seed);
  }

  private static EurekaResponse send(Line line) throws IOException, InterruptedException {
    return original.send(
        line.method(), line.target(), line.body(), line.headers().toArray(String[]::new));
  }

  private EurekaResponse answer(Line line) {
    return ours.send(
        line.method(),
        line.target(),
        line.body().getBytes(StandardCharsets.UTF_8),
        line.headers().toArray(String[]::new));
  }

  /** Errors have no body here and one of the platform's own there: their word is the status. */
  private static Decoded decoded(EurekaResponse answer) {
    return answer.status() < 300 ? Decoded.of(answer) : Decoded.NOTHING;
  }

  private boolean departs(
      Line line, EurekaResponse theirs, Decoded their, EurekaResponse own, Decoded our) {
    boolean badWord = line.target().contains("SLEEPY") || line.target().contains("soon");
    if (badWord && theirs.status() == 500 && own.status() == 400) {
      departures.merge(Departure.BAD_WORD, 1, Integer::sum);
      return true;
    }
    if (their.root().equals("instance")
        && our.withWord("DOWN").equals(their)
        && our.beyond(their).matches(".*\\[<status>(OUT_OF_SERVICE|UNKNOWN)] ")) {
      departures.merge(Departure.WORD_OF_A_SINGLE_INSTANCE, 1, Integer::sum);
      return true;
    }
    return false;
  }

  /** What is wrong with a body, and what each answers. */
  private record Mistake(String what, String type, String body, int theirs, int ours) {}

  private static final String GOOD =
      "{\"instance\":{\"instanceId\":\"b1\",\"hostName\":\"h\",\"app\":\"BAD\",\"ipAddr\":\"1.2.3.4\","
          + "\"status\":\"UP\",\"metadata\":{},\"dataCenterInfo\":{\"@class\":"
          + "\"com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo\",\"name\":\"MyOwn\"}}}";
  private static final String JSON = "application/json";
  private static final String XML = "application/xml";

  private static final List<Mistake> MISTAKES =
      List.of(
          new Mistake("nothing", JSON, GOOD, 204, 204),
          new Mistake("no host", JSON, GOOD.replace("hostName", "host"), 400, 400),
          new Mistake("no address", JSON, GOOD.replace("ipAddr", "ip"), 400, 400),
          new Mistake("no app", JSON, GOOD.replace("\"app\"", "\"application\""), 400, 400),
          new Mistake("another app", JSON, GOOD.replace("BAD", "OTHER"), 400, 400),
          new Mistake("no data centre", JSON, GOOD.replace("dataCenterInfo", "d"), 400, 400),
          new Mistake("cut off", JSON, GOOD.substring(0, 90), 400, 400),
          new Mistake("no root", JSON, "{}", 400, 400),
          new Mistake("no JSON", JSON, "nonsense", 400, 400),
          new Mistake("XML that is none", XML, "<instance", 400, 400),
          new Mistake("an empty instance", XML, "<instance/>", 400, 400),
          new Mistake("a form", "application/x-www-form-urlencoded", "a=b", 415, 415),
          new Mistake("text", "text/plain", GOOD, 415, 415),
          new Mistake("UTF-16", JSON + ";charset=UTF-16", GOOD, 415, 415),
          new Mistake("a sixth word", JSON, GOOD.replace("UP", "SLEEPY"), 204, 400),
          new Mistake("nested metadata", JSON, GOOD.replace("{}", "{\"a\":{\"b\":1}}"), 400, 400),
          new Mistake("a list of metadata", JSON, GOOD.replace("{}", "{\"a\":[1]}"), 204, 400),
          new Mistake("an id with a slash", JSON, GOOD.replace("b1", "b/1"), 204, 400));

  @Test
  @Order(2)
  void theSameMistakesAreRefusedAndMore() throws IOException, InterruptedException {
    for (Mistake mistake : MISTAKES) {
      Line line =
          new Line(
              "POST", "/eureka/apps/BAD", mistake.body(), List.of("Content-Type", mistake.type()));
      assertThat(List.of(send(line).status(), answer(line).status()))
          .as(mistake.what())
          .isEqualTo(List.of(mistake.theirs(), mistake.ours()));
    }
  }

  @Test
  @Order(3)
  void eachDepartureStillOccurs() throws IOException, InterruptedException {
    List<String> gone = new ArrayList<>();
    for (Departure departure : Departure.values()) {
      ours.pass(Duration.ofMillis(1));
      String missing =
          departure.missing(
              asked ->
                  original.send(
                      asked.method(),
                      asked.target(),
                      asked.body(),
                      asked.headers().toArray(String[]::new)),
              asked ->
                  ours.send(
                      asked.method(),
                      asked.target(),
                      asked.body().getBytes(StandardCharsets.UTF_8),
                      asked.headers().toArray(String[]::new)));
      if (!missing.isEmpty()) {
        gone.add(missing);
      }
    }
    assertThat(gone).as("no longer as written in docs/eureka.md").isEmpty();
  }
}

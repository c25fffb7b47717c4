package io.roadstead.eureka;

import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.registry.ManagedInstance;
import io.roadstead.registry.Registration;
import io.roadstead.registry.Status;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

final class EurekaInterfaceTest {
  private static final String ORDERS = "/eureka/apps/ORDERS/o1";

  private final Wire wire = new Wire();

  @AfterEach
  void close() {
    wire.close();
  }

  private static void assertEmpty(EurekaResponse response, int status) {
    assertThat(response.status()).isEqualTo(status);
    assertThat(response.contentType()).isNull();
    assertThat(response.body()).isEmpty();
  }

  private static void assertRefused(EurekaResponse response, int status, String reason) {
    assertThat(response.status()).isEqualTo(status);
    assertThat(response.contentType()).startsWith("text/plain");
    assertThat(Wire.text(response)).contains(reason);
  }

  @Test
  void anInstanceRegistersRenewsAndLeavesWithEmptyAnswers() {
    assertEmpty(wire.post("/eureka/apps/ORDERS", Golden.text("register-spring.json")), 204);
    String path = "/eureka/apps/ORDERS/node-7:orders:8080";
    assertEmpty(wire.put(path + "?status=UP&lastDirtyTimestamp=1790000000111"), 200);
    assertEmpty(wire.put(path.replace(":", "%3A")), 200);
    assertEmpty(wire.put(path.replace("ORDERS", "orders").replace("/eureka", "/v2") + "/"), 200);
    assertEmpty(wire.delete(path), 200);
    assertEmpty(wire.delete(path), 404);
    assertEmpty(wire.put(path), 404);
    assertEmpty(wire.get(path), 404);
  }

  @Test
  void aFullFetchIsWhatTheOriginalWrites() {
    assertThat(Wire.text(wire.get("/eureka/apps/"))).isEqualTo(Golden.wire("empty.json"));
    wire.post("/eureka/apps/ORDERS", Golden.text("register-spring.json"));
    EurekaResponse full = wire.get("/eureka/apps/");
    assertThat(full.contentType()).isEqualTo("application/json");
    assertThat(Wire.text(full)).isEqualTo(Golden.wire("full.json"));
  }

  @Test
  void aDeltaHasTheChangedTheGoneAndTheHashOfAll() {
    wire.post("/eureka/apps/ORDERS", Golden.text("register-spring.json"));
    wire.post("/eureka/apps/web", Golden.text("register-js.json"));
    wire.pass(Duration.ofSeconds(1));
    wire.put("/eureka/apps/ORDERS/node-7:orders:8080/status?value=OUT_OF_SERVICE");
    wire.delete("/eureka/apps/WEB/w1");
    JsonNode delta = Golden.tree(wire.get("/eureka/apps/delta").body());
    JsonNode golden = Golden.tree(Golden.bytes("delta.json"));
    assertThat(delta.at("/applications/application").toString())
        .isEqualTo(golden.at("/applications/application").toString());
    assertThat(delta.at("/applications/apps__hashcode").asString()).isEqualTo("OUT_OF_SERVICE_1_");
  }

  @Test
  void aDeltaForgetsAfterThreeMinutes() {
    wire.register("ORDERS", "o1", "UP", 100);
    wire.pass(Duration.ofSeconds(100));
    wire.register("ORDERS", "o2", "UP", 100);
    wire.pass(Duration.ofSeconds(79));
    assertThat(ids(wire.get("/eureka/apps/delta"))).isEqualTo("o1 o2");
    wire.pass(Duration.ofSeconds(2));
    EurekaResponse delta = wire.get("/eureka/apps/delta");
    assertThat(ids(delta)).isEqualTo("o2");
    assertThat(Wire.text(delta)).contains("\"apps__hashcode\":\"UP_2_\"");
    wire.pass(Duration.ofSeconds(100));
    assertThat(ids(wire.get("/eureka/apps/delta"))).isEmpty();
  }

  @Test
  void aDeltaIsNeverBehindEvenWhereListenersAre() {
    try (Wire late = new Wire(PollerIdentity.NONE, InstanceCredentials.NONE, _ -> {})) {
      late.register("ORDERS", "o1", "UP", 100);
      assertThat(ids(late.get("/eureka/apps/delta"))).isEqualTo("o1");
      late.register("ORDERS", "o2", "UP", 100);
      late.delete(ORDERS);
      assertThat(ids(late.get("/eureka/apps/delta"))).isEqualTo("o2 o1");
    }
  }

  /** What any client does with a delta must end where a full fetch would have brought it. */
  @Test
  void deltasLeadWhereAFullFetchLeads() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    Set<String> view = new TreeSet<>();
    for (int round = 0; round < 40; round++) {
      for (int write = random.nextInt(5); write > 0; write--) {
        String app = "A" + random.nextInt(3);
        String id = "i" + random.nextInt(6);
        switch (random.nextInt(4)) {
          case 0 -> wire.delete("/eureka/apps/" + app + "/" + id);
          case 1 -> wire.put("/eureka/apps/" + app + "/" + id + "/status?value=DOWN");
          default -> wire.register(app, id, "UP", round);
        }
        wire.pass(Duration.ofSeconds(random.nextInt(20)));
      }
      JsonNode delta = Golden.tree(wire.get("/eureka/apps/delta").body());
      applyTo(view, delta);
      JsonNode full = Golden.tree(wire.get("/eureka/apps").body());
      Set<String> fetched = new TreeSet<>();
      applyTo(fetched, full);
      assertThat(view).as("seed %s, round %s", seed, round).isEqualTo(fetched);
      assertThat(delta.at("/applications/apps__hashcode"))
          .as("seed %s, round %s", seed, round)
          .isEqualTo(full.at("/applications/apps__hashcode"));
    }
  }

  private static void applyTo(Set<String> view, JsonNode fetched) {
    for (JsonNode app : fetched.at("/applications/application")) {
      for (JsonNode one : app.get("instance")) {
        String name = app.get("name").asString() + "/" + one.get("instanceId").asString() + "=";
        view.removeIf(known -> known.startsWith(name));
        if (!one.get("actionType").asString().equals("DELETED")) {
          view.add(name + one.get("status").asString());
        }
      }
    }
  }

  @Test
  void aDeltaHoldsAnInstanceOnceHoweverOftenItChanges() {
    wire.register("ORDERS", "o1", "UP", 100);
    wire.delete(ORDERS);
    wire.register("ORDERS", "o1", "STARTING", 101);
    JsonNode delta = Golden.tree(wire.get("/eureka/apps/delta").body());
    assertThat(delta.at("/applications/application").size()).isEqualTo(1);
    assertThat(delta.at("/applications/application/0/instance").size()).isEqualTo(1);
    assertThat(delta.at("/applications/application/0/instance/0/status").asString())
        .isEqualTo("STARTING");
    assertThat(delta.at("/applications/application/0/instance/0/actionType").asString())
        .isEqualTo("ADDED");
  }

  private static String ids(EurekaResponse response) {
    StringBuilder ids = new StringBuilder();
    Golden.tree(response.body())
        .at("/applications/application")
        .forEach(
            app ->
                app.get("instance")
                    .forEach(i -> ids.append(i.get("instanceId").asString()).append(' ')));
    return ids.toString().strip();
  }

  @Test
  void theSmallerReadsAreWrappedAndUnknownIsEmpty() {
    wire.register("ORDERS", "o1", "UP", 100);
    wire.register("STOCK", "s1", "DOWN", 100);
    JsonNode app = Golden.tree(wire.get("/eureka/v2/apps/orders").body());
    assertThat(app.at("/application/name").asString()).isEqualTo("ORDERS");
    assertThat(app.at("/application/instance").isArray()).isTrue();
    assertThat(Wire.text(wire.get("/eureka/instances/s1"))).startsWith("{\"instance\":{");
    assertThat(ids(wire.get("/eureka/vips/all"))).isEqualTo("o1 s1");
    assertThat(Wire.text(wire.get("/eureka/vips/all")))
        .contains("\"apps__hashcode\":\"DOWN_1_UP_1_\"");
    assertThat(ids(wire.get("/eureka/vips/ORDERS"))).isEqualTo("o1");
    assertThat(ids(wire.get("/eureka/svips/s-STOCK"))).isEqualTo("s1");
    EurekaResponse nobody = wire.get("/eureka/vips/orders");
    assertThat(nobody.status()).isEqualTo(200);
    assertThat(Wire.text(nobody)).contains("\"apps__hashcode\":\"\",\"application\":[]");
    assertEmpty(wire.get("/eureka/apps/NONE"), 404);
    assertEmpty(wire.get("/eureka/apps/a%2Fb"), 404);
    assertEmpty(wire.get("/eureka/apps/ORDERS/none"), 404);
    assertEmpty(wire.get("/eureka/instances/none"), 404);
    assertEmpty(wire.get("/eureka/nothing"), 404);
    assertEmpty(wire.get("/elsewhere"), 404);
  }

  @Test
  void newerDataInAHeartbeatAsksForARegistration() {
    wire.register("ORDERS", "o1", "UP", 100);
    assertEmpty(wire.put(ORDERS + "?lastDirtyTimestamp=101"), 404);
    assertEmpty(wire.put(ORDERS + "?lastDirtyTimestamp=100"), 200);
    assertEmpty(wire.put(ORDERS + "?lastDirtyTimestamp=99"), 200);
    assertEmpty(wire.put(ORDERS), 200);
    assertRefused(wire.put(ORDERS + "?lastDirtyTimestamp=x"), 400, "lastDirtyTimestamp 'x'");
  }

  @Test
  void anOverrideHoldsUntilItIsRemoved() {
    wire.register("ORDERS", "o1", "UP", 100);
    assertEmpty(wire.put(ORDERS + "/status?value=OUT_OF_SERVICE&lastDirtyTimestamp=150"), 200);
    assertThat(wire.status("ORDERS", "o1")).isEqualTo("OUT_OF_SERVICE");
    assertThat(wire.field("ORDERS", "o1", "overriddenStatus")).isEqualTo("OUT_OF_SERVICE");
    assertThat(wire.field("ORDERS", "o1", "lastDirtyTimestamp")).isEqualTo("150");
    assertThat(wire.field("ORDERS", "o1", "actionType")).isEqualTo("MODIFIED");
    wire.register("ORDERS", "o1", "UP", 200);
    assertThat(wire.status("ORDERS", "o1")).isEqualTo("OUT_OF_SERVICE");
    assertEmpty(wire.put(ORDERS), 200);
    assertEmpty(wire.delete(ORDERS + "/status?value=UP"), 200);
    assertThat(wire.status("ORDERS", "o1")).isEqualTo("UP");
    assertThat(wire.field("ORDERS", "o1", "overriddenStatus")).isEqualTo("UNKNOWN");
  }

  @Test
  void aRemovedOverrideWithoutAStatusMakesTheClientRegisterAnew() {
    wire.register("ORDERS", "o1", "UP", 100);
    wire.put(ORDERS + "/status?value=OUT_OF_SERVICE&lastDirtyTimestamp=500");
    assertEmpty(wire.delete(ORDERS + "/status"), 200);
    assertThat(wire.status("ORDERS", "o1")).isEqualTo("UNKNOWN");
    assertEmpty(wire.put(ORDERS + "?lastDirtyTimestamp=100"), 404);
    wire.register("ORDERS", "o1", "UP", 100);
    assertThat(wire.status("ORDERS", "o1")).isEqualTo("UP");
    assertEmpty(wire.put(ORDERS + "?lastDirtyTimestamp=100"), 200);
  }

  @Test
  void settingTheStatusThatIsThereStoresNothing() {
    wire.register("ORDERS", "o1", "UP", 100);
    assertEmpty(wire.put(ORDERS + "/status?value=up"), 200);
    assertThat(wire.field("ORDERS", "o1", "overriddenStatus")).isEqualTo("UNKNOWN");
    assertEmpty(wire.delete(ORDERS + "/status?value=DOWN"), 200);
    assertThat(wire.status("ORDERS", "o1")).isEqualTo("UP");
  }

  @Test
  void aCancelTakesTheOverrideAlong() {
    wire.register("ORDERS", "o1", "UP", 100);
    wire.put(ORDERS + "/status?value=OUT_OF_SERVICE");
    wire.delete(ORDERS);
    wire.register("ORDERS", "o1", "UP", 100);
    assertThat(wire.status("ORDERS", "o1")).isEqualTo("UP");
  }

  @Test
  void anImpossibleStatusIsRefusedAndAnUnknownInstanceIsNotFound() {
    wire.register("ORDERS", "o1", "UP", 100);
    assertRefused(wire.put(ORDERS + "/status"), 400, "'value' is missing");
    assertRefused(wire.put(ORDERS + "/status?value=SLEEPY"), 400, "value 'SLEEPY'");
    assertRefused(wire.delete(ORDERS + "/status?value=SLEEPY"), 400, "value 'SLEEPY'");
    assertEmpty(wire.put("/eureka/apps/ORDERS/none/status?value=UP"), 404);
    assertEmpty(wire.delete("/eureka/apps/ORDERS/none/status"), 404);
    assertEmpty(wire.put("/eureka/apps/ORDERS/none/metadata?a=b"), 404);
  }

  @Test
  void metadataIsMerged() {
    wire.register("ORDERS", "o1", "UP", 100);
    assertEmpty(wire.put(ORDERS + "/metadata?zone=z%201&a=1&a=2"), 200);
    assertThat(wire.field("ORDERS", "o1", "metadata/zone")).isEqualTo("z 1");
    assertThat(wire.field("ORDERS", "o1", "metadata/a")).isEqualTo("1");
    assertRefused(wire.put(ORDERS + "/metadata?a=x%01"), 400, "metadata 'a' has U+0001 at 1");
    assertRefused(wire.put(ORDERS + "/metadata?big=" + "x".repeat(5000)), 400, "at most 4096");
    assertThat(wire.field("ORDERS", "o1", "metadata/zone")).isEqualTo("z 1");
  }

  @Test
  void anInstanceThatThePlatformStartedIsAProperEurekaInstance() {
    wire.registry.manage(
        new ManagedInstance("orders", "orders-7x2", "127.0.0.1", 20001, "1.0", 100, Map.of()));
    assertThat(Wire.text(wire.get("/eureka/apps/ORDERS/orders-7x2")))
        .isEqualTo(Golden.wire("managed.json"));
    assertEmpty(wire.put("/eureka/apps/ORDERS/orders-7x2"), 404);
    assertRefused(
        wire.put("/eureka/apps/ORDERS/orders-7x2/status?value=DOWN"), 403, "was started by");
  }

  @Test
  void aStartedInstanceIsFoundUnderItsSpecificationsNameToo() {
    wire.registry.manage(
        new ManagedInstance("orders", "o1", "127.0.0.1", 20001, "1.0", 100, Map.of()));
    wire.register("orders", "o1", "UP", 100);
    assertThat(wire.field("ORDERS", "o1", "vipAddress")).isEqualTo("orders,all");
    assertThat(wire.field("ORDERS", "o1", "secureVipAddress")).isEqualTo("s-orders,orders");
    assertThat(ids(wire.get("/eureka/svips/orders"))).isEqualTo("o1");
  }

  @Test
  void drainingAndStandbyAreOutOfServiceAndSuspectIsUp() {
    wire.register("ORDERS", "o1", "UP", 100);
    wire.registry.mark(Wire.key("orders", "o1"), marks -> marks.withSuspect(true));
    assertThat(wire.status("ORDERS", "o1")).isEqualTo("UP");
    wire.registry.mark(Wire.key("orders", "o1"), marks -> marks.withDraining(true));
    assertThat(wire.status("ORDERS", "o1")).isEqualTo("OUT_OF_SERVICE");
    wire.register("ORDERS", "o1", "UP", 200);
    assertEmpty(wire.put(ORDERS + "?lastDirtyTimestamp=200"), 200);
    assertThat(wire.status("ORDERS", "o1")).isEqualTo("OUT_OF_SERVICE");
    assertThat(Wire.text(wire.get("/eureka/apps/delta")))
        .contains("\"apps__hashcode\":\"OUT_OF_SERVICE_1_\"");
  }

  @Test
  void anInstanceOfTheOwnInterfaceTakesAnOverride() {
    wire.registry.register(
        new Registration(
            "orders",
            "o1",
            "10.0.0.1",
            "",
            8080,
            true,
            Status.UP,
            100,
            Map.of("@class", "evil", "half", "\ud83d"),
            Duration.ofSeconds(60),
            null));
    assertThat(wire.field("ORDERS", "o1", "ipAddr")).isEqualTo("10.0.0.1");
    assertThat(wire.field("ORDERS", "o1", "securePort/$")).isEqualTo("8080");
    assertThat(wire.field("ORDERS", "o1", "leaseInfo/durationInSecs")).isEqualTo("60");
    assertThat(wire.field("ORDERS", "o1", "metadata/@class")).isEmpty();
    assertThat(wire.field("ORDERS", "o1", "metadata/half")).isEqualTo("\ufffd");
    assertEmpty(wire.put(ORDERS), 200);
    assertEmpty(wire.put(ORDERS + "/status?value=DOWN"), 200);
    assertThat(wire.status("ORDERS", "o1")).isEqualTo("DOWN");
  }

  @Test
  void aSingleReadShowsTheLiveLease() {
    wire.register("ORDERS", "o1", "UP", 100);
    wire.pass(Duration.ofSeconds(20));
    wire.put(ORDERS);
    assertThat(wire.field("ORDERS", "o1", "leaseInfo/lastRenewalTimestamp"))
        .isEqualTo(Long.toString(Wire.START_MILLIS + 20_000));
    assertThat(wire.field("ORDERS", "o1", "leaseInfo/registrationTimestamp"))
        .isEqualTo(Long.toString(Wire.START_MILLIS));
  }

  @Test
  void fetchesAreGzippedWhereAcceptedAndTheSameBodyServesAll() {
    wire.register("ORDERS", "o1", "UP", 100);
    EurekaResponse first = wire.get("/eureka/apps", "Accept-Encoding", "gzip, deflate");
    EurekaResponse second = wire.get("/eureka/apps", "Accept-Encoding", "gzip");
    assertThat(first.headers()).containsEntry("Content-Encoding", "gzip");
    assertThat(first.body()).isSameAs(second.body());
    EurekaResponse plain = wire.get("/eureka/apps");
    assertThat(plain.headers()).isEmpty();
    assertThat(Gzip.inflate(first.body(), 100_000)).isEqualTo(plain.body());
    assertThat(wire.get("/eureka/apps/delta", "Accept-Encoding", "gzip").headers())
        .containsEntry("Content-Encoding", "gzip");
    wire.register("ORDERS", "o2", "UP", 100);
    assertThat(ids(wire.get("/eureka/apps"))).isEqualTo("o1 o2");
  }

  /** Compressed piece by piece and taken over from version to version: it must stay one stream. */
  @Test
  void aFetchOfManyIsTheSameInBothForms() {
    for (int i = 0; i < 300; i++) {
      wire.register("APP" + i % 2, "i" + i, "UP", i);
    }
    for (int round = 0; round < 5; round++) {
      wire.put("/eureka/apps/APP1/i" + (2 * round + 1) + "/metadata?round=" + round);
      wire.delete("/eureka/apps/APP0/i" + 10 * round);
      EurekaResponse plain = wire.get("/eureka/apps");
      assertThat(Gzip.inflate(wire.get("/eureka/apps", "Accept-Encoding", "gzip").body(), 1 << 20))
          .isEqualTo(plain.body());
      assertThat(ids(plain).split(" ")).hasSize(299 - round).doesNotHaveDuplicates();
      EurekaResponse delta = wire.get("/eureka/apps/delta");
      assertThat(
              Gzip.inflate(
                  wire.get("/eureka/apps/delta", "Accept-Encoding", "gzip").body(), 1 << 20))
          .isEqualTo(delta.body());
      assertThat(ids(delta).split(" ")).hasSize(300).doesNotHaveDuplicates();
    }
  }

  @Test
  void aGzippedRegistrationIsReadAndABombIsNot() {
    byte[] body = Golden.bytes("register-js.json");
    assertEmpty(
        wire.send("POST", "/eureka/apps/WEB", Golden.gzipped(body), "Content-Encoding", "gzip"),
        204);
    byte[] bomb = Golden.gzipped(new byte[50 * 1024 * 1024]);
    assertRefused(
        wire.send("POST", "/eureka/apps/WEB", bomb, "Content-Encoding", "gzip"),
        400,
        "larger than 1048576 bytes");
    Arrays.fill(bomb, bomb.length - Integer.BYTES, bomb.length, (byte) 0); // says that it is empty
    assertRefused(
        wire.send("POST", "/eureka/apps/WEB", bomb, "Content-Encoding", "gzip"),
        400,
        "larger than 1048576 bytes");
    assertRefused(
        wire.send("POST", "/eureka/apps/WEB", body, "Content-Encoding", "gzip"), 400, "not gzip");
    assertRefused(
        wire.send("POST", "/eureka/apps/WEB", body, "Content-Encoding", "br"), 400, "'br'");
  }

  @Test
  void aBodyBeyondTheLimitOrOfAnotherTypeIsRefused() {
    assertRefused(
        wire.post("/eureka/apps/WEB", " ".repeat(1024 * 1024 + 1)),
        400,
        "1048577 bytes, at most 1048576");
    assertRefused(
        wire.post("/eureka/apps/WEB", "a=b", "Content-Type", "application/x-www-form-urlencoded"),
        415,
        "send application/json or application/xml");
    assertRefused(
        wire.post("/eureka/apps/WEB", Golden.text("register-js.json"), "Content-Type", ""),
        415,
        "no Content-Type");
    assertRefused(
        wire.post("/eureka/apps/WEB", "{}", "Content-Type", "application/json;charset=\"UTF-16\""),
        415,
        "charset 'utf-16'");
    byte[] latin =
        Golden.text("register-js.json")
            .replace("\"web\",\"d", "\"wéb\",\"d")
            .getBytes(StandardCharsets.ISO_8859_1);
    assertEmpty(
        wire.send(
            "POST",
            "/eureka/apps/WEB",
            latin,
            "Content-Type",
            "application/json;charset=ISO-8859-1"),
        204);
  }

  @ParameterizedTest
  @ValueSource(strings = {"PATCH", "POST", "OPTIONS"})
  void anotherMethodIsNotAllowed(String method) {
    assertEmpty(wire.send(method, ORDERS, new byte[0]), 405);
    assertThat(wire.send(method, ORDERS, new byte[0]).headers())
        .containsEntry("Allow", "GET, PUT, DELETE");
  }

  @Test
  void whatBelongsToPeersAndGroupsIsRefusedWithAReason() {
    assertRefused(wire.post("/eureka/peerreplication/batch/", "{}"), 403, "no peers");
    assertRefused(wire.put("/eureka/asg/a/status?value=ENABLED"), 400, "autoscaling");
  }

  @Test
  void aHeadHasNoBodyAndIsNoFetch() {
    EurekaResponse head = wire.send("HEAD", "/eureka/apps", new byte[0]);
    assertEmpty(head, 200);
    assertThat(wire.subscribers.list()).isEmpty();
  }

  @Test
  void anAppCalledDeltaIsReadInUpperCase() {
    wire.register("DELTA", "d1", "UP", 100);
    assertThat(Wire.text(wire.get("/eureka/apps/DELTA"))).startsWith("{\"application\":");
    assertThat(Wire.text(wire.get("/eureka/apps/delta"))).startsWith("{\"applications\":");
  }

  /** Nobody climbs out of the interface, and an id that cannot be is simply not there. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "/eureka/apps/ORDERS/..",
        "/eureka/apps/ORDERS/%2e%2e%2f%2e%2e",
        "/eureka/apps/ORDERS/o1%2Fstatus",
        "/eureka/apps/ORDERS/o1%00",
        "/eureka/apps/ORDERS/o1%0a",
        "/eureka/apps/ORDERS/o1;a=b",
        "/eureka/apps/../v2/apps/ORDERS/o1",
        "/eureka/apps/ORDERS%2Fo1",
        "/eureka/apps/%4FRDERS/%6F2",
        "/v2/../../etc/passwd",
        "/eureka/instances/%252e"
      })
  void aTrickInAPathLeadsNowhere(String path) {
    wire.register("ORDERS", "o1", "UP", 100);
    assertEmpty(wire.get(path), 404);
    assertThat(wire.put(path).status()).isIn(404, 405);
    assertThat(wire.delete(path).status()).isIn(404, 405);
    assertThat(wire.status("ORDERS", "o1")).isEqualTo("UP");
  }

  @Test
  void aLongOrBrokenIdIsRefused() {
    assertEmpty(wire.put("/eureka/apps/ORDERS/" + "i".repeat(300)), 404);
    assertRefused(wire.put("/eureka/apps/ORDERS/o%zz"), 400, "without two hexadecimal digits");
    assertRefused(wire.put("/eureka/apps/ORDERS/o%ff"), 400, "is not UTF-8");
    assertRefused(wire.register("ORDERS", "i".repeat(256), "UP", 1), 400, "1 to 255 printable");
    assertRefused(wire.register("ORDERS", "../o1", "UP", 1), 400, "instance id '../o1'");
    assertRefused(wire.register("or%2Fders", "o1", "UP", 1), 400, "'or%2Fders'");
  }

  @Test
  void aBodyInAnotherCharacterSetThanItSaysIsRefused() {
    byte[] latin =
        Golden.text("register-js.json")
            .replace("localhost", "l\u00f6calhost")
            .getBytes(StandardCharsets.ISO_8859_1);
    assertRefused(wire.send("POST", "/eureka/apps/WEB", latin), 400, "is not UTF-8");
    byte[] wide = Golden.text("register-js.json").getBytes(StandardCharsets.UTF_16);
    assertRefused(wire.send("POST", "/eureka/apps/WEB", wide), 400, "is not UTF-8");
    assertRefused(
        wire.post("/eureka/apps/WEB", "[" + "1,".repeat(20_000) + "1]"), 400, "out of bounds");
  }
}

package io.roadstead.eureka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.roadstead.registry.Registration;
import io.roadstead.registry.Status;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class InstanceReaderTest {
  private static final long NOW = 1_790_000_000_500L;

  private static Registration read(String app, String body) {
    return read(app, body.getBytes(StandardCharsets.UTF_8), "application/json");
  }

  private static Registration read(String app, byte[] body, String type) {
    EurekaRequest request =
        new EurekaRequest(
            "POST",
            "/eureka/apps/" + app,
            "",
            name -> name.equals("Content-Type") ? type : null,
            "127.0.0.1",
            body);
    return InstanceReader.read(app, RequestBody.tree(request), NOW);
  }

  private static EurekaInfo info(Registration registration) {
    assertThat(registration.attachment()).isInstanceOf(EurekaInfo.class);
    return registration.attachment() instanceof EurekaInfo info ? info : never();
  }

  private static EurekaInfo never() {
    throw new AssertionError();
  }

  @Test
  void whatSpringSendsIsRead() {
    Registration read = read("orders", Golden.text("register-spring.json"));
    assertThat(read.service()).isEqualTo("orders");
    assertThat(read.id()).isEqualTo("node-7:orders:8080");
    assertThat(read.host()).isEqualTo("node-7.example.internal");
    assertThat(read.ipAddress()).isEqualTo("10.20.0.7");
    assertThat(read.port()).isEqualTo(8080);
    assertThat(read.secure()).isFalse();
    assertThat(read.status()).isEqualTo(Status.UP);
    assertThat(read.lease()).isEqualTo(Duration.ofSeconds(90));
    assertThat(read.metadata()).isEqualTo(Map.of("zone", "z1", "management.port", "8081"));
    assertThat(info(read).lastDirtyMillis()).isEqualTo(1_790_000_000_111L);
    assertThat(info(read).healthCheckUrl())
        .isEqualTo("http://node-7.example.internal:8080/actuator/health");
    assertThat(info(read).asgName()).isNull();
  }

  @Test
  void theLeastThatJavaScriptSendsIsEnough() {
    Registration read = read("WEB", Golden.text("register-js.json"));
    assertThat(read.port()).isEqualTo(5050);
    assertThat(read.lease()).isEqualTo(Duration.ofSeconds(90));
    assertThat(info(read).renewalIntervalSeconds()).isEqualTo(30);
    assertThat(info(read).securePort()).isEqualTo(7002);
    assertThat(info(read).lastDirtyMillis()).isEqualTo(NOW);
  }

  @Test
  void pythonsEmptyOverrideAndNumbersAsTextAreRead() {
    Registration read = read("STOCK", Golden.text("register-python.json"));
    assertThat(read.port()).isEqualTo(9000);
    assertThat(info(read).overriddenStatus()).isEqualTo(EurekaStatus.UNKNOWN);
    assertThat(info(read).lastDirtyMillis()).isEqualTo(1_790_000_000_222L);
  }

  /** A registration where one field is replaced; {@code null} takes the field out. */
  private static String with(String field, String json) {
    String[][] fields = {
      {"app", "\"WEB\""},
      {"instanceId", "\"w1\""},
      {"hostName", "\"h\""},
      {"ipAddr", "\"127.0.0.1\""},
      {"status", "\"UP\""},
      {"port", "{\"$\":5050,\"@enabled\":true}"},
      {"dataCenterInfo", "{\"name\":\"MyOwn\"}"},
      {"metadata", "{}"}
    };
    StringBuilder body = new StringBuilder("{\"instance\":{\"extra\":[1]");
    boolean replaced = false;
    for (String[] one : fields) {
      boolean here = one[0].equals(field);
      replaced |= here;
      if (!here || !json.equals("-")) {
        body.append(",\"").append(one[0]).append("\":").append(here ? json : one[1]);
      }
    }
    if (!replaced) {
      body.append(",\"").append(field).append("\":").append(json);
    }
    return body.append("}}").toString();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "hostName|-|hostName is missing",
        "hostName|\" \"|hostName is missing",
        "hostName|{\"a\":1}|hostName is an object",
        "ipAddr|-|ipAddr is missing",
        "ipAddr|\"1 2\"|ipAddr '1 2'",
        "app|-|app is missing",
        "app|\"OTHER\"|app 'OTHER' in the body differs from 'WEB' in the path",
        "instanceId|\"a/b\"|instance id 'a/b'",
        "dataCenterInfo|-|dataCenterInfo is missing",
        "dataCenterInfo|{}|dataCenterInfo.name is missing",
        "dataCenterInfo|{\"name\":\"Mars\"}|dataCenterInfo.name 'Mars'",
        "dataCenterInfo|[]|dataCenterInfo is a list",
        "status|\"SLEEPY\"|status 'SLEEPY'",
        "overriddenstatus|\"SLEEPY\"|overriddenstatus 'SLEEPY'",
        "metadata|{\"a\":{\"b\":1}}|metadata 'a' is an object",
        "metadata|{\"a\":[1]}|metadata 'a' is a list",
        "port|{\"$\":70000}|port 70000 is outside",
        "port|{\"$\":0}|port 0 is outside",
        "port|{\"$\":\"x\"}|port 'x' is not a whole number",
        "port|{\"$\":1,\"@enabled\":\"maybe\"}|port 'maybe' is neither true nor false",
        "port|8080|port is a value, not an object",
        "lastDirtyTimestamp|\"soon\"|lastDirtyTimestamp 'soon'",
        "leaseInfo|{\"durationInSecs\":{}}|leaseInfo.durationInSecs an object"
      })
  void whatAStrictClientCouldNotReadBackIsRefusedByName(String field, String json, String message) {
    assertThatThrownBy(() -> read("WEB", with(field, json)))
        .isInstanceOf(BadRequest.class)
        .hasMessageContaining(message);
  }

  /** JSON holds them escaped, XML cannot, and UTF-8 cannot hold half a pair. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "hostName|\"a\\uffffb\"|hostName has U+FFFF at 1",
        "instanceId|\"a\\ufffe\"|instanceId has U+FFFE at 1",
        "vipAddress|\"a\\u0000\"|vipAddress has U+0000 at 1",
        "secureVipAddress|\"\\u000b\"|secureVipAddress has U+000B at 0",
        "homePageUrl|\"\\u001b[2J\"|homePageUrl has U+001B at 0",
        "healthCheckUrl|\"\\u0008\"|healthCheckUrl has U+0008",
        "appGroupName|\"\\ud83d\"|appGroupName has U+D83D at 0",
        "asgName|\"\\ude00\\ud83d\"|asgName has U+DE00 at 0",
        "sid|\"a\\ud83d\"|sid has U+D83D at 1",
        "metadata|{\"a\\u0007\":\"x\"}|a key of metadata has U+0007 at 1",
        "metadata|{\"a\":\"x\\udc00\"}|metadata 'a' has U+DC00 at 1",
        "dataCenterInfo|{\"name\":\"Amazon\",\"metadata\":{\"k\":\"\\u0001\"}}|dataCenterInfo.metadata"
            + " 'k'"
      })
  void whatAnXmlReaderCouldNotReadBackIsRefusedByName(String field, String json, String message) {
    assertThatThrownBy(() -> read("WEB", with(field, json)))
        .isInstanceOf(BadRequest.class)
        .hasMessageContaining(message);
  }

  @Test
  void pairsAndEndsOfLinesAreText() {
    Registration read =
        read("WEB", with("metadata", "{\"😀\":\"a\\tb\\r\\nc\\ud83d\\ude00\\u0085\"}"));
    assertThat(read.metadata()).isEqualTo(Map.of("😀", "a\tb\r\nc😀\u0085"));
  }

  @Test
  void whatIsNotAnInstanceIsRefused() {
    assertThatThrownBy(() -> read("WEB", "")).hasMessageContaining("empty");
    assertThatThrownBy(() -> read("WEB", "nonsense")).hasMessageContaining("not JSON");
    assertThatThrownBy(() -> read("WEB", "{\"instance\":{")).hasMessageContaining("not JSON");
    assertThatThrownBy(() -> read("WEB", "{} {}")).hasMessageContaining("not JSON");
    assertThatThrownBy(() -> read("WEB", "[]")).hasMessageContaining("no 'instance'");
    assertThatThrownBy(() -> read("WEB", "{\"app\":\"WEB\"}"))
        .hasMessageContaining("no 'instance'");
    assertThatThrownBy(
            () -> read("WEB", "{\"instance\":" + "[".repeat(5000) + "]".repeat(5000) + "}"))
        .isInstanceOf(BadRequest.class)
        .hasMessageContaining("nesting 16");
    assertThatThrownBy(() -> read("WEB", with("hostName", "\"" + "h".repeat(3000) + "\"")))
        .hasMessageContaining("hostName has 3000 characters, at most 2048");
    assertThatThrownBy(() -> read("WEB", with("asgName", "\"" + "h".repeat(70_000) + "\"")))
        .hasMessageContaining("out of bounds");
  }

  @Test
  void aStatusIsReadInAnyCaseAndMissingMeansUp() {
    assertThat(read("WEB", with("status", "\"out_of_service\"")).status())
        .isEqualTo(Status.OUT_OF_SERVICE);
    assertThat(read("WEB", with("status", "-")).status()).isEqualTo(Status.UP);
  }

  @Test
  void onlyASecurePortMakesTheInstanceSecure() {
    Registration read =
        read(
            "WEB",
            with("port", "{\"$\":80,\"@enabled\":\"false\"}")
                .replace(
                    "\"metadata\"", "\"securePort\":{\"$\":8443,\"@enabled\":true},\"metadata\""));
    assertThat(read.secure()).isTrue();
    assertThat(read.port()).isEqualTo(8443);
  }

  @Test
  void aPortIsOnAndASecurePortOffWhereNothingIsSaid() {
    EurekaInfo info =
        info(
            read(
                "WEB",
                with("port", "{\"$\":5050}")
                    .replace("\"status\"", "\"securePort\":{\"$\":443},\"status\"")));
    assertThat(info.portEnabled()).isTrue();
    assertThat(info.securePortEnabled()).isFalse();
    assertThat(info.securePort()).isEqualTo(443);
  }

  @ParameterizedTest
  @ValueSource(ints = {70_000, -2, 65_536})
  void aPortThatIsNotUsedHasTheSameRange(int port) {
    String body =
        with("port", "{\"$\":5050}")
            .replace("\"status\"", "\"securePort\":{\"$\":" + port + "},\"status\"");
    assertThatThrownBy(() -> read("WEB", body))
        .hasMessageContaining("securePort " + port + " is outside");
  }

  @Test
  void metadataIsTakenAsTextAndItsClassLeftOut() {
    Registration read =
        read("WEB", with("metadata", "{\"@class\":\"x\",\"n\":7,\"b\":true,\"none\":null}"));
    assertThat(read.metadata()).isEqualTo(Map.of("n", "7", "b", "true"));
  }

  @Test
  void aMissingIdFallsBackToAmazonsThenToTheHost() {
    assertThat(read("WEB", with("instanceId", "-")).id()).isEqualTo("h");
    assertThat(
            read(
                    "WEB",
                    with(
                            "dataCenterInfo",
                            "{\"name\":\"Amazon\",\"metadata\":{\"instance-id\":\"i-1\"}}")
                        .replace("\"instanceId\":\"w1\",", ""))
                .id())
        .isEqualTo("i-1");
  }

  @Test
  void aLeaseOfMoreThanAnHourIsAnHour() {
    assertThat(read("WEB", with("leaseInfo", "{\"durationInSecs\":86400}")).lease())
        .isEqualTo(Duration.ofHours(1));
    assertThat(read("WEB", with("leaseInfo", "{\"durationInSecs\":-1}")).lease())
        .isEqualTo(Duration.ofSeconds(90));
  }

  @Test
  void latin1IsReadWhereTheTypeSaysSo() {
    Registration read =
        read(
            "WEB",
            with("metadata", "{\"owner\":\"Jürgen\"}").getBytes(StandardCharsets.ISO_8859_1),
            "application/json; charset=ISO-8859-1");
    assertThat(read.metadata()).containsEntry("owner", "Jürgen");
  }
}

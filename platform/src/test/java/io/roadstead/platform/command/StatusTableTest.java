package io.roadstead.platform.command;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class StatusTableTest {
  @Test
  void aReasonIsToldWithoutWhatTheInstanceWrote() {
    assertThat(
            StatusText.brief(
                "a-1: ended before it was available: exit code 3; it last wrote: oh no | again"))
        .isEqualTo("a-1: ended before it was available: exit code 3");
  }

  @Test
  void aLongReasonIsCutToOneShortLine() {
    assertThat(StatusText.brief("word ".repeat(100) + "\nsecond line"))
        .hasSizeLessThanOrEqualTo(80)
        .endsWith("word…");
    assertThat(StatusText.brief("a line\nsecond line")).isEqualTo("a line");
    assertThat(StatusText.brief("")).isEmpty();
  }

  private static final String INSTANCE =
      """
      {"id": "storefront-%d-7f3a2c", "service": "storefront", "version": "12.0",
       "phase": "available", "host": "127.0.0.1", "port": 2000%d, "pid": 123456,
       "ageMillis": 63000, "restarts": %d, "inFlight": 3, "recent": {"requestsPerSecond": 130.4,
       "errorShare": 0.0004, "clientErrorShare": 0, "p50Millis": 3.1, "p99Millis": 1234.5}}
      """;

  private static JsonNode storefront(int restarts) {
    return JsonMapper.shared()
        .readTree(
            """
            {"name": "storefront", "version": "12.0", "ready": 2, "desired": 2,
             "routes": [{"host": "", "path": "/"}, {"host": "shop.example", "path": "/"}],
             "recent": {"requestsPerSecond": 260.8, "errorShare": 0.004, "p99Millis": 12.4},
             "rollout": {"state": "running",
               "steps": [{"name": "drain", "state": "running", "detail": "1 of 2 confirmed"}]},
             "instances": [%s, %s]}
            """
                .formatted(INSTANCE.formatted(1, 1, 0), INSTANCE.formatted(2, 2, restarts)));
  }

  @Test
  void ofAServiceThatRegisteredItselfNoNumberIsWanted() {
    ObjectNode service = (ObjectNode) storefront(0);
    assertThat(StatusText.of(service)).contains("2/2");
    assertThat(StatusText.of(service.put("managed", false).put("desired", 0)))
        .doesNotContain("2/0");
  }

  @Test
  void aServicesLoadIsInItsRowAndThatOfItsInstancesBelow() {
    String text = StatusText.of(storefront(0));
    assertThat(text)
        .contains("261", "0.4%", "12ms", "/, shop.example/", "running")
        .contains("storefront: running: drain, 1 of 2 confirmed")
        .contains("130", "<0.1%", "1.2s", "available");
    assertThat(text.lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
    assertThat(StatusText.of(storefront(1))).contains("available, 1 restart");
  }

  @Test
  void howAServicesRequestsAreSharedIsToldBelowTheTable() {
    ObjectNode service = (ObjectNode) storefront(0);
    service.putObject("split").put("11.9", 90).put("12.0", 10);
    assertThat(StatusText.of(service)).contains("storefront: split: 11.9 90 %, 12.0 10 %\n");
  }

  @Test
  void ofInstancesItIsToldWhereTheyRun() {
    String text = StatusText.instances(storefront(0).path("instances"));
    assertThat(text.lines().skip(1))
        .allSatisfy(line -> assertThat(line).contains("127.0.0.1:2000", "123456", "130", "1.2s"));
    assertThat(text).doesNotContain("SERVICE");
  }

  @Test
  void figuresThatNobodyKnowsAreDashesAndNotZeros() {
    JsonMapper json = JsonMapper.shared();
    JsonNode silent = json.readTree("{}");
    assertThat(Lately.perSecond(silent)).isEqualTo("-");
    assertThat(Lately.p99(silent)).isEqualTo("-");
    JsonNode idle =
        json.readTree(
            "{\"recent\": {\"requestsPerSecond\": 0, \"errorShare\": 0, \"p99Millis\": null}}");
    assertThat(Lately.perSecond(idle)).isEqualTo("0");
    assertThat(Lately.errorShare(idle)).isEqualTo("-");
    assertThat(Lately.p99(idle)).isEqualTo("-");
  }

  @Test
  void whatIsWatchedIsTheSameWhereOnlyTheLoadDiffers() {
    JsonNode before = storefront(0);
    ObjectNode after = (ObjectNode) storefront(0);
    after.withObject("recent").put("requestsPerSecond", 99_000).put("p99Millis", 0.4);
    assertThat(StatusText.of(after)).isNotEqualTo(StatusText.of(before));
    assertThat(StatusText.still(StatusText.of(after)))
        .isEqualTo(StatusText.still(StatusText.of(before)));
    after.put("ready", 1);
    assertThat(StatusText.still(StatusText.of(after)))
        .isNotEqualTo(StatusText.still(StatusText.of(before)));
  }

  @Test
  void aPlatformWithoutAGatewayThatKeepsUpIsTold() {
    JsonMapper json = JsonMapper.shared();
    String watch = "{\"kind\":\"watch\",\"lagging\":false}";
    String lagging = "{\"kind\":\"gateway\",\"lagging\":true}";
    String well = "{\"kind\":\"gateway\",\"lagging\":false}";
    assertThat(ReadingCommands.Status.hasGateway(json.readTree("[]"))).isFalse();
    assertThat(ReadingCommands.Status.hasGateway(json.readTree("[" + watch + "," + lagging + "]")))
        .isFalse();
    assertThat(ReadingCommands.Status.hasGateway(json.readTree("[" + watch + "," + well + "]")))
        .isTrue();
  }

  @Test
  void theLastLineOfAWaitSaysTheStateOnce() {
    assertThat(Waiting.ending("failed")).isEqualTo("failed");
    assertThat(Waiting.ending("rolled-back")).isEqualTo("ended rolled-back");
  }
}

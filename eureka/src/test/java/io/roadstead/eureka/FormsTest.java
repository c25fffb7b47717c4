package io.roadstead.eureka;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The four forms against what Spring's server 5.0.2 (eureka-core 2.0.6) answered to the same
 * registrations. In the files under {@code original/} only the times were set to the test's, the
 * keys of metadata sorted, and the version -1 of lookups by address made 1.
 */
final class FormsTest {
  private static final String JSON = "application/json";

  private final Wire wire = new Wire();

  @BeforeEach
  void register() {
    wire.post("/eureka/apps/ODD", Golden.text("register-odd.json"));
    wire.post("/eureka/apps/ORDERS", Golden.text("register-spring.json"));
  }

  @AfterEach
  void close() {
    wire.close();
  }

  private static String original(String file) {
    return Golden.text("original/" + file);
  }

  private String get(String target, String accept, String compact) {
    EurekaResponse response = wire.get(target, "Accept", accept, "X-Eureka-Accept", compact);
    assertThat(response.status()).isEqualTo(200);
    assertThat(response.contentType())
        .isEqualTo(accept.contains("json") ? JSON : "application/xml");
    return Wire.text(response);
  }

  @ParameterizedTest
  @CsvSource({
    "/eureka/apps/ODD, odd",
    "/eureka/vips/orders, orders",
    "/eureka/vips/nobody, nobody"
  })
  void everyFormIsWrittenAsTheOriginalWritesIt(String path, String file) {
    assertThat(unversioned(get(path, JSON, ""))).isEqualTo(original(file + ".json"));
    assertThat(unversioned(get(path, "application/xml", ""))).isEqualTo(original(file + ".xml"));
    assertThat(unversioned(get(path, JSON, "compact"))).isEqualTo(original(file + ".compact.json"));
    assertThat(unversioned(get(path, "", "compact"))).isEqualTo(original(file + ".compact.xml"));
  }

  private static String unversioned(String body) {
    return body.replaceAll("(versions__delta(>|\":\"))\\d+", "$11");
  }

  /** It says DOWN of whatever is out of service, in XML and of single instances only. */
  @Test
  void aSingleInstanceIsNeverCompactAndKeepsItsStatusInXml() {
    String path = "/eureka/apps/ODD/o1";
    String xml = original("odd-instance.xml").replace("<status>DOWN<", "<status>OUT_OF_SERVICE<");
    assertThat(get(path, "", "")).isEqualTo(xml);
    assertThat(get("/eureka/instances/o1", "", "compact")).isEqualTo(xml);
    assertThat(get(path, JSON, "compact")).isEqualTo(original("odd-instance.json"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "*/*", "application/xml", "text/html, */*;q=0.1", "text/plain"})
  void whoeverDoesNotNameJsonGetsXml(String accept) {
    assertThat(get("/eureka/apps", accept, "")).startsWith("<applications>\n  <versions__delta>");
    assertThat(get("/eureka/apps/delta", accept, "COMPACT")).startsWith("<applications><appl");
    assertThat(get("/eureka/apps", accept, "tiny")).isEqualTo(get("/eureka/apps", accept, "full"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"application/json", "application/*+json, */*", "text/JSON;q=0.1"})
  void whoeverNamesJsonGetsIt(String accept) {
    assertThat(wire.get("/eureka/apps", "Accept", accept, "X-Eureka-Accept", "").contentType())
        .isEqualTo(JSON);
  }

  @Test
  void aDeltaHasTheSameInstancesInEveryForm() {
    wire.delete("/eureka/apps/ODD/o1");
    for (String path : new String[] {"/eureka/apps/delta", "/eureka/apps"}) {
      String xml = get(path, "", "");
      assertThat(xml).contains("<apps__hashcode>UP_1_</apps__hashcode>");
      assertThat(xml.endsWith("</applications>")).isTrue();
      String compact = get(path, JSON, "compact");
      assertThat(compact).endsWith("\"versions__delta\":\"3\",\"apps__hashcode\":\"UP_1_\"}}");
      boolean delta = path.endsWith("delta");
      for (String body :
          new String[] {xml, compact, get(path, JSON, ""), get(path, "", "compact")}) {
        assertThat(body.contains("DELETED")).as("%s: %s", path, body).isEqualTo(delta);
        assertThat(body).contains("node-7:orders:8080");
      }
    }
  }

  @Test
  void everyFormIsMadeOnceAndCompressedWhereThatIsAccepted() {
    for (String path : new String[] {"/eureka/apps", "/eureka/apps/delta"}) {
      for (String accept : new String[] {JSON, "application/xml"}) {
        for (String compact : new String[] {"full", "compact"}) {
          String[] headers = {
            "Accept", accept, "X-Eureka-Accept", compact, "Accept-Encoding", "gzip"
          };
          EurekaResponse gzip = wire.get(path, headers);
          assertThat(gzip.headers()).isEqualTo(Map.of("Content-Encoding", "gzip"));
          assertThat(wire.get(path, headers).body()).isSameAs(gzip.body());
          assertThat(new String(Gzip.inflate(gzip.body(), 1 << 20), StandardCharsets.UTF_8))
              .isEqualTo(get(path, accept, compact));
        }
      }
    }
  }

  @Test
  void smallerReadsAreCompressedToo() {
    EurekaResponse gzip = wire.get("/eureka/apps/ODD", "Accept", "", "Accept-Encoding", "gzip");
    assertThat(gzip.contentType()).isEqualTo("application/xml");
    assertThat(gzip.headers()).containsEntry("Content-Encoding", "gzip");
    assertThat(new String(Gzip.inflate(gzip.body(), 1 << 20), StandardCharsets.UTF_8))
        .isEqualTo(original("odd.xml"));
  }
}

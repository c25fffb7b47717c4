package io.roadstead.eureka;

import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.registry.Registration;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Registrations in XML: the same rules as in JSON, and a parser that nobody can lead astray. */
final class XmlRegistrationTest {
  private final Wire wire = new Wire();

  @AfterEach
  void close() {
    wire.close();
  }

  private EurekaResponse post(String body) {
    return wire.post("/eureka/apps/ORDERS", body, "Content-Type", "application/xml");
  }

  private void assertRefused(EurekaResponse response, String reason) {
    assertThat(Wire.text(response)).contains(reason);
    assertThat(response.status()).isEqualTo(400);
    assertThat(response.contentType()).startsWith("text/plain");
    assertThat(wire.registry.snapshot().services()).isEmpty();
  }

  @Test
  void aRegistrationIsTheSameInXmlAndInJson() {
    Registration xml = read("register.xml", "application/xml; charset=UTF-8");
    assertThat(xml).isEqualTo(read("register-spring.json", "application/json"));
    assertThat(read("register.xml", "text/xml")).isEqualTo(xml);
    assertThat(post(Golden.text("register.xml")).status()).isEqualTo(204);
    assertThat(Wire.text(wire.get("/eureka/vips/orders", "Accept", "")))
        .isEqualTo(Golden.text("original/orders.xml"));
  }

  private static Registration read(String file, String type) {
    return InstanceReader.read(
        "ORDERS",
        RequestBody.tree(
            new EurekaRequest(
                "POST",
                "/eureka/apps/ORDERS",
                "",
                name -> name.equals("Content-Type") ? type : null,
                "127.0.0.1",
                Golden.bytes(file))),
        1);
  }

  @Test
  void whatWasWrittenIsReadBackUnchanged() {
    wire.post("/eureka/apps/ODD", Golden.text("register-odd.json"));
    String written = Wire.text(wire.get("/eureka/apps/ODD/o1", "Accept", ""));
    wire.delete("/eureka/apps/ODD/o1");
    assertThat(wire.post("/eureka/apps/ODD", written, "Content-Type", "application/xml").status())
        .isEqualTo(204);
    assertThat(Wire.text(wire.get("/eureka/apps/ODD/o1", "Accept", ""))).isEqualTo(written);
  }

  /** Only an instance's own ports are objects. */
  @Test
  void metadataMayHaveTheNamesOfFields() {
    String fields =
        "<metadata><port>7</port><securePort enabled=\"true\">8</securePort>"
            + "<leaseInfo>9</leaseInfo><status>green</status></metadata>";
    assertThat(post(with("metadata", fields)).status()).isEqualTo(204);
    String shown = Wire.text(wire.get("/eureka/apps/ORDERS", "Accept", "application/json"));
    assertThat(shown)
        .contains("\"port\":\"7\"", "\"securePort\":\"8\"", "\"leaseInfo\":\"9\"")
        .contains("\"status\":\"green\"");
  }

  private static String with(String element, String replacement) {
    String body = Golden.text("register.xml");
    String replaced = body.replaceFirst("(?s)<" + element + "[ >].*?</" + element + ">", "@@");
    assertThat(replaced).contains("@@");
    return replaced.replace("@@", replacement);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "hostName||hostName is missing",
        "hostName|<hostName/>|hostName is missing",
        "hostName|<hostName>a<b/></hostName>|hostName is an object",
        "hostName|<hostName>a</hostName><hostName>b</hostName>|hostName is a list",
        "app|<app>OTHER</app>|app 'OTHER' in the body differs from 'ORDERS' in the path",
        "status|<status>SLEEPY</status>|status 'SLEEPY'",
        "overriddenstatus|<overriddenstatus>?</overriddenstatus>|overriddenstatus '?'",
        "port|<port enabled=\"true\">x</port>|port 'x' is not a whole number",
        "port|<port enabled=\"perhaps\">1</port>|port 'perhaps' is neither true nor false",
        "port|<port><a/></port>|port has elements in it",
        "port|<port>1</port><port>2</port>|port is a list",
        "dataCenterInfo||dataCenterInfo is missing",
        "dataCenterInfo|<dataCenterInfo class=\"x\"/>|dataCenterInfo.name is missing",
        "leaseInfo|<leaseInfo>90</leaseInfo>|leaseInfo is a value",
        "metadata|<metadata>x</metadata>|metadata is a value",
        "metadata|<metadata><a><b>1</b></a></metadata>|metadata 'a' is an object",
        "metadata|<metadata><a>1</a><a>2</a></metadata>|metadata 'a' is a list",
        "status|<status>&nbsp;</status>|an entity in status",
        "status|<status>UP</stat>|not XML",
        "status|<status>U\u0001P</status>|not XML"
      })
  void whatAStrictClientCouldNotReadBackIsRefusedByName(
      String element, String replacement, String reason) {
    assertRefused(post(with(element, replacement == null ? "" : replacement)), reason);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "<instance", "<instance>", "</instance>", "x", "{}", "<a/>"})
  void whatIsNoInstanceIsRefused(String body) {
    assertThat(post(body).status()).isEqualTo(400);
  }

  @Test
  void documentTypesAndEntitiesAreNotRead() {
    String body = with("status", "<status>&x;</status>").replaceFirst("<\\?.*?>\n", "");
    String outside = "<!DOCTYPE instance [<!ENTITY x SYSTEM \"file:///etc/hostname\">]>";
    assertRefused(post(outside + body), "DOCTYPE");
    assertRefused(
        post("<!DOCTYPE instance SYSTEM \"http://127.0.0.1:1/x.dtd\">" + body), "DOCTYPE");
    StringBuilder laughs = new StringBuilder("<!DOCTYPE instance [<!ENTITY x0 \"ha\">");
    for (int i = 1; i < 30; i++) {
      laughs.append("<!ENTITY x" + i + " \"" + ("&x" + (i - 1) + ";").repeat(10) + "\">");
    }
    assertRefused(post(laughs + "<!ENTITY x \"&x29;\">]>" + body), "DOCTYPE");
    assertRefused(post(body), "an entity in status");
  }

  @Test
  void depthNamesAndNumberOfElementsAreBounded() {
    assertRefused(post("<a>".repeat(100_000) + "</a>".repeat(100_000)), "deeper than 16");
    assertRefused(post("<instance>" + "<a/>".repeat(5000) + "</instance>"), "more than 4096");
    String name = "n".repeat(1001);
    assertRefused(post("<instance><" + name + "/></instance>"), "not XML");
    StringBuilder many = new StringBuilder("<instance");
    for (int i = 0; i < 60_000; i++) {
      many.append(" a").append(i).append("=\"\"");
    }
    assertThat(post(many + "/>").status()).isEqualTo(400);
  }

  @Test
  void theCharacterSetIsTheTypesAndNoOther() {
    byte[] latin =
        with("metadata", "<metadata><owner>Jürgen</owner></metadata>")
            .getBytes(StandardCharsets.ISO_8859_1);
    String path = "/eureka/apps/ORDERS";
    assertRefused(
        wire.send("POST", path, latin, "Content-Type", "application/xml"), "is not UTF-8");
    byte[] wide = Golden.text("register.xml").getBytes(StandardCharsets.UTF_16);
    assertRefused(wire.send("POST", path, wide, "Content-Type", "application/xml"), "UTF-8");
    assertThat(
            wire.send("POST", path, latin, "Content-Type", "application/xml; charset=utf-16")
                .status())
        .isEqualTo(415);
    assertThat(
            wire.send("POST", path, latin, "Content-Type", "application/xml; charset=ISO-8859-1")
                .status())
        .isEqualTo(204);
    assertThat(wire.field("ORDERS", "node-7:orders:8080", "metadata/owner")).isEqualTo("Jürgen");
    byte[] marked = ("\uFEFF" + Golden.text("register.xml")).getBytes(StandardCharsets.UTF_8);
    assertThat(wire.send("POST", path, marked, "Content-Type", "application/xml").status())
        .isEqualTo(204);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "my_key, my__key",
        "a$b, a_-b",
        "1st, _.0031st",
        "a:b, a_.003ab",
        "has space, has_.0020space",
        "__, ____",
        "a.b-c, a.b-c",
        "Ünï, Ünï",
        "\u200ckey, _.200ckey",
        "_.0031, __.0031",
        "\ud83d\ude00, _.d83d_.de00"
      })
  void anyKeyOfMetadataIsTheNameOfAnElement(String key, String name) {
    assertThat(XmlText.elementName(key)).isEqualTo(name);
    assertThat(XmlText.key(name)).isEqualTo(key);
  }

  @Test
  void aNameWithoutACodeStandsForItself() {
    assertThat(XmlText.key("my_key")).isEqualTo("my_key");
    assertThat(XmlText.key("a_.12")).isEqualTo("a_.12");
    assertThat(XmlText.key("a_.00zz_")).isEqualTo("a_.00zz_");
  }

  @Test
  void whatXmlCannotHoldIsReplaced() {
    StringBuilder text = new StringBuilder();
    XmlText.escape("\u0000a\u0007\t\n\r\ufffe<&>\"'\u0085", text);
    assertThat(text).hasToString("\ufffda\ufffd\t\n&#xd;\ufffd&lt;&amp;&gt;&quot;&apos;\u0085");
  }
}

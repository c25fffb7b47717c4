package io.roadstead.it;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;

/**
 * A request to the Eureka interface that nobody means well with, and how it is refused.
 *
 * @param request what is sent, each character one byte, with {@code @host} in the place of the
 *     control plane's address
 * @param reason a part of what the answer says; "" where the interface says nothing, as for what is
 *     not found
 */
public record Hostile(String what, String request, int status, String reason) {
  private static final String APP = "/eureka/apps/BAD";
  private static final String JSON = "Content-Type: application/json\r\n";
  private static final String XML = "Content-Type: application/xml\r\n";
  private static final String GOOD =
      """
      {"instance":{"instanceId":"b1","hostName":"h","app":"BAD","ipAddr":"10.1.2.3",
      "status":"UP","port":{"$":80,"@enabled":"true"},"metadata":{},"vipAddress":"bad",
      "dataCenterInfo":{"name":"MyOwn"}}}\
      """;

  @Override
  public String toString() {
    return what;
  }

  /** What is sent to {@code host}. */
  public byte[] to(String host) {
    return latin1(request.replace("@host", host));
  }

  /** One of each kind. */
  public static List<Hostile> all() {
    List<Hostile> all = new ArrayList<>(bodies());
    all.addAll(fields());
    all.addAll(paths());
    all.addAll(frames());
    return all;
  }

  private static List<Hostile> bodies() {
    byte[] good = utf8(GOOD);
    return List.of(
        post("truncated JSON", JSON, Arrays.copyOf(good, 90), 400, "not JSON"),
        post("truncated XML", XML, utf8("<instance><app>BAD</a"), 400, "not XML"),
        post("no body", JSON, new byte[0], 400, "empty"),
        post("oversized", JSON, new byte[1_100_000], 413, "1100000 bytes, at most 1048576"),
        post("deep JSON", JSON, utf8("[".repeat(100_000)), 400, "(17) exceeds the maximum"),
        post("deep XML", XML, utf8("<a>".repeat(50_000)), 400, "deeper than 16"),
        post("many elements", XML, utf8("<a>" + "<b/>".repeat(5_000)), 400, "more than 4096"),
        post("many tokens", JSON, utf8("[" + "1,".repeat(20_000)), 400, "16384 tokens"),
        post("a list", JSON, utf8("[1]"), 400, "no 'instance'"),
        post("another root", XML, utf8("<applications/>"), 400, "no 'instance'"),
        post("text", "Content-Type: text/plain\r\n", good, 415, "'text/plain'"),
        post("UTF-16 by its name", type("UTF-16"), good, 415, "'utf-16'"),
        post("UTF-16", JSON, GOOD.getBytes(StandardCharsets.UTF_16), 400, "not UTF-8"),
        post("Latin-1", JSON, latin1(GOOD.replace("h\"", "\u00fc\"")), 400, "not UTF-8"),
        post("a gzip bomb", gzip(JSON), gzipped(new byte[20_000_000]), 400, "once inflated"),
        post("an XML gzip bomb", gzip(XML), gzipped(new byte[20_000_000]), 400, "1048576"),
        post("no gzip", gzip(JSON), good, 400, "not gzip"),
        post("half a gzip", gzip(JSON), Arrays.copyOf(gzipped(good), 60), 400, "gzip"),
        post("deflate", JSON + "Content-Encoding: deflate\r\n", good, 400, "'deflate'"),
        post("an external entity", XML, utf8(entity()), 400, "DOCTYPE"),
        post("a billion laughs", XML, utf8(laughs()), 400, "DOCTYPE"),
        post("an external DTD", XML, utf8(external()), 400, "DOCTYPE"),
        post("JSON as XML", XML, good, 400, "not XML"),
        post("XML as JSON", JSON, utf8("<instance/>"), 400, "not JSON"));
  }

  private static List<Hostile> fields() {
    return List.of(
        field("\"UP\"", "\"SLEEPY\"", "status 'SLEEPY' is none of"),
        field("\"UP\"", "{\"a\":1}", "status is an object"),
        field("\"hostName\"", "\"host\"", "hostName is missing"),
        field("\"h\"", "[]", "hostName is a list"),
        field("\"ipAddr\"", "\"ip\"", "ipAddr is missing"),
        field("\"BAD\"", "\"OTHER\"", "app 'OTHER' in the body differs from 'BAD'"),
        field("\"metadata\":{}", "\"metadata\":{\"a\":{\"b\":1}}", "metadata 'a' is an object"),
        field("\"metadata\":{}", "\"metadata\":{\"a\":\"\\u0000\"}", "metadata 'a' has U+0000"),
        field("\"metadata\":{}", "\"metadata\":7", "metadata is a value"),
        field("\"bad\"", "\"a\\u001b[2J\"", "vipAddress has U+001B at 1"),
        field("\"bad\"", "\"\\ud83d\"", "vipAddress has U+D83D"),
        field("\"bad\"", "\"" + "v".repeat(3000) + "\"", "vipAddress has 3000 characters"),
        field(":80,", ":80000,", "port 80000 is outside 0\u201365535"),
        field(":80,", ":-7,", "port -7 is outside"),
        field(":80,", ":1e400,", "port"),
        field("dataCenterInfo", "dataCenter", "dataCenterInfo is missing"),
        field("MyOwn", "Mars", "dataCenterInfo.name 'Mars'"),
        field("b1", "b/1", "instance id 'b/1'"),
        field("b1", "b".repeat(300), "(300 characters)"));
  }

  private static List<Hostile> paths() {
    return List.of(
        ask("GET", APP + "/a%2Fb", 404, ""),
        ask("PUT", APP + "/%2e%2e%2fb1", 404, ""),
        ask("DELETE", APP + "/../../apps", 404, ""),
        ask("PUT", APP + "/%00", 404, ""),
        ask("PUT", APP + "/b1%0d%0aX-Evil:%20y", 404, ""),
        ask("PUT", APP + "/" + "b".repeat(5_000), 404, ""),
        ask("PUT", APP + "/" + "b".repeat(20_000), 414, "more than the 8192 bytes"),
        ask("PUT", APP + "/%ff%fe", 400, "'%ff%fe' is not UTF-8"),
        ask("PUT", APP + "/b%zz", 400, "two hexadecimal digits"),
        ask("GET", "/eureka/apps/" + "a/".repeat(300), 404, ""),
        ask("GET", "/eureka/apps/none", 404, ""),
        ask("GET", "/eureka/instances/%2e%2e", 404, ""),
        ask("PATCH", APP, 405, ""),
        ask("POST", "/eureka/peerreplication/batch", 403, "no peers"));
  }

  private static List<Hostile> frames() {
    return List.of(
        framed("two lengths", "Content-Length: 5\r\nContent-Length: 6\r\n", 400, "malformed"),
        framed(
            "a length and chunks",
            "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
            400,
            "malformed"),
        framed("a negative length", "Content-Length: -1\r\n", 400, "malformed"),
        framed("a long length", "Content-Length: 99999999999\r\n", 413, "99999999999 bytes"),
        chunked("a chunk of no size", "zz\r\nabc\r\n0\r\n\r\n"),
        chunked("a chunk of a negative size", "-1\r\nabc\r\n0\r\n\r\n"),
        chunked("a chunk too large to count", "ffffffffffffffffff\r\nabc\r\n0\r\n\r\n"),
        framed("two hosts", "Host: evil\r\n", 400, "host-repeated"),
        framed("a NUL in a header", "X: a\0b\r\n", 400, "malformed"),
        framed("a large header", "X: " + "a".repeat(50_000) + "\r\n", 431, "32768 bytes"),
        framed("many headers", "X: a\r\n".repeat(10_000), 431, "more than the 100"),
        of("no HTTP", utf8("\u0016\u0003nonsense\r\n\r\n"), 400, "malformed"));
  }

  private static Hostile of(String what, byte[] request, int status, String reason) {
    return new Hostile(what, new String(request, StandardCharsets.ISO_8859_1), status, reason);
  }

  private static Hostile field(String good, String bad, String reason) {
    if (!GOOD.contains(good)) {
      throw new IllegalArgumentException(good + " is not in the good registration");
    }
    return post(reason, JSON, utf8(GOOD.replace(good, bad)), 400, reason);
  }

  private static Hostile post(String what, String headers, byte[] body, int status, String reason) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    String head = headers + "Content-Length: " + body.length + "\r\n\r\n";
    bytes.writeBytes(utf8("POST " + APP + " HTTP/1.1\r\nHost: @host\r\n" + head));
    bytes.writeBytes(body);
    return of(what, bytes.toByteArray(), status, reason);
  }

  private static Hostile ask(String method, String path, int status, String reason) {
    String head = method + " " + path + " HTTP/1.1\r\nHost: @host\r\n\r\n";
    String what = method + " " + (path.length() < 60 ? path : path.substring(0, 60) + "\u2026");
    return of(what, utf8(head), status, reason);
  }

  private static Hostile framed(String what, String headers, int status, String reason) {
    String head = "POST " + APP + " HTTP/1.1\r\nHost: @host\r\n" + JSON + headers + "\r\n";
    return of(what, latin1(head), status, reason);
  }

  private static Hostile chunked(String what, String body) {
    String head = "POST " + APP + " HTTP/1.1\r\nHost: @host\r\n" + JSON;
    return of(
        what, latin1(head + "Transfer-Encoding: chunked\r\n\r\n" + body), 400, "not in chunks");
  }

  private static String type(String charset) {
    return "Content-Type: application/json;charset=" + charset + "\r\n";
  }

  private static String gzip(String headers) {
    return headers + "Content-Encoding: gzip\r\n";
  }

  private static String entity() {
    return "<!DOCTYPE i [<!ENTITY x SYSTEM \"file:///etc/hostname\">]><instance>&x;</instance>";
  }

  private static String external() {
    return "<!DOCTYPE i SYSTEM \"http://127.0.0.1:1/x.dtd\"><instance/>";
  }

  private static String laughs() {
    StringBuilder laughs = new StringBuilder("<!DOCTYPE i [<!ENTITY x0 \"ha\">");
    for (int i = 1; i < 30; i++) {
      laughs.append("<!ENTITY x").append(i).append(" \"");
      laughs.append(("&x" + (i - 1) + ";").repeat(10)).append("\">");
    }
    return laughs.append("]><instance>&x29;</instance>").toString();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] latin1(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static byte[] gzipped(byte[] bytes) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }
}

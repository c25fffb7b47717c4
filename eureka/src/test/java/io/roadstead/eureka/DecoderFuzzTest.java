package io.roadstead.eureka;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Registrations, paths and queries with bytes changed, cut, doubled and nested, and with fields
 * taken out, replaced and wrapped, from a seed: each is taken or refused with a reason, none is an
 * error of ours, and whatever was taken is read back by strict parsers in every form. For ten
 * seconds; {@code -Dfuzz.seconds=600} goes on longer, {@code -Dfuzz.seed} repeats.
 */
final class DecoderFuzzTest {
  private static final long NANOS =
      Duration.ofSeconds(Integer.getInteger("fuzz.seconds", 10)).toNanos();
  private static final long SEED = Long.getLong("fuzz.seed", 1);

  private static final List<byte[]> JSON =
      List.of(
          Golden.bytes("register-spring.json"),
          Golden.bytes("register-js.json"),
          Golden.bytes("register-odd.json"),
          Golden.bytes("register-python.json"));
  private static final List<byte[]> XML = List.of(Golden.bytes("register.xml"), odd());

  /** What parsers stumble over. */
  private static final String[] PIECES = {
    "{",
    "}",
    "[",
    "]",
    "\"",
    ",",
    ":",
    "null",
    "true",
    "1e400",
    "-0",
    "\\u0000",
    "\\ud83d",
    "\u0000",
    "<",
    ">",
    "</",
    "/>",
    "<![CDATA[",
    "]]>",
    "<!--",
    "-->",
    "<?x ?>",
    "&amp;",
    "&lt",
    "&#0;",
    "&#x1F600;",
    "&#xFFFFFFFF;",
    "<!DOCTYPE a [<!ENTITY b \"c\">]>",
    "<a:b>",
    "<_.0000>",
    "<metadata>",
    "</metadata>",
    "class=\"x\"",
    "xmlns=\"y\"",
    "é",
    "😀",
    "\uFFFE",
    "\uFEFF",
    "99999999999999999999",
    "@class",
    "__",
    "<instance>",
    "{\"instance\":",
    "%",
    "%00",
    "%2e%2e%2f",
    "/../",
    ";",
    "+",
    " "
  };

  private static final Pattern LEAF = Pattern.compile("<([\\w.]+)[^<>]*>[^<>]*</[\\w.]+>");

  private Wire wire = new Wire();
  private int compared;
  private final Random random = new Random(SEED);

  @AfterEach
  void close() {
    wire.close();
  }

  private static byte[] odd() {
    try (Wire writer = new Wire()) {
      writer.post("/eureka/apps/ODD", Golden.text("register-odd.json"));
      return writer.get("/eureka/apps/ODD/o1", "Accept", "").body();
    }
  }

  @Test
  void whateverComesIsTakenOrRefused() {
    long end = System.nanoTime() + NANOS;
    int taken = 0;
    int sent = 0;
    while (sent < 500 || System.nanoTime() < end) {
      boolean xml = random.nextBoolean();
      byte[] seed = named(oneOf(xml ? XML : JSON), "n" + sent);
      byte[] body =
          random.nextInt(4) == 0 ? (xml ? rebuiltXml(seed) : rebuiltJson(seed)) : mutated(seed);
      boolean gzip = random.nextInt(20) == 0;
      byte[] bytes = gzip ? mutatedSometimes(Golden.gzipped(body)) : body;
      String text = new String(body, StandardCharsets.UTF_8);
      boolean latin = random.nextInt(20) == 0;
      String app =
          text.contains("\"web\"")
              ? "WEB"
              : text.contains("ODD") ? "ODD" : text.contains("STOCK") ? "STOCK" : "ORDERS";
      String path = random.nextInt(20) == 0 ? path() : "/eureka/apps/" + app;
      EurekaResponse answer;
      try {
        answer =
            wire.send(
                "POST",
                path,
                bytes,
                "Content-Type",
                (xml ? "application/xml" : "application/json")
                    + (latin ? ";charset=ISO-8859-1" : ""),
                "Content-Encoding",
                gzip ? "gzip" : "");
      } catch (RuntimeException | Error e) {
        throw new AssertionError("seed " + SEED + ", " + path + ": " + text, e);
      }
      sent++;
      if (answer.status() == 204) {
        taken++;
        try {
          compareWithReference(
              Reference.text(
                  bytes, gzip, latin ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8),
              xml,
              app,
              "n" + (sent - 1));
        } catch (Exception e) {
          throw new AssertionError("seed " + SEED + ", taken, but: " + text, e);
        }
      } else {
        boolean good = !gzip && !latin && path.endsWith("/" + app) && Arrays.equals(body, seed);
        assertThat(good).as("seed %s: good, but refused: %s", SEED, text).isFalse();
        assertThat(answer.status()).as("seed %s: %s", SEED, text).isIn(400, 404, 405, 415, 403);
        if (answer.status() == 400) {
          assertThat(answer.body()).as("seed %s: %s", SEED, text).isNotEmpty();
        }
      }
      if (random.nextInt(50) == 0) {
        ask();
      }
      if (sent % 200 == 0) {
        readBack();
        wire.close();
        wire = new Wire();
      }
    }
    readBack();
    assertThat(taken).as("seed %s: taken of %s", SEED, sent).isGreaterThan(sent / 20);
    assertThat(compared).as("seed %s: compared of %s", SEED, taken).isGreaterThan(taken / 2);
  }

  private static final List<String> KEPT =
      List.of(
          "hostName",
          "ipAddr",
          "homePageUrl",
          "statusPageUrl",
          "healthCheckUrl",
          "secureHealthCheckUrl",
          "vipAddress",
          "secureVipAddress",
          "asgName",
          "lastDirtyTimestamp",
          "port",
          "securePort",
          "leaseInfo.renewalIntervalInSecs",
          "leaseInfo.durationInSecs");

  /** What others read in what was taken is what others read in the answers. */
  private void compareWithReference(String text, boolean xml, String app, String id)
      throws IOException {
    Reference sent = xml ? Reference.xml(text) : Reference.json(text);
    String context = "seed " + SEED + ": " + text;
    assertThat(sent.depth()).as(context).isLessThanOrEqualTo(16);
    assertThat(sent.elements()).as(context).isLessThanOrEqualTo(4096);
    String path = "/eureka/apps/" + app + "/" + id;
    EurekaResponse json = wire.get(path);
    if (json.status() != 200) {
      return; // its name is another
    }
    compared++;
    String jsonText = Wire.text(json);
    String xmlText = Wire.text(wire.get(path, "Accept", ""));
    boolean replaced = text.contains("\uFFFD") || text.contains("fffd") || text.contains("FFFD");
    assertThat(jsonText.contains("\uFFFD") && !replaced).as(context).isFalse();
    assertThat(xmlText.contains("\uFFFD") && !replaced).as(context).isFalse();
    for (Reference got : List.of(Reference.json(jsonText), Reference.xml(xmlText))) {
      Map<String, String> back = got.fields();
      sent.fields()
          .forEach(
              (name, value) -> {
                boolean metadata = name.startsWith("metadata.");
                // What is not kept has no limit of its own, only the body's.
                if (metadata || KEPT.contains(name)) {
                  assertThat(value.length())
                      .as("%s of %s", name, context)
                      .isLessThanOrEqualTo(metadata ? 4096 : 2048);
                  assertThat(same(name, value, back.get(name)))
                      .as(
                          "%s was '%s', is '%s' in %s; %s",
                          name, value, back.get(name), got, context)
                      .isTrue();
                }
              });
      assertThat(back.keySet().stream().filter(name -> name.startsWith("metadata.")).toList())
          .as(context)
          .allMatch(name -> sent.fields().containsKey(name) || xml);
    }
  }

  private static boolean same(String name, String sent, @Nullable String got) {
    if (name.startsWith("metadata.") || got == null) {
      return sent.equals(got);
    }
    boolean number =
        name.equals("lastDirtyTimestamp") || name.matches("port|securePort|leaseInfo.*");
    if (!number) {
      return sent.equals(got);
    }
    long value = Long.parseLong(sent.strip());
    return value <= 0
        || value == Long.parseLong(got)
        || (name.startsWith("leaseInfo.") && value > 3600);
  }

  /** Any path, query and headers; the clock stands, so whatever was taken stays. */
  private void ask() {
    String target = path();
    String method =
        List.of("GET", "PUT", "DELETE", "POST", "HEAD", "OPTIONS").get(random.nextInt(6));
    try {
      int status =
          wire.send(
                  method,
                  target,
                  new byte[0],
                  "Accept",
                  List.of("", "application/json", "*/*", "json;q=").get(random.nextInt(4)),
                  "Authorization",
                  List.of("", "Basic", "Basic !", "Basic YTpi", "Bearer x").get(random.nextInt(5)))
              .status();
      assertThat(status).as("seed %s: %s", SEED, target).isLessThan(500);
    } catch (RuntimeException | Error e) {
      throw new AssertionError("seed " + SEED + ": " + method + " " + target, e);
    }
  }

  private String path() {
    StringBuilder path =
        new StringBuilder("/eureka/apps/ORDERS/node-7:orders:8080/status?value=UP&a=b");
    for (int times = random.nextInt(4); times >= 0; times--) {
      path.insert(random.nextInt(path.length()), PIECES[random.nextInt(PIECES.length)]);
    }
    return path.toString();
  }

  /** Every registration is another instance: none takes away what one before has brought in. */
  private static byte[] named(byte[] body, String id) {
    return new String(body, StandardCharsets.UTF_8)
        .replaceFirst("(\"instanceId\":\"|<instanceId>)[^\"<]*", "$1" + id)
        .getBytes(StandardCharsets.UTF_8);
  }

  private byte[] mutatedSometimes(byte[] bytes) {
    return random.nextInt(3) == 0 ? mutated(bytes) : bytes;
  }

  private byte[] mutated(byte[] good) {
    byte[] body = good;
    for (int times = random.nextInt(3); times > 0; times--) {
      int at = random.nextInt(body.length + 1);
      int to = Math.min(body.length, at + random.nextInt(12));
      body =
          switch (random.nextInt(8)) {
            case 0 -> joined(body, 0, at, new byte[0], body.length);
            case 1 -> joined(body, 0, at, new byte[] {(byte) random.nextInt()}, to);
            case 2 -> joined(body, 0, at, new byte[0], to);
            case 3 -> joined(body, 0, to, Arrays.copyOfRange(body, at, to), to);
            case 4 ->
                joined(
                    body,
                    0,
                    at,
                    PIECES[random.nextInt(PIECES.length)]
                        .repeat(1 + random.nextInt(20))
                        .getBytes(StandardCharsets.UTF_8),
                    at);
            default -> {
              int value = startOfValue(body, at);
              byte[] piece = PIECES[random.nextInt(PIECES.length)].getBytes(StandardCharsets.UTF_8);
              yield joined(body, 0, value, piece, value);
            }
          };
      if (body.length == 0) {
        return body;
      }
    }
    return body;
  }

  /** Good JSON with up to three of its values taken out, replaced, wrapped or doubled. */
  private byte[] rebuiltJson(byte[] good) {
    ObjectNode root = (ObjectNode) Golden.tree(good);
    for (int times = random.nextInt(4); times > 0; times--) {
      List<ObjectNode> objects = new ArrayList<>();
      objects.add(root);
      root.findValues("instance").forEach(one -> collect(one, objects));
      ObjectNode object = objects.get(random.nextInt(objects.size()));
      List<String> names = new ArrayList<>(object.propertyNames());
      String name = names.isEmpty() ? "x" : names.get(random.nextInt(names.size()));
      JsonNode value = names.isEmpty() ? object : object.get(name);
      switch (random.nextInt(9)) {
        case 7 -> {
          JsonNode deep = object.arrayNode();
          for (int i = random.nextInt(20); i > 0; i--) {
            deep = object.arrayNode().add(deep);
          }
          object.set("deep", deep);
        }
        case 8 -> object.put(name, "x".repeat(2_000 + random.nextInt(3_000)));
        case 0 -> object.remove(name);
        case 1 -> object.set(name, object.arrayNode().add(value.deepCopy()));
        case 2 -> object.set(name, object.objectNode().set(oneOf(PIECES), value.deepCopy()));
        case 3 -> object.set(oneOf(PIECES), value.deepCopy());
        case 4 -> object.put(name, random.nextLong());
        case 5 -> object.put(name, random.nextInt(70_000) - 100);
        default -> object.put(name, oneOf(PIECES).repeat(random.nextInt(3)));
      }
    }
    return root.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static void collect(JsonNode node, List<ObjectNode> objects) {
    if (node instanceof ObjectNode object) {
      objects.add(object);
      object.values().forEach(child -> collect(child, objects));
    }
  }

  /** Good XML with up to three of its elements taken out, renamed, wrapped, doubled or filled. */
  private byte[] rebuiltXml(byte[] good) {
    String text = new String(good, StandardCharsets.UTF_8);
    for (int times = random.nextInt(4); times > 0; times--) {
      List<MatchResult> leaves = LEAF.matcher(text).results().toList();
      if (leaves.isEmpty()) {
        break;
      }
      MatchResult leaf = leaves.get(random.nextInt(leaves.size()));
      String whole = leaf.group();
      String name = leaf.group(1);
      String replacement =
          switch (random.nextInt(10)) {
            case 7 -> {
              int deep = random.nextInt(20);
              yield "<d>".repeat(deep) + "</d>".repeat(deep) + whole;
            }
            case 8 ->
                "<" + name + ">" + "x".repeat(2_000 + random.nextInt(3_000)) + "</" + name + ">";
            case 9 -> "<d/>".repeat(4_000 + random.nextInt(200)) + whole;
            case 0 -> "";
            case 1 -> whole + whole;
            case 2 -> "<" + name + ">" + whole + "</" + name + ">";
            case 3 -> "<x_.0" + random.nextInt(1000) + ">1</x>";
            case 4 -> "<" + name + ">" + random.nextLong() + "</" + name + ">";
            case 5 -> "<" + name + "><![CDATA[" + oneOf(PIECES) + "]]></" + name + ">";
            default -> "<" + name + ">" + oneOf(PIECES).repeat(2) + "</" + name + ">";
          };
      text = text.substring(0, leaf.start()) + replacement + text.substring(leaf.end());
    }
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private String oneOf(String[] pieces) {
    return pieces[random.nextInt(pieces.length)];
  }

  /** After the next colon and quote, or the next bracket: where text can be that is taken. */
  private static int startOfValue(byte[] body, int from) {
    for (int i = from; i + 1 < body.length; i++) {
      if (body[i] == '>' || (body[i] == '"' && i > 0 && body[i - 1] == ':')) {
        return i + 1;
      }
    }
    return from;
  }

  /** {@code body} up to {@code at}, then {@code middle}, then the rest from {@code from}. */
  private static byte[] joined(byte[] body, int start, int at, byte[] middle, int from) {
    byte[] joined = new byte[at - start + middle.length + body.length - from];
    System.arraycopy(body, start, joined, 0, at - start);
    System.arraycopy(middle, 0, joined, at - start, middle.length);
    System.arraycopy(body, from, joined, at - start + middle.length, body.length - from);
    return joined;
  }

  /** A strict parser for each: one bad instance would cost its reader everything. */
  private void readBack() {
    try {
      compare();
    } catch (Exception e) {
      throw new AssertionError("seed " + SEED, e);
    }
  }

  private void compare() throws Exception {
    int count =
        wire.registry.snapshot().services().values().stream()
            .mapToInt(s -> s.instances().size())
            .sum();
    for (String compact : new String[] {"", "compact"}) {
      JsonNode json = Golden.tree(wire.get("/eureka/apps", "X-Eureka-Accept", compact).body());
      int read = 0;
      for (JsonNode app : json.at("/applications/application")) {
        read += app.get("instance").size();
      }
      assertThat(read).as("seed %s", SEED).isEqualTo(count);
      DocumentBuilderFactory strict = DocumentBuilderFactory.newDefaultNSInstance();
      String xml = Wire.text(wire.get("/eureka/apps", "Accept", "", "X-Eureka-Accept", compact));
      assertThat(
              strict
                  .newDocumentBuilder()
                  .parse(new InputSource(new StringReader(xml)))
                  .getElementsByTagName("instanceId")
                  .getLength())
          .as("seed %s", SEED)
          .isEqualTo(count);
    }
  }

  private byte[] oneOf(List<byte[]> bodies) {
    return bodies.get(random.nextInt(bodies.size()));
  }
}

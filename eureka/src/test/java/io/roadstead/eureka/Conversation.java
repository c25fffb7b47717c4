package io.roadstead.eureka;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Requests as clients, operators and their mistakes send them, drawn from a seed: few applications
 * and few instances, so that they meet.
 */
final class Conversation {
  /** One request; headers as {@link Wire#send} takes them. */
  record Line(String method, String target, String body, List<String> headers) {
    @Override
    public String toString() {
      return method + " " + target + " " + headers + " " + body;
    }
  }

  private static final int APPS = 3;
  private static final int GENERATION = 100;
  private static final int MAX_WRITES = 5;
  private static final Pattern ID = Pattern.compile("(h:a:1|h:b:2|i_3|i.4)-(\\d)-\\d+");
  private static final Pattern DOWN = Pattern.compile("\"status\":\"DOWN\"|<status>DOWN<");
  private static final String[] WORDS = {"UP", "DOWN", "STARTING", "OUT_OF_SERVICE", "UNKNOWN"};
  private static final List<List<String>> FORMS =
      List.of(
          List.of("Accept", "application/json"),
          List.of("Accept", ""),
          List.of("Accept", "application/json", "X-Eureka-Accept", "compact"),
          List.of("Accept", "*/*", "X-Eureka-Accept", "compact"),
          List.of("Accept", "application/xml", "X-Eureka-Accept", "full"));

  private final Random random;

  /** What clients that are up to date say of their data. */
  private long newestMillis = 1_790_000_000_000L;

  private final Map<String, Integer> writes = new HashMap<>();
  private final Set<String> cancelled = new HashSet<>();
  private final int firstGeneration;
  private int generation;

  Conversation(long seed) {
    this(seed, 0);
  }

  /**
   * @param number of conversations that were held before: each is of other instances
   */
  Conversation(long seed, int number) {
    random = new Random(seed);
    firstGeneration = number * 1_000;
  }

  List<Line> lines(int count) {
    List<Line> lines = new ArrayList<>();
    while (lines.size() < count) {
      generation = firstGeneration + lines.size() / GENERATION;
      Line line = next();
      if (mayWrite(line)) {
        lines.add(line);
      }
    }
    return lines;
  }

  /**
   * Nobody's status changes so often that it would be held out for flapping, and nobody registers
   * late after a cancellation: only ours has rules for these.
   */
  private boolean mayWrite(Line line) {
    Matcher id = ID.matcher((line.target() + line.body()).replace("%3A", ":"));
    if (line.method().equals("GET") || !id.find()) {
      return true;
    }
    if (line.method().equals("POST") && cancelled.contains(id.group())) {
      boolean late = id.group(2).equals("0") || DOWN.matcher(line.body()).find();
      if (late) {
        return false;
      }
      cancelled.remove(id.group());
    }
    if (line.method().equals("DELETE") && !line.target().contains("/status")) {
      cancelled.add(id.group());
    }
    return writes.merge(id.group(), 1, Integer::sum) <= MAX_WRITES;
  }

  private Line next() {
    int roll = random.nextInt(100);
    if (roll < 22) {
      return registration();
    }
    if (roll < 36) {
      int app = random.nextInt(APPS);
      return line("PUT", instance(app) + oneOf("", "/") + heartbeat());
    }
    if (roll < 42) {
      return line("DELETE", instance());
    }
    if (roll < 50) {
      int app = random.nextInt(APPS);
      return line("PUT", instance(app) + "/status?value=" + override(app) + dirty("&"));
    }
    if (roll < 55) {
      int app = random.nextInt(APPS);
      return line(
          "DELETE",
          instance(app) + "/status" + oneOf(app > 0 ? "" : "?value=UP", "?value=" + status(app)));
    }
    if (roll < 58) {
      return line("PUT", instance() + "/metadata?zone=z" + random.nextInt(3) + "&a_b=1&a_b=2");
    }
    return new Line("GET", reading(), "", FORMS.get(random.nextInt(FORMS.size())));
  }

  private String reading() {
    return switch (random.nextInt(9)) {
      case 0, 1 -> base() + "apps" + oneOf("", "/");
      case 2, 3 -> base() + "apps/delta" + oneOf("", "/", "?regions=");
      case 4 -> base() + "apps/" + oneOf("A0", "A1", "a2", "NONE");
      case 5 -> instance();
      case 6 -> base() + "instances/" + id(random.nextInt(APPS));
      case 7 -> base() + "vips/" + oneOf("v0", "v1", "all", "V0", "none");
      default -> base() + "svips/" + oneOf("s0", "s1", "s", "none");
    };
  }

  private Line registration() {
    int app = random.nextInt(APPS);
    String name = "A" + app;
    String path = base() + "apps/" + oneOf(name, name, "a" + app, name + "/");
    String id = oneOf("h:a:1", "h:b:2", "i_3", "i.4") + "-" + app + "-" + generation;
    return random.nextInt(3) == 0 ? xml(path, name, app, id) : json(path, name, app, id);
  }

  private Line json(String path, String name, int app, String id) {
    String body =
        "{\"instance\":{\"instanceId\":\""
            + id
            + "\",\"hostName\":\"host-"
            + random.nextInt(2)
            + "\",\"app\":\""
            + oneOf(name, name.toLowerCase(Locale.ROOT))
            + "\",\"ipAddr\":\"10.0.0."
            + app
            + "\",\"status\":\""
            + word(app)
            + "\",\"overriddenStatus\":\""
            + (random.nextInt(8) == 0 ? word(app) : "UNKNOWN")
            + "\","
            + oneOf("", "\"sid\":\"na\",", "\"sid\":\"s1\",", "\"asgName\":\"g\",")
            + oneOf("", "\"port\":{\"$\":8080,\"@enabled\":\"true\"},")
            + oneOf("", "\"port\":{\"$\":\"8081\",\"@enabled\":false},")
            + oneOf("", "\"securePort\":{\"$\":8443,\"@enabled\":true},")
            + oneOf("", "\"vipAddress\":\"v" + app + "\",", "\"vipAddress\":\"v0,all\",")
            + oneOf("", "\"secureVipAddress\":\"s" + app + "\",")
            + oneOf("", "\"appGroupName\":\"grp\",\"homePageUrl\":\"http://h/?a=1&b=<2>\",")
            + oneOf("", "\"metadata\":{\"@class\":\"java.util.Collections$EmptyMap\"},")
            + oneOf("", "\"leaseInfo\":{\"renewalIntervalInSecs\":7,\"durationInSecs\":70},")
            + oneOf("", "\"metadata\":{\"a_b\":\"x\",\"n\":7,\"$\":\"\",\"q\":\"\\\"<ü>\"},")
            + "\"dataCenterInfo\":"
            + dataCenter()
            + ",\"lastDirtyTimestamp\":"
            + registeredMillis(app)
            + "}}";
    return new Line("POST", path, body, List.of("Content-Type", "application/json"));
  }

  private String dataCenter() {
    return random.nextInt(6) == 0
        ? "{\"@class\":\"com.netflix.appinfo.AmazonInfo\",\"name\":\"Amazon\",\"metadata\":"
            + "{\"instance-id\":\"i-1\",\"ami-id\":\"ami\",\"local-ipv4\":\"10.0.0.9\"}}"
        : "{\"@class\":\"com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo\","
            + "\"name\":\"MyOwn\"}";
  }

  private Line xml(String path, String name, int app, String id) {
    String body =
        "<instance><instanceId>"
            + id
            + "</instanceId><hostName>host</hostName><app>"
            + name
            + "</app><ipAddr>10.0.0.1</ipAddr><status>"
            + word(app)
            + "</status>"
            + oneOf("", "<overriddenstatus>UNKNOWN</overriddenstatus>")
            + "<port enabled=\"true\">9090</port>"
            + oneOf("", "<securePort enabled=\"false\">1</securePort>")
            + oneOf("", "<vipAddress>v" + app + "</vipAddress>")
            + "<dataCenterInfo class=\"com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo\">"
            + "<name>MyOwn</name></dataCenterInfo>"
            + "<leaseInfo><renewalIntervalInSecs>9</renewalIntervalInSecs>"
            + "<durationInSecs>91</durationInSecs></leaseInfo>"
            + oneOf("", "<metadata><a__b>1</a__b><zone>z&amp;z</zone></metadata>")
            + "<lastDirtyTimestamp>"
            + registeredMillis(app)
            + "</lastDirtyTimestamp></instance>";
    return new Line("POST", path, body, List.of("Content-Type", "application/xml"));
  }

  private String heartbeat() {
    return switch (random.nextInt(4)) {
      case 0 -> "";
      case 1 -> "?status=UP";
      case 2 -> "?status=" + oneOf(WORDS) + dirty("&");
      default -> random.nextInt(6) == 0 ? "?lastDirtyTimestamp=soon" : dirty("?");
    };
  }

  /** An override to UNKNOWN is none here; the original keeps it as one. */
  private String override(int app) {
    String word = status(app);
    return word.equals("UNKNOWN") ? "DOWN" : word;
  }

  private String status(int app) {
    return random.nextInt(10) == 0 ? "SLEEPY" : word(app);
  }

  /** The first application is never UNKNOWN: there data may be older than what is known. */
  private String word(int app) {
    return WORDS[random.nextInt(app == 0 ? 4 : 5)];
  }

  private long registeredMillis(int app) {
    newestMillis++;
    return app == 0 ? newestMillis - random.nextInt(4) : newestMillis;
  }

  private String dirty(String before) {
    return random.nextInt(3) == 0
        ? ""
        : before + "lastDirtyTimestamp=" + (newestMillis - random.nextInt(20));
  }

  private String instance() {
    return instance(random.nextInt(APPS));
  }

  private String instance(int app) {
    return base() + "apps/" + oneOf("A", "a") + app + "/" + id(app);
  }

  /** Ids are of one application: the original keeps overrides by id alone. */
  private String id(int app) {
    return oneOf("h:a:1", "h%3Ab%3A2", "i_3", "i.4") + "-" + app + "-" + generation;
  }

  /** The two bases that both servers know. */
  private String base() {
    return oneOf("/eureka/", "/eureka/v2/");
  }

  private static Line line(String method, String target) {
    return new Line(method, target, "", List.of());
  }

  private String oneOf(String... choices) {
    return choices[random.nextInt(choices.length)];
  }
}

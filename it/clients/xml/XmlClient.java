import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * A service that knows nothing but XML, as many small clients do: it names no form that it accepts,
 * reads with a strict parser, follows deltas and checks their hash code, and takes the next URL
 * where one does not answer. It tells whom it sees whenever that changes. Arguments: its name, then
 * the service URLs.
 */
public class XmlClient {
  private static final HttpClient HTTP =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

  private final String name;
  private final List<String> urls;
  private final Map<String, String> statuses = new TreeMap<>();
  private boolean whole;

  private XmlClient(String name, List<String> urls) {
    this.name = name;
    this.urls = new ArrayList<>(urls);
  }

  public static void main(String[] args) throws Exception {
    XmlClient client = new XmlClient(args[0], List.of(args).subList(1, args.length));
    Runtime.getRuntime().addShutdownHook(new Thread(client::leave));
    String told = "";
    while (true) {
      client.renew();
      client.fetch();
      StringBuilder view = new StringBuilder("view ");
      client.statuses.forEach(
          (instance, status) -> {
            if (status.equals("UP")) {
              view.append(instance).append(' ');
            }
          });
      if (!view.toString().equals(told)) {
        told = view.toString();
        System.out.println(told + ".");
      }
      Thread.sleep(500);
    }
  }

  private void renew() throws Exception {
    if (send("PUT", "apps/" + name + "/" + name + "-1", "").statusCode() == 404) {
      int status = send("POST", "apps/" + name, registration()).statusCode();
      if (status != 204) {
        throw new IllegalStateException("the registration was answered " + status);
      }
    }
  }

  private String registration() {
    return """
    <instance><instanceId>%1$s-1</instanceId><hostName>localhost</hostName><app>%1$s</app>
    <ipAddr>127.0.0.1</ipAddr><status>UP</status><port enabled="true">21006</port>
    <vipAddress>%1$s</vipAddress>
    <dataCenterInfo class="com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo">
    <name>MyOwn</name></dataCenterInfo><metadata><my__key>a&amp;b</my__key></metadata></instance>
    """
        .formatted(name);
  }

  /** Everything once, then what has changed; everything again where the hash code differs. */
  private void fetch() throws Exception {
    String hash = apply(document(whole ? "apps/delta" : "apps/"));
    if (!hash.equals(ownHash())) {
      statuses.clear();
      hash = apply(document("apps/"));
      if (!hash.equals(ownHash())) {
        throw new IllegalStateException("told " + hash + " of " + statuses);
      }
    }
    whole = true;
  }

  private String apply(Document document) {
    NodeList instances = document.getElementsByTagName("instance");
    for (int i = 0; i < instances.getLength(); i++) {
      Element one = (Element) instances.item(i);
      String key = text(one, "app") + "/" + text(one, "instanceId");
      if (text(one, "actionType").equals("DELETED")) {
        statuses.remove(key);
      } else {
        statuses.put(key, text(one, "status"));
      }
    }
    return text(document.getDocumentElement(), "apps__hashcode");
  }

  private String ownHash() {
    Map<String, Integer> counts = new TreeMap<>();
    statuses.values().forEach(status -> counts.merge(status, 1, Integer::sum));
    StringBuilder hash = new StringBuilder();
    counts.forEach((status, count) -> hash.append(status).append('_').append(count).append('_'));
    return hash.toString();
  }

  private static String text(Element in, String element) {
    return in.getElementsByTagName(element).item(0).getTextContent();
  }

  private Document document(String path) throws Exception {
    HttpResponse<byte[]> answer = send("GET", path, "");
    if (answer.statusCode() != 200) {
      throw new IllegalStateException(path + " was answered " + answer.statusCode());
    }
    return DocumentBuilderFactory.newDefaultNSInstance()
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(answer.body()));
  }

  /** To the first URL; where nobody answers there, it goes to the end, and the next is tried. */
  private synchronized HttpResponse<byte[]> send(String method, String path, String body)
      throws Exception {
    for (int tries = 0; ; tries++) {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(URI.create(urls.get(0) + path))
              .timeout(Duration.ofSeconds(5))
              .method(method, HttpRequest.BodyPublishers.ofString(body));
      if (!body.isEmpty()) {
        request.header("Content-Type", "application/xml");
      }
      try {
        return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
      } catch (java.io.IOException e) {
        urls.add(urls.remove(0));
        if (tries > 20) {
          throw e;
        }
        Thread.sleep(100);
      }
    }
  }

  private void leave() {
    try {
      send("DELETE", "apps/" + name + "/" + name + "-1", "");
    } catch (Exception e) {
      System.out.println("left without a word: " + e);
    }
  }
}

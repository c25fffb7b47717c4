package io.roadstead.control.console;

import io.roadstead.control.http.Access.Needs;
import io.roadstead.control.http.Answer;
import io.roadstead.control.http.Call;
import io.roadstead.control.http.Endpoint;
import io.roadstead.control.http.Refusal;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * The console's files, out of the class path: its own under {@code console/}, libraries as WebJars.
 * They hold no data, so anybody may read them. Safe from any thread.
 *
 * <p>What a path may be is a short list of characters and endings, and a segment of dots only is
 * none of them, so a path cannot lead out of the two folders.
 */
public final class PageFiles {
  /** Nothing but the page's own files is run, shown or called. */
  static final Map<String, String> SECURITY =
      Map.of(
          "Content-Security-Policy",
          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src"
              + " 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self';"
              + " frame-ancestors 'none'; base-uri 'none'",
          "Referrer-Policy",
          "no-referrer",
          "X-Frame-Options",
          "DENY",
          "Cross-Origin-Opener-Policy",
          "same-origin",
          "Cross-Origin-Resource-Policy",
          "same-origin");

  /** Where the page itself knows what to show; no path of the API begins with one of these. */
  private static final List<String> PAGES =
      List.of(
          "/",
          "/services",
          "/services/{rest*}",
          "/instances/{rest*}",
          "/rollouts",
          "/rollouts/{rest*}",
          "/logs/{rest*}",
          "/events",
          "/routes",
          "/subscribers",
          "/login");

  private static final Map<String, String> TYPES =
      Map.ofEntries(
          Map.entry("html", "text/html; charset=utf-8"),
          Map.entry("css", "text/css; charset=utf-8"),
          Map.entry("js", "text/javascript; charset=utf-8"),
          Map.entry("mjs", "text/javascript; charset=utf-8"),
          Map.entry("json", "application/json"),
          Map.entry("map", "application/json"),
          Map.entry("svg", "image/svg+xml"),
          Map.entry("png", "image/png"),
          Map.entry("ico", "image/x-icon"),
          Map.entry("webp", "image/webp"),
          Map.entry("woff2", "font/woff2"),
          Map.entry("txt", "text/plain; charset=utf-8"));

  private static final Pattern SEGMENT = Pattern.compile("[A-Za-z0-9._@+-]*[A-Za-z0-9_@+-]");
  private static final List<String> WEBJAR_GROUPS = List.of("org.webjars.npm", "org.webjars");
  private static final int MAX_PATH = 255;
  private static final int MAX_FILE_BYTES = 4 << 20;
  private static final int MAX_KEPT = 256;

  private final Map<String, Answer> kept = new ConcurrentHashMap<>();

  public List<Endpoint> endpoints() {
    List<Endpoint> all = new ArrayList<>();
    for (String page : PAGES) {
      all.add(file(page, _ -> "console/index.html"));
    }
    all.add(file("/favicon.ico", _ -> "console/favicon.ico"));
    all.add(file("/console/{file*}", call -> "console/" + call.path("file")));
    all.add(file("/webjars/{file*}", call -> webjar(call.path("file"))));
    return all;
  }

  private interface Place {
    String of(Call call);
  }

  private Endpoint file(String template, Place place) {
    return Endpoint.blocking(
        "GET", template, Needs.NOTHING, call -> answer(place.of(call), call.ifNoneMatch()));
  }

  private Answer answer(String place, String known) {
    Answer whole = kept.get(place);
    if (whole == null) {
      whole = read(place);
      if (kept.size() < MAX_KEPT) {
        kept.put(place, whole);
      }
    }
    String tag = whole.headers().getOrDefault("ETag", "");
    return known.contains(tag) ? new Answer(304, "", new byte[0], whole.headers()) : whole;
  }

  private static Answer read(String place) {
    String type = TYPES.get(place.substring(place.lastIndexOf('.') + 1));
    if (type == null || !plain(place)) {
      throw missing();
    }
    URL url = PageFiles.class.getClassLoader().getResource(place);
    if (url == null) {
      throw missing();
    }
    try (InputStream in = url.openStream()) {
      byte[] bytes = in.readNBytes(MAX_FILE_BYTES + 1);
      if (bytes.length > MAX_FILE_BYTES) {
        throw new IllegalStateException(
            place + " has more than the " + MAX_FILE_BYTES + " bytes that a page's file may have");
      }
      Answer answer = new Answer(200, type, bytes, SECURITY).header("Cache-Control", "no-cache");
      return answer.header("ETag", "\"" + digest(bytes) + "\"");
    } catch (IOException e) {
      throw new IllegalStateException(place + " cannot be read from the class path", e);
    }
  }

  private static boolean plain(String place) {
    if (place.length() > MAX_PATH) {
      return false;
    }
    for (String segment : place.split("/", -1)) {
      if (!SEGMENT.matcher(segment).matches()) {
        return false;
      }
    }
    return true;
  }

  /** WebJars have their version in the path, which a page should not need to know. */
  private static String webjar(String path) {
    int slash = path.indexOf('/');
    String name = slash < 0 ? path : path.substring(0, slash);
    if (slash < 0 || !plain(name)) {
      throw missing();
    }
    String version = version(name).orElseThrow(PageFiles::missing);
    return "META-INF/resources/webjars/" + name + "/" + version + path.substring(slash);
  }

  private static Optional<String> version(String name) {
    for (String group : WEBJAR_GROUPS) {
      String place = "META-INF/maven/" + group + "/" + name + "/pom.properties";
      URL url = PageFiles.class.getClassLoader().getResource(place);
      if (url != null) {
        try (InputStream in = url.openStream()) {
          Properties properties = new Properties();
          properties.load(in);
          return Optional.ofNullable(properties.getProperty("version"));
        } catch (IOException e) {
          throw new IllegalStateException(place + " cannot be read from the class path", e);
        }
      }
    }
    return Optional.empty();
  }

  private static Refusal missing() {
    Refusal refusal =
        Refusal.notFound("unknown-path", "there is no such file of the console; it begins at /");
    SECURITY.forEach(refusal::header);
    return refusal;
  }

  private static String digest(byte[] bytes) {
    try {
      byte[] sha256 = MessageDigest.getInstance("SHA-256").digest(bytes);
      return HexFormat.of().formatHex(sha256, 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}

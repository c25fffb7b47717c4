package io.roadstead.platform.client;

import io.roadstead.platform.HostPort;
import io.roadstead.platform.Refused;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.HttpRetryException;
import java.net.HttpURLConnection;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Talks to a platform's own API. Every failure is a {@link Refused} whose message a person can act
 * on.
 *
 * <p>Blocks; safe from any thread. It uses the JDK's old client: a command lives for a fifth of a
 * second, and loading the newer one would be a third of that.
 */
public final class ControlClient {
  private static final int CONNECT_MILLIS = 5_000;
  private static final int READ_MILLIS = 60_000;
  private static final int ERROR_BYTES = 64 * 1024;

  private final URI base;
  private final Optional<String> token;
  private final String tokenPlace;
  private final int connectMillis;
  private final int readMillis;
  private final JsonMapper json = JsonMapper.shared();

  /**
   * @param base scheme, host and port, without a path
   * @param tokenPlace where the token was looked for, for messages
   */
  public ControlClient(URI base, Optional<String> token, String tokenPlace) {
    this(base, token, tokenPlace, CONNECT_MILLIS, READ_MILLIS);
  }

  private ControlClient(
      URI base, Optional<String> token, String tokenPlace, int connectMillis, int readMillis) {
    this.base = base;
    this.token = token;
    this.tokenPlace = tokenPlace;
    this.connectMillis = connectMillis;
    this.readMillis = readMillis;
  }

  /** One that waits no longer than this for a connection, and as long for an answer. */
  public ControlClient within(Duration patience) {
    int millis = (int) patience.toMillis();
    return new ControlClient(base, token, tokenPlace, millis, millis);
  }

  /** The address in {@code text}: HOST:PORT or a URL. */
  public static URI address(String text) {
    try {
      if (text.contains("://")) {
        URI uri = new URI(text);
        String scheme = uri.getScheme();
        if (uri.getHost() == null || !("http".equals(scheme) || "https".equals(scheme))) {
          throw new IllegalArgumentException(
              "\"" + text + "\" is not an address: write HOST:PORT or http://HOST:PORT");
        }
        return new URI(scheme, null, uri.getHost(), uri.getPort(), null, null, null);
      }
      HostPort address = HostPort.parse(text);
      return new URI("http://" + address);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is not an address: write HOST:PORT or http://HOST:PORT");
    }
  }

  public URI base() {
    return base;
  }

  public Optional<String> token() {
    return token;
  }

  /** Where the token was looked for; no secret. */
  public String tokenPlace() {
    return tokenPlace;
  }

  /** One part of a path, with what must be escaped escaped. */
  public static String part(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  public JsonNode parse(String body) {
    try {
      return json.readTree(body);
    } catch (JacksonException e) {
      throw Refused.because(
          base.getAuthority()
              + " answered something that is not JSON: is that the control plane of Roadstead?"
              + " Name it with --control HOST:PORT");
    }
  }

  /** The body at {@code path}, exactly as it was sent. */
  public String get(String path) {
    return exchange("GET", path, null);
  }

  /** The body at {@code path}, or nothing where the answer is 404. */
  public Optional<String> find(String path) {
    try {
      return Optional.of(exchange("GET", path, null));
    } catch (NotFound e) {
      return Optional.empty();
    }
  }

  /** An answer and the tag that names it. */
  public record Tagged(String body, String tag) {}

  /**
   * The body at {@code path} once it is another than the one with this tag, or as {@code path}
   * says.
   */
  public Tagged getUnless(String path, String tag) {
    HttpURLConnection connection = open("GET", path);
    if (!tag.isEmpty()) {
      connection.setRequestProperty("If-None-Match", tag);
    }
    try {
      String body = answer(connection);
      String next = connection.getHeaderField("ETag");
      return new Tagged(body, next == null ? "" : next);
    } catch (IOException e) {
      throw failure(e);
    }
  }

  public String put(String path, JsonNode body) {
    return exchange("PUT", path, body);
  }

  public String post(String path, @Nullable JsonNode body) {
    return exchange("POST", path, body);
  }

  public String delete(String path) {
    return exchange("DELETE", path, null);
  }

  /** Sends a file's bytes as the artifact with this digest. */
  public void upload(String sha256, Path file) {
    HttpURLConnection connection = open("PUT", "/api/v1/artifacts/" + sha256);
    try {
      connection.setDoOutput(true);
      connection.setRequestProperty("Content-Type", "application/octet-stream");
      connection.setFixedLengthStreamingMode(Files.size(file));
      try (OutputStream out = connection.getOutputStream()) {
        Files.copy(file, out);
      }
      answer(connection);
    } catch (IOException e) {
      throw failure(e);
    } finally {
      connection.disconnect();
    }
  }

  /** Passes each line at {@code path} on until the other side ends it. */
  public void lines(String path, String accept, Duration silence, Consumer<String> line) {
    HttpURLConnection connection = open("GET", path);
    try {
      connection.setRequestProperty("Accept", accept);
      connection.setReadTimeout((int) silence.toMillis());
      if (connection.getResponseCode() >= 400) {
        answer(connection);
      }
      try (BufferedReader reader =
          new BufferedReader(
              new InputStreamReader(connection.getInputStream(), StandardCharsets.UTF_8))) {
        for (String next = reader.readLine(); next != null; next = reader.readLine()) {
          line.accept(next);
        }
      }
    } catch (IOException e) {
      throw failure(e);
    } finally {
      connection.disconnect();
    }
  }

  private String exchange(String method, String path, @Nullable JsonNode body) {
    HttpURLConnection connection = open(method, path);
    try {
      if (body != null) {
        connection.setDoOutput(true);
        connection.setRequestProperty("Content-Type", "application/json");
        byte[] bytes = json.writeValueAsBytes(body);
        connection.setFixedLengthStreamingMode(bytes.length);
        try (OutputStream out = connection.getOutputStream()) {
          out.write(bytes);
        }
      } else if (!"GET".equals(method) && !"DELETE".equals(method)) {
        connection.setDoOutput(true);
        connection.setRequestProperty("Content-Type", "application/json");
        connection.setFixedLengthStreamingMode(2);
        try (OutputStream out = connection.getOutputStream()) {
          out.write("{}".getBytes(StandardCharsets.UTF_8));
        }
      }
      return answer(connection);
    } catch (IOException e) {
      throw failure(e);
    }
  }

  private HttpURLConnection open(String method, String path) {
    try {
      HttpURLConnection connection =
          (HttpURLConnection) base.resolve(path).toURL().openConnection(java.net.Proxy.NO_PROXY);
      connection.setRequestMethod(method);
      connection.setConnectTimeout(connectMillis);
      connection.setReadTimeout(readMillis);
      connection.setInstanceFollowRedirects(false);
      connection.setRequestProperty("Accept", "application/json");
      connection.setRequestProperty("User-Agent", "roadstead");
      token.ifPresent(value -> connection.setRequestProperty("Authorization", "Bearer " + value));
      return connection;
    } catch (IOException e) {
      throw failure(e);
    }
  }

  private String answer(HttpURLConnection connection) throws IOException {
    int status;
    try {
      status = connection.getResponseCode();
    } catch (HttpRetryException e) {
      status = e.responseCode();
    }
    if (status < 400) {
      try (InputStream in = connection.getInputStream()) {
        return new String(in.readAllBytes(), StandardCharsets.UTF_8);
      }
    }
    String body = "";
    try (InputStream in = connection.getErrorStream()) {
      if (in != null) {
        body = new String(in.readNBytes(ERROR_BYTES), StandardCharsets.UTF_8);
      }
    }
    throw refusal(status, body);
  }

  private RuntimeException refusal(int status, String body) {
    if (status == 401 || status == 403) {
      String why = detail(body).map(text -> text + ": ").orElse("");
      return Refused.because(
          token.isEmpty()
              ? why
                  + "no token was found ("
                  + tokenPlace
                  + "): set ROADSTEAD_TOKEN, or ROADSTEAD_DATA to the platform's data directory"
              : why
                  + "the token of "
                  + tokenPlace
                  + " is not the one of the platform at "
                  + base.getAuthority()
                  + ": set ROADSTEAD_TOKEN, or ROADSTEAD_DATA to its data directory");
    }
    String message =
        detail(body).orElse("the platform at " + base.getAuthority() + " answered " + status);
    return status == 404 ? new NotFound(message) : Refused.because(message);
  }

  private Optional<String> detail(String body) {
    try {
      JsonNode problem = json.readTree(body);
      String detail = problem.path("detail").asString("");
      return detail.isEmpty() ? Optional.empty() : Optional.of(detail);
    } catch (JacksonException e) {
      return Optional.empty();
    }
  }

  private Refused failure(IOException e) {
    String where = base.getAuthority();
    if (e instanceof ConnectException) {
      return Refused.because(
          "no platform answers at "
              + where
              + " (connection refused): start one with \"roadstead up\", or name it with --control"
              + " HOST:PORT");
    }
    if (e instanceof UnknownHostException) {
      return Refused.because(
          "the host of " + where + " is not known: name the platform with --control HOST:PORT");
    }
    if (e instanceof SocketTimeoutException) {
      return Refused.because(
          "the platform at " + where + " did not answer in time: look at its output");
    }
    return Refused.because(
        "talking to the platform at "
            + where
            + " failed ("
            + e.getMessage()
            + "): look at its output, and try again");
  }

  /** The answer was 404. */
  public static final class NotFound extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NotFound(String message) {
      super(message);
    }
  }
}

package io.roadstead.runtime.process;

import io.roadstead.rollout.Hook;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.json.JsonMapper;

/**
 * Runs hooks: commands as processes beside the platform, calls by HTTP. A command gets what it is
 * about as {@code ROADSTEAD_HOOK}, {@code ROADSTEAD_SERVICE} and so on, no credential, and nothing
 * to read; at the end of its time it is killed with all that it started. Of what it writes, and of
 * an answer, the last {@value #MOST_SHOWN} characters are shown. Safe from any thread.
 */
public final class HookRunner implements Hook.Runner {
  private static final int MOST_SHOWN = 500;
  private static final int MOST_KEPT = 8 * 1024;
  private static final List<String> SECRETS =
      List.of("ROADSTEAD_TOKEN", "ROADSTEAD_INSTANCE_TOKEN");
  private static final Duration DRAIN = Duration.ofSeconds(1);

  @Override
  public Hook.Outcome run(Hook hook, Map<String, String> facts) throws InterruptedException {
    return switch (hook.action()) {
      case Hook.Command(List<String> words) -> command(words, hook.timeout(), facts);
      case Hook.Call(URI url) -> call(url, hook.timeout(), facts);
    };
  }

  private static Hook.Outcome command(
      List<String> words, Duration timeout, Map<String, String> facts) throws InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
    SECRETS.forEach(builder.environment()::remove);
    facts.forEach(
        (name, value) ->
            builder.environment().put("ROADSTEAD_" + name.toUpperCase(Locale.ROOT), value));
    Process process;
    try {
      process = builder.start();
      process.getOutputStream().close();
    } catch (IOException e) {
      return new Hook.Outcome(false, "cannot be run: " + e.getMessage());
    }
    StringBuilder said = new StringBuilder();
    Thread reader = Thread.ofVirtual().name("hook-output").start(() -> read(process, said));
    boolean ended = process.waitFor(timeout.toNanos(), TimeUnit.NANOSECONDS);
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    if (!ended) {
      process.destroyForcibly().waitFor();
    }
    boolean _ = reader.join(DRAIN); // what outlives it may hold its output open
    String last = shown(said);
    return ended
        ? new Hook.Outcome(process.exitValue() == 0, "exit code " + process.exitValue() + last)
        : new Hook.Outcome(false, "killed, for it did not end within " + seconds(timeout) + last);
  }

  private static void read(Process process, StringBuilder said) {
    byte[] piece = new byte[1024];
    try (InputStream in = process.getInputStream()) {
      for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
        synchronized (said) {
          said.append(new String(piece, 0, count, StandardCharsets.UTF_8));
          said.delete(0, Math.max(0, said.length() - MOST_KEPT));
        }
      }
    } catch (IOException _) {
      // It was killed: what it had said is what there is.
    }
  }

  private static Hook.Outcome call(URI url, Duration timeout, Map<String, String> facts)
      throws InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(url)
            .timeout(timeout)
            .header("Content-Type", "application/json")
            .POST(
                HttpRequest.BodyPublishers.ofString(JsonMapper.shared().writeValueAsString(facts)))
            .build();
    try (HttpClient client = HttpClient.newBuilder().connectTimeout(timeout).build()) {
      HttpResponse<InputStream> answer =
          client.send(request, HttpResponse.BodyHandlers.ofInputStream());
      String said;
      try (InputStream body = answer.body()) {
        said = new String(body.readNBytes(MOST_SHOWN), StandardCharsets.UTF_8);
      }
      boolean good = answer.statusCode() / 100 == 2;
      return new Hook.Outcome(
          good, "status " + answer.statusCode() + shown(new StringBuilder(said)));
    } catch (HttpTimeoutException e) {
      return new Hook.Outcome(false, "no answer within " + seconds(timeout));
    } catch (IOException e) {
      String why = e.getMessage();
      return new Hook.Outcome(
          false, "no answer: " + (why == null ? e.getClass().getSimpleName() : why));
    }
  }

  private static String shown(StringBuilder said) {
    String text;
    synchronized (said) {
      text = said.toString().strip();
    }
    if (text.isEmpty()) {
      return "";
    }
    String last = text.substring(Math.max(0, text.length() - MOST_SHOWN));
    return ", it said: " + last.replaceAll("\\R", " | ").replaceAll("\\p{Cntrl}", "?");
  }

  private static String seconds(Duration timeout) {
    return timeout.toMillis() / 1000.0 + " s";
  }
}

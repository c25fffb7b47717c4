package io.roadstead.it.browser;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The browser's protocol: calls with answers, and events, as JSON over one WebSocket. One session
 * of it belongs to each page. Safe from any thread; listeners are called on the socket's thread.
 */
final class DevTools implements AutoCloseable {
  private static final long ANSWER_SECONDS = 30;

  private final JsonMapper json = JsonMapper.builder().build();
  private final HttpClient http = HttpClient.newHttpClient();
  private final Map<Integer, CompletableFuture<JsonNode>> waiting = new ConcurrentHashMap<>();
  private final CopyOnWriteArrayList<Consumer<JsonNode>> listeners = new CopyOnWriteArrayList<>();
  private final AtomicInteger calls = new AtomicInteger();
  private final WebSocket socket;

  DevTools(URI address) {
    socket =
        http.newWebSocketBuilder()
            .connectTimeout(Duration.ofSeconds(ANSWER_SECONDS))
            .buildAsync(address, new Reader())
            .join();
  }

  /** Parameters to be filled in. */
  ObjectNode parameters() {
    return json.createObjectNode();
  }

  /** Is told every event of every session. */
  void listen(Consumer<JsonNode> listener) {
    listeners.add(listener);
  }

  /**
   * Calls a method and waits for its answer.
   *
   * @param session whose page it is for, or "" for the browser
   */
  JsonNode call(String session, String method, ObjectNode parameters) {
    int id = calls.incrementAndGet();
    ObjectNode call = json.createObjectNode().put("id", id).put("method", method);
    call.set("params", parameters);
    if (!session.isEmpty()) {
      call.put("sessionId", session);
    }
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    waiting.put(id, answer);
    try {
      synchronized (socket) {
        socket.sendText(json.writeValueAsString(call), true).join();
      }
      JsonNode said = answer.get(ANSWER_SECONDS, TimeUnit.SECONDS);
      if (said.has("error")) {
        throw new AssertionError(method + ": " + said.path("error").path("message").asString());
      }
      return said.path("result");
    } catch (TimeoutException e) {
      throw new AssertionError(
          "the browser did not answer " + method + " within " + ANSWER_SECONDS + " s", e);
    } catch (ExecutionException e) {
      throw new AssertionError("the browser has ended: " + method, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted in " + method, e);
    } finally {
      waiting.remove(id);
    }
  }

  private void take(String text) {
    JsonNode said = json.readTree(text);
    if (said.has("id")) {
      CompletableFuture<JsonNode> answer = waiting.get(said.path("id").asInt());
      if (answer != null) {
        answer.complete(said);
      }
    } else {
      listeners.forEach(listener -> listener.accept(said));
    }
  }

  @Override
  public void close() {
    socket.abort();
    http.shutdownNow();
  }

  private final class Reader implements WebSocket.Listener {
    private final StringBuilder message = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
      message.append(data);
      if (last) {
        String whole = message.toString();
        message.setLength(0);
        take(whole);
      }
      from.request(1);
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public void onError(WebSocket from, Throwable error) {
      waiting.values().forEach(answer -> answer.completeExceptionally(error));
    }
  }
}

package io.roadstead.it;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;

/** Clients that ask one after another without a pause, and never twice for the same. */
final class Load implements AutoCloseable {
  private final List<Thread> clients = new ArrayList<>();
  private final LongAdder requests = new LongAdder();
  private final Collection<String> failures = new ConcurrentLinkedQueue<>();
  private final Map<String, LongAdder> bodies = new ConcurrentHashMap<>();
  private volatile boolean open = true;

  Load(URI target, int count) {
    for (int i = 0; i < count; i++) {
      clients.add(Thread.ofVirtual().name("load-" + i).start(() -> ask(target)));
    }
  }

  private void ask(URI target) {
    try (HttpClient client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build()) {
      HttpRequest request = HttpRequest.newBuilder(target).timeout(Duration.ofSeconds(10)).build();
      while (open) {
        requests.increment();
        try {
          HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
          if (answer.statusCode() == 200) {
            bodies.computeIfAbsent(answer.body(), _ -> new LongAdder()).increment();
          } else {
            failures.add(
                answer.statusCode()
                    + " "
                    + answer.headers().firstValue("X-Roadstead-Reason").orElse("")
                    + " "
                    + answer.body());
          }
        } catch (IOException e) {
          failures.add(e.toString());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  long requests() {
    return requests.sum();
  }

  Collection<String> failures() {
    return failures;
  }

  /** How many answers each body had. */
  long answers(String body) {
    LongAdder count = bodies.get(body);
    return count == null ? 0 : count.sum();
  }

  @Override
  public void close() {
    open = false;
    for (Thread client : clients) {
      try {
        client.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }
}

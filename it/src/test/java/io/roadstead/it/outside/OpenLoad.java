package io.roadstead.it.outside;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Requests at a steady pace, whether or not those before have been answered; each is sent once.
 * Methods take turns: GET, POST, HEAD, POST.
 */
final class OpenLoad implements AutoCloseable {
  private static final List<String> METHODS = List.of("GET", "POST", "HEAD", "POST");
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /**
   * A request that is over.
   *
   * @param failure what was wrong, or nothing
   * @param body of the answer, or ""
   */
  record Asked(
      String method, long sentNanos, long doneNanos, @Nullable String failure, String body) {
    boolean failed() {
      return failure != null;
    }

    /** Whether it was under way at some time from one moment to the other. */
    boolean within(long fromNanos, long toNanos) {
      return sentNanos <= toNanos && doneNanos >= fromNanos;
    }
  }

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(PATIENCE).build();
  private final ScheduledExecutorService pace =
      Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().name("load-pace").factory());
  private final URI target;
  private final Queue<Asked> over = new ConcurrentLinkedQueue<>();
  private final AtomicLong sent = new AtomicLong();
  private final AtomicLong answered = new AtomicLong();

  OpenLoad(URI target, int perSecond) {
    this.target = target;
    long everyNanos = TimeUnit.SECONDS.toNanos(1) / perSecond;
    var _ = pace.scheduleAtFixedRate(this::ask, 0, everyNanos, TimeUnit.NANOSECONDS);
  }

  private void ask() {
    String method = METHODS.get((int) (sent.getAndIncrement() % METHODS.size()));
    HttpRequest.BodyPublisher body =
        method.equals("POST")
            ? HttpRequest.BodyPublishers.ofString("not to be sent twice")
            : HttpRequest.BodyPublishers.noBody();
    HttpRequest request =
        HttpRequest.newBuilder(target).method(method, body).timeout(PATIENCE).build();
    long began = System.nanoTime();
    var _ =
        client
            .sendAsync(request, HttpResponse.BodyHandlers.ofString())
            .whenComplete((answer, failure) -> note(method, began, answer, failure));
  }

  private void note(
      String method,
      long began,
      @Nullable HttpResponse<String> answer,
      @Nullable Throwable failure) {
    String wrong = null;
    if (failure != null) {
      wrong = failure.toString();
    } else if (answer != null && answer.statusCode() != 200) {
      wrong =
          answer.statusCode()
              + " "
              + answer.headers().firstValue("X-Roadstead-Reason").orElse("from the service")
              + " "
              + answer.body();
    }
    String body = answer == null || wrong != null ? "" : answer.body();
    over.add(new Asked(method, began, System.nanoTime(), wrong, body));
    answered.incrementAndGet();
  }

  /** What is over by now, in the order in which it was. */
  List<Asked> asked() {
    return List.copyOf(over);
  }

  long answered() {
    return answered.get();
  }

  /** Sends no more, and waits until the last is over. */
  @Override
  public void close() {
    pace.close();
    client.close();
  }
}

package io.roadstead.gateway;

import io.netty.channel.EventLoop;
import io.roadstead.gateway.filter.Filter;
import io.roadstead.gateway.filter.FilterAnswer;
import io.roadstead.gateway.filter.FilterRequest;
import io.roadstead.gateway.filter.Verdict;
import io.roadstead.gateway.http.Head;
import io.roadstead.gateway.route.RouteEntry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The filters of one exchange at work: the only place where a request leaves its loop.
 *
 * <p>The head is copied, for the loop's own is used for the next one; a virtual thread of its own
 * goes through the filters; what they made of it comes back to the loop as a task. Meanwhile the
 * exchange has nothing under way, so nothing more of the request's body, or of the answer's, is
 * read. A result that nobody waits for any more, because the client went or the time was over, is
 * recognised by its run and thrown away.
 *
 * <p>Confined to the loop; only {@link Run} is shared with the thread, which hands it back.
 */
final class Filtering {
  private final Worker worker;
  private final Exchange exchange;
  private List<Filter> chain = List.of();
  private @Nullable FilterRequest request;
  private @Nullable Run current;
  private String route = "";

  Filtering(Worker worker, Exchange exchange) {
    this.worker = worker;
    this.exchange = exchange;
  }

  /** One way through the filters, there or back. */
  private static final class Run {
    final FilterRequest request;
    final @Nullable FilterAnswer answer;
    final long startedNanos;

    /** Whose turn it is, to say so when it fails. */
    volatile String filter = "";

    volatile @Nullable Verdict verdict;
    volatile @Nullable Throwable failure;
    @Nullable Thread thread;

    Run(FilterRequest request, @Nullable FilterAnswer answer, long startedNanos) {
      this.request = request;
      this.answer = answer;
      this.startedNanos = startedNanos;
    }
  }

  /** Has the route's filters look at a request; the exchange hears what they make of it. */
  void request(Head head, RouteEntry by, String client) {
    route = by.label();
    List<Filter> wanted = new ArrayList<>();
    for (String name : by.filters()) {
      Filter filter = worker.filters().named(name);
      if (filter == null) {
        exchange.refuse(
            500,
            "filter-missing",
            "the route names a filter '" + name + "', which this gateway does not have");
        return;
      }
      wanted.add(filter);
    }
    if (worker.filters().full()) {
      exchange.refuse(503, "filter-busy", worker.filters().fullness());
      return;
    }
    chain = wanted;
    FilterRequest view =
        new FilterRequest(
            Arrays.copyOf(head.bytes(), head.length()),
            head.pathStart(),
            head.targetEnd(),
            client,
            route,
            by.service());
    request = view;
    start(new Run(view, null, worker.now()));
  }

  /** Whether the instance's answer goes through filters. */
  boolean wantsAnswer() {
    return request != null;
  }

  /** Has the filters look at an answer; false where too many are at work. */
  boolean answer(Head head) {
    FilterRequest of = request;
    if (of == null || worker.filters().full()) {
      return false;
    }
    FilterAnswer view = new FilterAnswer(Arrays.copyOf(head.bytes(), head.length()), head.status());
    start(new Run(of, view, worker.now()));
    return true;
  }

  private void start(Run run) {
    current = run;
    worker.filters().begin();
    List<Filter> filters = chain;
    EventLoop loop = worker.loop();
    run.thread =
        Thread.ofVirtual()
            .name("gateway-filter")
            .start(
                () -> {
                  through(filters, run);
                  try {
                    loop.execute(() -> over(run));
                  } catch (RejectedExecutionException e) {
                    // The gateway has closed, and all connections with it.
                  }
                });
  }

  @SuppressWarnings("CatchThrowable") // A filter is foreign code: no failure of it may go unheard.
  private static void through(List<Filter> filters, Run run) {
    try {
      FilterAnswer answer = run.answer;
      if (answer != null) {
        for (Filter filter : filters.reversed()) {
          run.filter = filter.name();
          filter.answer(run.request, answer);
        }
        return;
      }
      for (Filter filter : filters) {
        run.filter = filter.name();
        Verdict verdict = filter.request(run.request);
        if (verdict instanceof Verdict.Answer) {
          run.verdict = verdict;
          return;
        }
      }
    } catch (Throwable failure) {
      run.failure = failure;
    }
  }

  /** The thread is done; on the loop again. */
  private void over(Run run) {
    worker.filters().end();
    if (run != current) {
      return;
    }
    current = null;
    if (run.answer == null) {
      countRequest(run.filter);
    }
    Throwable failure = run.failure;
    if (failure != null) {
      worker.filters().failed(run.filter, route, failure);
      exchange.filterFailed(500, "filter-failed", failedDetail(run));
    } else if (run.answer != null) {
      exchange.answerFiltered(run.answer);
    } else if (run.verdict instanceof Verdict.Answer answer) {
      exchange.filterAnswered(answer);
    } else {
      exchange.requestFiltered(run.request);
    }
    worker.flush();
  }

  /** All filters up to this one have looked at the request. */
  private void countRequest(String last) {
    for (Filter filter : chain) {
      worker.filters().ran(filter.name());
      if (filter.name().equals(last)) {
        return;
      }
    }
  }

  private static String failedDetail(Run run) {
    return "filter '"
        + run.filter
        + "' failed at the "
        + (run.answer == null ? "request" : "answer")
        + "; the gateway's log says why";
  }

  /** What a filter made of the head cannot be read in one way only, or goes nowhere. */
  void unusable(String problem) {
    worker.filters().failed(chain.getLast().name(), route, new IllegalStateException(problem));
    exchange.filterFailed(500, "filter-failed", "the route's filters: " + problem);
  }

  void sweep(long nowNanos) {
    Run run = current;
    long limit = worker.filters().limitNanos();
    if (run != null && nowNanos - run.startedNanos > limit) {
      worker
          .filters()
          .failed(run.filter, route, new IllegalStateException("it took too long, and was ended"));
      stop();
      exchange.filterFailed(
          504,
          "filter-timeout",
          "filter '" + run.filter + "' was not done within " + limit / 1_000_000 + " ms");
    }
  }

  /** The exchange is over. */
  void reset() {
    stop();
    request = null;
    chain = List.of();
  }

  private void stop() {
    Run run = current;
    current = null;
    if (run != null && run.thread != null) {
      run.thread.interrupt();
    }
  }
}

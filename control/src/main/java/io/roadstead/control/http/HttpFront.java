package io.roadstead.control.http;

import io.netty.handler.codec.http.QueryStringDecoder;
import io.roadstead.control.http.Access.Needs;
import io.roadstead.control.mount.Mount;
import io.roadstead.control.mount.MountedAnswer;
import io.roadstead.control.mount.MountedRequest;
import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;

/**
 * Takes each request of the control plane through the same steps: guard against web pages, mounted
 * paths, endpoint, credential, body, work, answer.
 *
 * <p>All of it runs on the event loop, except work that blocks: that runs on a virtual thread, at
 * most {@link #MAX_BLOCKING} at a time, and comes back to the loop with its answer. After {@link
 * #stop} whatever comes is refused, and its connection closed.
 */
public final class HttpFront implements Handler<HttpServerRequest> {
  /** How many blocking calls there may be at a time. */
  static final int MAX_BLOCKING = 256;

  private static final int MAX_PARAMETERS = 64;

  private final Vertx vertx;
  private final Guard guard;
  private final Access access;
  private final Login login;
  private final Endpoints endpoints;
  private final List<Mount> mounts;
  private final Bodies bodies;
  private final LargeBody large = new LargeBody();
  private final ExecutorService blocking;
  private final Semaphore permits = new Semaphore(MAX_BLOCKING);
  private boolean stopping;

  /**
   * @param blocking runs each task on a virtual thread of its own
   */
  public HttpFront(
      Vertx vertx,
      Guard guard,
      Access access,
      Login login,
      Endpoints endpoints,
      List<Mount> mounts,
      ExecutorService blocking) {
    this.vertx = vertx;
    this.guard = guard;
    this.access = access;
    this.login = login;
    this.endpoints = endpoints;
    this.mounts = List.copyOf(mounts);
    this.bodies = new Bodies(vertx);
    this.blocking = blocking;
  }

  /** From now on nothing is begun. Called on the event loop, before what blocks is shut down. */
  public void stop() {
    stopping = true;
    large.close();
  }

  @Override
  public void handle(HttpServerRequest request) {
    try {
      guard.check(request);
      refuseWhenStopping();
      String path = request.path() == null ? "/" : request.path();
      for (Mount mount : mounts) {
        if (mount.takes(path)) {
          mounted(mount, path, request);
          return;
        }
      }
      endpoint(path, request);
    } catch (RuntimeException e) {
      refuse(request, e);
    }
  }

  private void mounted(Mount mount, String path, HttpServerRequest request) {
    if (!access.open()) {
      access.require(Needs.CREDENTIAL, access.identify(request.getHeader("Authorization")));
    }
    bodies.collect(
        request,
        body -> {
          String query = request.query();
          String remote = request.remoteAddress().hostAddress();
          MountedRequest mountedRequest =
              new MountedRequest(
                  request.method().name(),
                  path,
                  query == null ? "" : query,
                  request::getHeader,
                  remote == null ? "" : remote,
                  body);
          try {
            MountedAnswer answer = mount.handler().handle(mountedRequest);
            Responses.send(
                request,
                new Answer(answer.status(), "", answer.body(), answer.headers()),
                large::of,
                answer.written());
          } catch (RuntimeException e) {
            refuse(request, e);
          }
        },
        refusal -> Responses.sendAndClose(vertx, request, refusal.answer()));
  }

  private void endpoint(String path, HttpServerRequest request) {
    Endpoints.Match match = endpoints.find(request.method().name(), path);
    Endpoint endpoint = match.endpoint();
    Caller caller = login.require(endpoint, request);
    if (endpoint.body() == Endpoint.Body.STREAM) {
      work(endpoint, call(caller, match, request, new byte[0]), request);
      return;
    }
    if (endpoint.body() == Endpoint.Body.JSON && Bodies.has(request)) {
      Bodies.requireType(request, "application/json");
    }
    bodies.collect(
        request,
        body -> {
          try {
            work(endpoint, call(caller, match, request, body), request);
          } catch (RuntimeException e) {
            refuse(request, e);
          }
        },
        refusal -> Responses.sendAndClose(vertx, request, refusal.answer()));
  }

  private void refuseWhenStopping() {
    if (stopping) {
      throw Refusals.stopping();
    }
  }

  private void work(Endpoint endpoint, Call call, HttpServerRequest request) {
    refuseWhenStopping(); // it may have begun to while the body came
    switch (endpoint.work()) {
      case Endpoint.Work.Streaming(var streamer) -> streamer.answer(call, request);
      case Endpoint.Work.Quick(var answering) -> Responses.send(request, run(answering, call));
      case Endpoint.Work.Blocking(var answering) -> {
        if (!permits.tryAcquire()) {
          throw new Refusal(
                  503, "busy", MAX_BLOCKING + " calls that wait are under way, try again soon")
              .header("Retry-After", "1");
        }
        Context loop = vertx.getOrCreateContext();
        blocking.execute(
            () -> {
              try {
                Answer answer = run(answering, call);
                loop.runOnContext(_ -> Responses.send(request, answer));
              } finally {
                permits.release();
              }
            });
      }
    }
  }

  private static Answer run(Endpoint.Answering answering, Call call) {
    try {
      return answering.answer(call);
    } catch (Exception e) {
      return Refusals.of(e).answer();
    }
  }

  private void refuse(HttpServerRequest request, RuntimeException e) {
    Refusal refusal = Refusals.of(e);
    if (refusal.status() == 401 && Login.byScript(request)) {
      refusal.header("WWW-Authenticate", "Bearer realm=\"roadstead\"");
    }
    Answer answer = refusal.answer();
    if (request.isEnded() || !Bodies.has(request)) {
      Responses.send(request, answer);
    } else {
      Responses.sendAndClose(vertx, request, answer);
    }
  }

  private static Call call(
      Caller caller, Endpoints.Match match, HttpServerRequest request, byte[] body) {
    Map<String, String> parameters = new LinkedHashMap<>();
    Map<String, List<String>> query = Map.of();
    try {
      match
          .parameters()
          .forEach(
              (name, value) ->
                  parameters.put(name, QueryStringDecoder.decodeComponent(literalPlus(value))));
      if (request.query() != null) {
        query =
            new QueryStringDecoder(request.query(), StandardCharsets.UTF_8, false, MAX_PARAMETERS)
                .parameters();
      }
    } catch (IllegalArgumentException e) {
      throw Refusal.invalid(
          "malformed-address", "the address is not well encoded: " + Refusals.said(e));
    }
    return new Call(
        caller,
        parameters,
        query,
        header(request, "Accept"),
        header(request, "If-None-Match"),
        header(request, "Last-Event-ID"),
        request.method().equals(HttpMethod.HEAD),
        body);
  }

  /** In a path a plus is a plus; the decoder is one of queries, where it is a space. */
  private static String literalPlus(String segment) {
    return segment.replace("+", "%2B");
  }

  private static String header(HttpServerRequest request, String name) {
    String value = request.getHeader(name);
    return value == null ? "" : value;
  }
}

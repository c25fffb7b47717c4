package io.roadstead.control.http;

import io.roadstead.control.http.Access.Needs;
import io.vertx.core.http.HttpServerRequest;

/**
 * One thing that the API does.
 *
 * @param template the path; a segment in braces is a parameter, and a last one such as {@code
 *     {rest*}} takes all that follows
 */
public record Endpoint(String method, String template, Needs needs, Body body, Work work) {
  /** What body it takes. */
  public enum Body {
    NONE,
    /** JSON, at most 1 MiB; none is an empty object. */
    JSON,
    /** Any bytes, read by the endpoint itself. */
    STREAM
  }

  /** How it is done. */
  public sealed interface Work {
    /** From memory, on the event loop. */
    record Quick(Answering answering) implements Work {}

    /** Blocking, on a virtual thread. */
    record Blocking(Answering answering) implements Work {}

    /** Answers by itself, on the event loop, when and as it will. */
    record Streaming(Streamer streamer) implements Work {}
  }

  /** Makes a whole answer. */
  public interface Answering {
    Answer answer(Call call) throws Exception;
  }

  /** Writes an answer piece by piece. */
  public interface Streamer {
    /** Called on the event loop; a {@link Refusal} may be thrown before anything is written. */
    void answer(Call call, HttpServerRequest request);
  }

  public static Endpoint quick(String method, String template, Needs needs, Answering answering) {
    return new Endpoint(method, template, needs, bodyOf(method), new Work.Quick(answering));
  }

  public static Endpoint blocking(
      String method, String template, Needs needs, Answering answering) {
    return new Endpoint(method, template, needs, bodyOf(method), new Work.Blocking(answering));
  }

  public static Endpoint streaming(String method, String template, Needs needs, Streamer streamer) {
    return new Endpoint(method, template, needs, Body.NONE, new Work.Streaming(streamer));
  }

  private static Body bodyOf(String method) {
    return method.equals("PUT") || method.equals("POST") ? Body.JSON : Body.NONE;
  }
}

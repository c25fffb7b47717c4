package io.roadstead.control.api;

import io.roadstead.control.http.Access.Needs;
import io.roadstead.control.http.Answer;
import io.roadstead.control.http.Call;
import io.roadstead.control.http.Endpoint;
import io.roadstead.control.http.Refusal;
import io.roadstead.control.http.Uploads;
import io.roadstead.control.wire.Json;
import io.roadstead.rollout.Artifacts;
import io.vertx.core.http.HttpServerRequest;
import java.io.InputStream;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Takes the bytes of jars. */
public final class ArtifactsApi {
  /** The largest artifact that is taken. */
  public static final long MAX_BYTES = 1L << 30;

  private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");

  private final Artifacts artifacts;
  private final Uploads uploads;

  public ArtifactsApi(Artifacts artifacts, Uploads uploads) {
    this.artifacts = artifacts;
    this.uploads = uploads;
  }

  public List<Endpoint> endpoints() {
    return List.of(
        new Endpoint(
            "PUT",
            "/api/v1/artifacts/{sha256}",
            Needs.CHANGING,
            Endpoint.Body.STREAM,
            new Endpoint.Work.Streaming(this::upload)),
        new Endpoint(
            "POST",
            "/api/v1/artifacts",
            Needs.CHANGING,
            Endpoint.Body.STREAM,
            new Endpoint.Work.Streaming(
                (_, request) ->
                    uploads.receive(request, MAX_BYTES, "", bytes -> kept(artifacts.add(bytes))))));
  }

  private void upload(Call call, HttpServerRequest request) {
    String digest = call.path("sha256").toLowerCase(Locale.ROOT);
    if (!DIGEST.matcher(digest).matches()) {
      throw Refusal.invalid(
          "invalid-digest", "an artifact is named by its SHA-256: 64 hexadecimal digits");
    }
    uploads.receive(request, MAX_BYTES, digest, bytes -> keep(digest, bytes));
  }

  private Answer keep(String digest, InputStream bytes) throws Exception {
    String kept = artifacts.add(bytes);
    if (!kept.equals(digest)) {
      throw new IllegalStateException("artifact " + digest + " was kept as " + kept);
    }
    return kept(kept);
  }

  private static Answer kept(String digest) {
    return Answer.json(201, Json.object().put("artifact", digest));
  }
}

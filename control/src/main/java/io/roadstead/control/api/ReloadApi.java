package io.roadstead.control.api;

import io.roadstead.control.http.Access.Needs;
import io.roadstead.control.http.Answer;
import io.roadstead.control.http.Call;
import io.roadstead.control.http.Endpoint;
import io.roadstead.control.http.Refusal;
import io.roadstead.control.wire.Json;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Has the platform read its file again. */
public final class ReloadApi {
  /** What came of it. */
  public sealed interface Outcome {
    /**
     * The file is in force.
     *
     * @param changed a line for each change; empty where there was none
     */
    record Done(List<String> changed) implements Outcome {
      public Done {
        changed = List.copyOf(changed);
      }
    }

    /**
     * Nothing was changed.
     *
     * @param problems all of them, a line each
     */
    record Kept(List<String> problems) implements Outcome {
      public Kept {
        problems = List.copyOf(problems);
      }
    }

    /** The platform was started without a file. */
    record NoFile() implements Outcome {}
  }

  /** Reads the file again; blocks until it is in force or refused. Safe from any thread. */
  public interface Reload {
    Outcome reload();
  }

  private final Reload reload;

  public ReloadApi(Reload reload) {
    this.reload = reload;
  }

  public List<Endpoint> endpoints() {
    return List.of(Endpoint.blocking("POST", "/api/v1/reload", Needs.CHANGING, this::answer));
  }

  private Answer answer(Call call) {
    return switch (reload.reload()) {
      case Outcome.Done(List<String> changed) -> {
        ObjectNode body = Json.object();
        ArrayNode list = body.putArray("changed");
        changed.forEach(list::add);
        yield Answer.json(200, body);
      }
      case Outcome.Kept(List<String> problems) -> {
        ArrayNode list = Json.array();
        problems.forEach(list::add);
        throw new Refusal(422, "invalid-file", String.join("\n", problems)).with("problems", list);
      }
      case Outcome.NoFile() ->
          throw new Refusal(
              409, "no-file", "the platform was started without a file: start it with -f FILE");
    };
  }
}

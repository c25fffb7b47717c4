package io.roadstead.platform.command;

import io.roadstead.platform.Refused;
import io.roadstead.platform.client.ControlClient;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The commands that change a service that is there. */
final class ServiceCommands {
  private ServiceCommands() {}

  @Command(
      name = "scale",
      description = "Changes the number of instances, or the memory and cores of each.",
      footer = {
        "",
        "Examples:",
        "  roadstead scale orders 5 --wait",
        "  roadstead scale orders --memory 512Mi --cpu 1"
      })
  static final class Scale implements Callable<Integer> {
    @Parameters(
        index = "1",
        arity = "0..1",
        paramLabel = "N",
        description = "How many instances, 0 to 1000.")
    private @Nullable Integer replicas;

    @Option(names = "--memory", paramLabel = "SIZE", description = "Memory of each, such as 512Mi.")
    private @Nullable String memory;

    @Option(names = "--cpu", paramLabel = "CORES", description = "Cores of each, such as 0.5.")
    private @Nullable Double cpu;

    @Mixin private final Changing changing = new Changing();

    @Override
    public Integer call() {
      String service = changing.service();
      ObjectNode body = JsonNodeFactory.instance.objectNode();
      if (replicas != null) {
        body.put("replicas", Arguments.replicas(replicas));
      }
      if (memory != null) {
        body.put("memory", Arguments.memory(memory));
      }
      if (cpu != null) {
        body.put("cpu", Arguments.cpu(cpu));
      }
      if (body.isEmpty()) {
        throw Refused.usage(
            "scale changes nothing: name the number of instances, --memory or --cpu, as in"
                + " \"roadstead scale "
                + service
                + " 3\"");
      }
      ControlClient client = changing.client();
      return changing.follow(client, client.post(changing.path("/scale"), body));
    }
  }

  @Command(
      name = "restart",
      description = "Replaces each instance by a new one of the same version, without a gap.",
      footer = {"", "Example:", "  roadstead restart orders --wait"})
  static final class Restart implements Callable<Integer> {
    @Mixin private final Changing changing = new Changing();

    @Override
    public Integer call() {
      ControlClient client = changing.client();
      return changing.follow(client, client.post(changing.path("/restart"), null));
    }
  }

  @Command(
      name = "rollback",
      description =
          "Goes back to the last good version before the current one, or to the one named.",
      footer = {
        "",
        "Examples:",
        "  roadstead rollback orders --wait",
        "  roadstead rollback orders --to 1.3"
      })
  static final class Rollback implements Callable<Integer> {
    @Option(names = "--to", paramLabel = "VERSION", description = "The version to go back to.")
    private @Nullable String to;

    @Mixin private final Changing changing = new Changing();

    @Override
    public Integer call() {
      ObjectNode body = JsonNodeFactory.instance.objectNode();
      if (to != null) {
        body.put("to", to);
      }
      ControlClient client = changing.client();
      return changing.follow(client, client.post(changing.path("/rollback"), body));
    }
  }

  @Command(
      name = "remove",
      description = "Drains and stops all instances of a service, and forgets it.",
      footer = {"", "Example:", "  roadstead remove orders --wait"})
  static final class Remove implements Callable<Integer> {
    @Mixin private final Changing changing = new Changing();

    @Override
    public Integer call() {
      ControlClient client = changing.client();
      return changing.follow(client, client.delete(changing.path("")));
    }
  }

  @Command(
      name = "drain",
      description =
          "Takes an instance out of traffic once its replacement is there; it runs on until it is"
              + " resumed.",
      footer = {"", "Example:", "  roadstead drain orders-7f3a"})
  static final class Drain implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "INSTANCE", description = "The instance's id.")
    private String instance = "";

    @Mixin private final Connection connection = new Connection();

    @Override
    public Integer call() {
      connection
          .client()
          .post("/api/v1/instances/" + ControlClient.part(instance) + "/drain", null);
      System.out.println(instance + ": drains; \"roadstead resume " + instance + "\" ends that");
      return 0;
    }
  }

  @Command(
      name = "resume",
      description = "Gives a drained instance traffic again.",
      footer = {"", "Example:", "  roadstead resume orders-7f3a"})
  static final class Resume implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "INSTANCE", description = "The instance's id.")
    private String instance = "";

    @Mixin private final Connection connection = new Connection();

    @Override
    public Integer call() {
      connection
          .client()
          .post("/api/v1/instances/" + ControlClient.part(instance) + "/resume", null);
      System.out.println(instance + ": takes traffic again");
      return 0;
    }
  }

  @Command(
      name = "release",
      description =
          "Lets instances of a service go that are past their lease and that the expiry guard"
              + " holds.",
      footer = {
        "",
        "The guard holds them where more than half of a service of four or more fall silent within",
        "one lease. Release them once you know that they are gone.",
        "",
        "Example:",
        "  roadstead release orders"
      })
  static final class Release implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "NAME", description = "The service.")
    private String name = "";

    @Mixin private final Reading platform = new Reading();

    @Override
    public Integer call() {
      boolean json = platform.json();
      String service = Arguments.service(name);
      ControlClient client = platform.client();
      String answer =
          client.post("/api/v1/registry/" + ControlClient.part(service) + "/release", null);
      int released = client.parse(answer).path("released").asInt(0);
      System.out.println(
          json
              ? answer.strip()
              : released == 0
                  ? service + ": no instance is past its lease, so nothing was held"
                  : service
                      + ": "
                      + released
                      + (released == 1 ? " instance" : " instances")
                      + " past the lease let go");
      return 0;
    }
  }

  @Command(
      name = "rollout",
      description = "Pauses, resumes, promotes or aborts the roll-out of a service under way.",
      footer = {
        "",
        "Examples:",
        "  roadstead rollout orders pause",
        "  roadstead rollout orders abort"
      })
  static final class RolloutAction implements Callable<Integer> {
    /** What can be done to a roll-out. */
    enum Action {
      pause,
      resume,
      promote,
      abort
    }

    @Parameters(index = "0", paramLabel = "NAME", description = "The service.")
    private String name = "";

    @Parameters(
        index = "1",
        paramLabel = "pause|resume|promote|abort",
        description = "What to do with it.")
    private Action action = Action.pause;

    @Mixin private final Connection connection = new Connection();

    @Override
    public Integer call() {
      String service = Arguments.service(name);
      ControlClient client = connection.client();
      for (JsonNode rollout :
          client.parse(client.get("/api/v1/rollouts?service=" + ControlClient.part(service)))) {
        if (!rollout.hasNonNull("endedAt")) {
          String id = rollout.path("id").asString("");
          client.post("/api/v1/rollouts/" + ControlClient.part(id) + "/" + action, null);
          System.out.println(service + ": roll-out " + id + ": " + action + " is asked for");
          return 0;
        }
      }
      throw Refused.because(
          "no roll-out of "
              + service
              + " is under way, so there is none to "
              + action
              + ": \"roadstead history "
              + service
              + "\" lists those that have ended");
    }
  }
}

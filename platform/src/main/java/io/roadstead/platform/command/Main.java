package io.roadstead.platform.command;

import io.roadstead.platform.Refused;
import io.roadstead.platform.bench.BenchCommand;
import io.roadstead.platform.client.ControlClient;
import io.roadstead.platform.demo.DemoCommand;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The {@code roadstead} program: the list of its commands.
 *
 * <p>Only the command that was asked for is built, because building all of them is most of the time
 * that a short one takes.
 */
public final class Main {
  private static final Map<String, Supplier<Callable<Integer>>> COMMANDS = commands();

  /** Words of the design that a later version brings. */
  private static final Set<String> LATER = Set.of("usage", "canary");

  /** For programs, not for people: the launcher's own, and the shells'. */
  private static final Map<String, Supplier<Callable<Integer>>> HIDDEN =
      Map.of("rehearse", Rehearsal::new, "complete", CompleteCommand::new);

  private Main() {}

  private static Map<String, Supplier<Callable<Integer>>> commands() {
    Map<String, Supplier<Callable<Integer>>> commands = new LinkedHashMap<>();
    commands.put("up", UpCommand::new);
    commands.put("gateway", GatewayCommand::new);
    commands.put("demo", DemoCommand::new);
    commands.put("apply", ApplyCommand::new);
    commands.put("deploy", DeployCommand::new);
    commands.put("scale", ServiceCommands.Scale::new);
    commands.put("restart", ServiceCommands.Restart::new);
    commands.put("rollback", ServiceCommands.Rollback::new);
    commands.put("remove", ServiceCommands.Remove::new);
    commands.put("reload", ReloadCommand::new);
    commands.put("down", DownCommand::new);
    commands.put("status", ReadingCommands.Status::new);
    commands.put("instances", ReadingCommands.Instances::new);
    commands.put("drain", ServiceCommands.Drain::new);
    commands.put("resume", ServiceCommands.Resume::new);
    commands.put("release", ServiceCommands.Release::new);
    commands.put("split", SplitCommand::new);
    commands.put("rollout", ServiceCommands.RolloutAction::new);
    commands.put("logs", ReadingCommands.Logs::new);
    commands.put("events", ReadingCommands.Events::new);
    commands.put("history", ReadingCommands.History::new);
    commands.put("routes", ReadingCommands.Routes::new);
    commands.put("bench", BenchCommand::new);
    commands.put("doctor", DoctorCommand::new);
    commands.put("completion", CompletionCommand::new);
    return commands;
  }

  public static void main(String[] args) {
    System.exit(run(args));
  }

  /** Runs one command and returns its exit code: 0 done, 1 failed, 2 wrong usage. */
  public static int run(String... args) {
    if (args.length > 0 && args[0].equals("help")) {
      // Many programs have it as a word: "help scale" is "scale --help".
      return run(args.length == 1 ? new String[] {"--help"} : new String[] {args[1], "--help"});
    }
    String first = args.length == 0 ? "" : args[0];
    if (LATER.contains(first)) {
      System.err.println(
          "roadstead: \""
              + first
              + "\" is not supported in this version, which has "
              + String.join(", ", COMMANDS.keySet()));
      return 2;
    }
    CommandLine roadstead = new CommandLine(new Roadstead());
    Supplier<Callable<Integer>> one = HIDDEN.getOrDefault(first, COMMANDS.get(first));
    if (one != null) {
      add(roadstead, first, one);
    } else {
      COMMANDS.forEach((name, command) -> add(roadstead, name, command));
    }
    return roadstead
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setUsageHelpAutoWidth(false)
        .setParameterExceptionHandler((e, _) -> wrongUsage(e))
        .setExecutionExceptionHandler((e, _, _) -> failed(e))
        .execute(args);
  }

  /** The program with all its commands, for those who describe it. */
  static CommandLine all() {
    CommandLine roadstead = new CommandLine(new Roadstead());
    COMMANDS.forEach((name, command) -> add(roadstead, name, command));
    return roadstead;
  }

  private static void add(CommandLine roadstead, String name, Supplier<Callable<Integer>> command) {
    CommandSpec spec = CommandSpec.forAnnotatedObject(command.get());
    addHelp(spec);
    spec.subcommands().values().forEach(below -> addHelp(below.getCommandSpec()));
    roadstead.addSubcommand(name, spec);
  }

  /** Not the standard help options: --version is a service's here. */
  private static void addHelp(CommandSpec spec) {
    spec.addOption(
        OptionSpec.builder("-h", "--help")
            .usageHelp(true)
            .type(boolean.class)
            .description("Show this help and exit.")
            .build());
  }

  private static int wrongUsage(ParameterException e) {
    String message = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    String suggestion = "";
    if (e instanceof UnmatchedArgumentException unmatched
        && !unmatched.getSuggestions().isEmpty()) {
      suggestion = " (did you mean " + String.join(" or ", unmatched.getSuggestions()) + "?)";
    }
    System.err.println(
        "roadstead: "
            + message
            + suggestion
            + "; see \""
            + e.getCommandLine().getCommandSpec().qualifiedName()
            + " --help\"");
    return 2;
  }

  private static int failed(Exception e) {
    System.out.flush();
    switch (e) {
      case Refused refused -> {
        String.valueOf(refused.getMessage())
            .lines()
            .forEach(line -> System.err.println("roadstead: " + line));
        return refused.exitCode();
      }
      case ControlClient.NotFound missing ->
          System.err.println("roadstead: " + missing.getMessage());
      case InterruptedException _ -> System.err.println("roadstead: interrupted");
      default ->
          System.err.println(
              "roadstead: failed unexpectedly ("
                  + e
                  + "): please report it, with what you ran"
                  + trace(e));
    }
    return 1;
  }

  /** Where it came from, in the same line, for the report. */
  private static String trace(Exception e) {
    StringBuilder trace = new StringBuilder();
    for (StackTraceElement element : e.getStackTrace()) {
      if (element.getClassName().startsWith("io.roadstead.") && trace.length() < 200) {
        trace
            .append(" at ")
            .append(element.getFileName())
            .append(':')
            .append(element.getLineNumber());
      }
    }
    return trace.toString();
  }

  /** The word before all others. */
  @Command(
      name = "roadstead",
      mixinStandardHelpOptions = true,
      version = "roadstead 0.1.0",
      description = {"Registry, gateway, balancer and deployer in one process.", ""},
      synopsisSubcommandLabel = "COMMAND",
      footer = {
        "",
        "Begin with:",
        "  roadstead up                                the platform, in the foreground",
        "  roadstead deploy hello --jar hello.jar --route /hello --wait",
        "",
        "Where commands find",
        "  the platform   --control, else $ROADSTEAD_CONTROL, else 127.0.0.1:8761",
        "  its token      $ROADSTEAD_TOKEN, else the file token in $ROADSTEAD_DATA,",
        "                 else in ./.roadstead",
        "Exit codes: 0 done, 1 failed, 2 wrong usage."
      })
  static final class Roadstead implements Callable<Integer> {
    @Override
    public Integer call() {
      throw Refused.usage("name a command: \"roadstead --help\" lists them");
    }
  }
}

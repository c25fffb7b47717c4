package io.roadstead.platform.command;

import io.roadstead.platform.HostPort;
import io.roadstead.platform.Refused;
import io.roadstead.platform.doctor.Doctor;
import io.roadstead.platform.doctor.Finding;
import io.roadstead.platform.doctor.Finding.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Looks at all that Roadstead needs. */
@Command(
    name = "doctor",
    description = {
      "Looks at the JDK, the kernel, ports, limits, disk, data directory and platform, and says"
          + " what to do.",
      "It works with and without a running platform, and changes nothing. Exit code 1 where there"
          + " is a problem."
    },
    footer = {
      "",
      "Examples:",
      "  roadstead doctor",
      "  roadstead doctor --data /var/lib/roadstead -o json"
    })
final class DoctorCommand implements Callable<Integer> {
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  @Mixin private final DataOption data = new DataOption();

  @Option(
      names = "--gateway",
      paramLabel = "HOST:PORT",
      description = "Where the gateway listens, or would. Default: ${DEFAULT-VALUE}.")
  private String gateway = "127.0.0.1:8080";

  @Mixin private final Connection connection = new Connection();
  @Mixin private final Output output = new Output();

  @Override
  public Integer call() {
    boolean json = output.json();
    HostPort address;
    try {
      address = HostPort.parse(gateway);
    } catch (IllegalArgumentException e) {
      throw Refused.usage("--gateway " + e.getMessage());
    }
    List<Finding> findings =
        Doctor.look(
            data.directory(),
            connection.client(data.named()).within(PATIENCE),
            address,
            System.getenv().getOrDefault("PATH", ""),
            InstantSource.system());
    long problems = findings.stream().filter(f -> f.level() == Level.PROBLEM).count();
    long warnings = findings.stream().filter(f -> f.level() == Level.WARNING).count();
    System.out.println(json ? document(findings, problems, warnings) : lines(findings));
    if (!json) {
      System.out.println("\n" + counted(problems, "problem") + ", " + counted(warnings, "warning"));
    }
    return problems > 0 ? 1 : 0;
  }

  private static String counted(long count, String word) {
    return (count == 0 ? "no" : Long.toString(count)) + " " + word + (count == 1 ? "" : "s");
  }

  private static String lines(List<Finding> findings) {
    int width = findings.stream().mapToInt(f -> f.check().length()).max().orElse(0);
    StringBuilder lines = new StringBuilder();
    for (Finding finding : findings) {
      String level = finding.level().name().toLowerCase(Locale.ROOT);
      lines.append(level).repeat(' ', 10 - level.length());
      lines.append(finding.check()).repeat(' ', width - finding.check().length() + 2);
      lines.append(finding.found().replace('\n', ' '));
      lines.append(finding.advice().isEmpty() ? "" : "; " + finding.advice()).append('\n');
    }
    return lines.toString().stripTrailing();
  }

  private static String document(List<Finding> findings, long problems, long warnings) {
    JsonMapper mapper = JsonMapper.shared();
    ObjectNode document = mapper.createObjectNode();
    ArrayNode checks = document.putArray("checks");
    for (Finding finding : findings) {
      ObjectNode check = checks.addObject();
      check
          .put("level", finding.level().name().toLowerCase(Locale.ROOT))
          .put("check", finding.check())
          .put("found", finding.found());
      if (!finding.advice().isEmpty()) {
        check.put("advice", finding.advice());
      }
    }
    document.put("problems", problems).put("warnings", warnings);
    return mapper.writeValueAsString(document);
  }
}

package io.roadstead.platform.bench;

import io.roadstead.platform.Refused;
import io.roadstead.rollout.judge.Rehearsal;
import io.roadstead.rollout.judge.Rehearsal.Ends;
import io.roadstead.rollout.judge.Rehearsal.Kind;
import io.roadstead.rollout.judge.Rehearsal.Wanted;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;

/** {@code roadstead bench judge}: how often the judge of canaries is wrong. */
@Command(
    name = "judge",
    description = {
      "How often the judge of canaries is wrong: roll-outs of good, slow, failing and leaking"
          + " versions on requests drawn from known distributions.",
      "A good version that is returned is returned falsely; a harmful one that is not returned is"
          + " missed. Nothing but the seed decides. Ends with 1 where more than 2 of 100 of a kind"
          + " are wrong. Takes some seconds.",
      ""
    })
final class JudgeCommand implements Callable<Integer> {
  private static final int MOST_RUNS = 10_000_000;
  private static final double MOST_WRONG = 0.02;

  @Option(
      names = "--runs",
      paramLabel = "N",
      defaultValue = "10000",
      description = "Roll-outs of each kind, 100 to 10000000. Default: 10000.")
  private int runs;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "20261123",
      description = "Of the random numbers. Default: 20261123, that of docs/canary.md.")
  private long seed;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "json",
      description = "\"json\": one JSON document; all else goes to standard error.")
  private @Nullable String format;

  @Override
  public Integer call() {
    if (format != null && !format.equals("json")) {
      throw Refused.usage("-o " + format + " is not known: write -o json, or leave it out");
    }
    if (runs < 100 || runs > MOST_RUNS) {
      throw Refused.usage(
          "--runs " + runs + " is not possible: write 100 to " + MOST_RUNS + " roll-outs");
    }
    Rehearsal rehearsal = new Rehearsal();
    List<Ends> all = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      System.err.printf(
          Locale.ROOT,
          "%d of %d: %,d roll-outs of a version that is %s%n",
          all.size() + 1,
          Kind.values().length,
          runs,
          kind.words());
      all.add(rehearsal.play(kind, runs, seed));
    }
    System.out.print(
        format == null
            ? Rehearsal.table(all)
            : JsonMapper.shared().writeValueAsString(json(all)) + "\n");
    System.out.flush();
    return all.stream().allMatch(JudgeCommand::rarelyWrong) ? 0 : 1;
  }

  private static boolean rarelyWrong(Ends ends) {
    return ends.wrong() <= MOST_WRONG * ends.runs();
  }

  private Map<String, Object> json(List<Ends> all) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("seed", seed);
    body.put("runs", runs);
    body.put("steps", Rehearsal.STEPS);
    body.put("looksPerStep", Rehearsal.LOOKS);
    body.put("kinds", all.stream().map(JudgeCommand::json).toList());
    return body;
  }

  /** Shares are from 0 to 1; that of the mistake that cannot be made of a kind is null. */
  private static Map<String, @Nullable Object> json(Ends ends) {
    boolean harmful = ends.kind().wanted() == Wanted.RETURN;
    double wrong = (double) ends.wrong() / ends.runs();
    Map<String, @Nullable Object> body = new LinkedHashMap<>();
    body.put("kind", ends.kind().name().toLowerCase(Locale.ROOT).replace('_', '-'));
    body.put("newVersion", ends.kind().words());
    body.put("wanted", ends.kind().wanted().name().toLowerCase(Locale.ROOT));
    body.put("requestsPerStep", ends.kind().requests());
    body.put("promoted", ends.promoted());
    body.put("returned", ends.returned());
    body.put("undecided", ends.undecided());
    body.put("falseReturns", harmful ? null : wrong);
    body.put("missed", harmful ? wrong : null);
    return body;
  }
}

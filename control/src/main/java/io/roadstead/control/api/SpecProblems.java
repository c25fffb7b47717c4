package io.roadstead.control.api;

import io.roadstead.control.http.Refusal;
import io.roadstead.control.spec.Problems;
import io.roadstead.control.wire.Json;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ArrayNode;

/** Problems of a document as one refusal that tells all of them. */
final class SpecProblems {
  private SpecProblems() {}

  /**
   * @param what it is that has the problems, for the sentence
   * @throws Refusal where there are any
   */
  static void refuse(String code, String what, Problems problems) {
    if (problems.none()) {
      return;
    }
    ArrayNode list = Json.array();
    problems
        .list()
        .forEach(p -> list.addObject().put("path", p.path()).put("message", p.message()));
    throw Refusal.invalid(
            code,
            what
                + (list.size() == 1 ? " is wrong: " : " has " + list.size() + " problems: ")
                + problems.list().stream()
                    .map(Problems.Problem::sentence)
                    .collect(Collectors.joining("; ")))
        .with("problems", list);
  }
}

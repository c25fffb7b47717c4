package io.roadstead.example.filter;

import io.roadstead.gateway.filter.Filter;
import io.roadstead.gateway.filter.FilterAnswer;
import io.roadstead.gateway.filter.FilterRequest;
import io.roadstead.gateway.filter.Verdict;

/** Gives each answer the fields that a browser is to see, and says for which route it was. */
public final class AnswerStampFilter implements Filter {
  private static final String NOTE = "answer-stamp.route";

  /** For the ServiceLoader. */
  public AnswerStampFilter() {}

  @Override
  public String name() {
    return "answer-stamp";
  }

  @Override
  public Verdict request(FilterRequest request) {
    request.notes().put(NOTE, request.route());
    return Verdict.next();
  }

  @Override
  public void answer(FilterRequest request, FilterAnswer answer) {
    answer.fields().set("X-Content-Type-Options", "nosniff");
    answer.fields().set("X-Route", String.valueOf(request.notes().get(NOTE)));
    answer.fields().remove("Server");
  }
}

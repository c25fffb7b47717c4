package io.roadstead.control.http;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Finds the endpoint for a path and a method. Immutable, safe from any thread. */
public final class Endpoints {
  /** An endpoint and the values of its path's parameters, still encoded. */
  record Match(Endpoint endpoint, Map<String, String> parameters) {}

  private record Entry(List<String> segments, Endpoint endpoint) {}

  private final List<Entry> entries;

  public Endpoints(List<Endpoint> endpoints) {
    entries = endpoints.stream().map(e -> new Entry(segments(e.template()), e)).toList();
  }

  /** As {@code GET /api/v1/registry}. */
  public Set<String> list() {
    Set<String> all = new TreeSet<>();
    entries.forEach(
        e -> all.add(e.endpoint().method() + " " + e.endpoint().template().replace("*}", "}")));
    return all;
  }

  /**
   * @throws Refusal 404 where no endpoint has this path, 405 where none has this method
   */
  Match find(String method, String rawPath) {
    List<String> segments = segments(rawPath);
    String wanted = method.equals("HEAD") ? "GET" : method;
    List<String> allowed = new ArrayList<>();
    for (Entry entry : entries) {
      Map<String, String> parameters = match(entry.segments(), segments);
      if (parameters != null) {
        if (entry.endpoint().method().equals(wanted)) {
          return new Match(entry.endpoint(), parameters);
        }
        allowed.add(entry.endpoint().method());
      }
    }
    if (allowed.isEmpty()) {
      throw Refusal.notFound(
          "unknown-path",
          "there is nothing at "
              + (rawPath.length() > 200 ? rawPath.substring(0, 200) + "…" : rawPath)
              + "; what there is: /api/v1/openapi.yaml");
    }
    if (allowed.contains("GET")) {
      allowed.add("HEAD");
    }
    String allow = String.join(", ", allowed);
    throw new Refusal(405, "method-not-allowed", method + " is not allowed here, only " + allow)
        .header("Allow", allow);
  }

  private static @Nullable Map<String, String> match(List<String> template, List<String> path) {
    boolean open = template.getLast().endsWith("*}");
    if (open ? path.size() < template.size() : path.size() != template.size()) {
      return null;
    }
    Map<String, String> parameters = new LinkedHashMap<>();
    for (int i = 0; i < template.size(); i++) {
      String wanted = template.get(i);
      if (wanted.endsWith("*}")) {
        String rest = String.join("/", path.subList(i, path.size()));
        parameters.put(wanted.substring(1, wanted.length() - 2), rest);
      } else if (wanted.startsWith("{")) {
        if (path.get(i).isEmpty()) {
          return null;
        }
        parameters.put(wanted.substring(1, wanted.length() - 1), path.get(i));
      } else if (!wanted.equals(path.get(i))) {
        return null;
      }
    }
    return parameters;
  }

  private static List<String> segments(String path) {
    return List.of(path.split("/", -1));
  }
}

package io.roadstead.example.web;

import static java.util.Objects.requireNonNullElse;

import java.util.Map;

/**
 * Who is answering, so that a reader of the answer can see a deployment go by.
 *
 * @param edition which jar it is, as its manifest says: 1 or 2
 * @param version what the platform calls it
 */
public record Identity(String service, String edition, String version, String instance) {
  public static Identity of(Class<?> main, String service, Map<String, String> environment) {
    String edition = requireNonNullElse(main.getPackage().getImplementationVersion(), "local");
    return new Identity(
        service,
        edition,
        environment.getOrDefault("ROADSTEAD_VERSION", edition),
        environment.getOrDefault("ROADSTEAD_INSTANCE_ID", "local"));
  }

  /** An object that begins with these facts and ends with the members given. */
  public String json(String members) {
    return "{\"service\":%s,\"version\":%s,\"edition\":%s,\"instance\":%s,%s}"
        .formatted(
            Json.text(service),
            Json.text(version),
            Json.text(edition),
            Json.text(instance),
            members);
  }
}

package io.roadstead.eureka;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What an answer says, in whichever form: every instance by application and id, with all its fields
 * and attributes, and the hash code. Left out is what two servers never share: the times that each
 * sets itself, {@code versions__delta}, and the order of applications, instances and metadata.
 *
 * @param root the name of the root, "" where there is no body
 */
record Decoded(String root, @Nullable String hash, Map<String, String> instances) {
  private static final String TIMES =
      "registrationTimestamp|lastRenewalTimestamp|serviceUpTimestamp|lastUpdatedTimestamp";
  private static final Pattern JSON_TIME = Pattern.compile("(" + TIMES + ")=\\d+");
  private static final Pattern XML_TIME = Pattern.compile("<(" + TIMES + ")>\\d+");
  private static final Pattern EVICTED = Pattern.compile("(evictionTimestamp[=>])[1-9]\\d+");
  private static final Pattern ROOT = Pattern.compile("^<(\\w+)>");
  private static final Pattern HASH = Pattern.compile("<apps__hashcode>(.*?)</apps__hashcode>");
  private static final Pattern INSTANCE =
      Pattern.compile("<instance>(.*?)</instance>", Pattern.DOTALL);
  private static final Pattern ID = Pattern.compile("<instanceId>(.*?)</instanceId>");
  private static final Pattern APP = Pattern.compile("<app>(.*?)</app>");

  static final Decoded NOTHING = new Decoded("", null, Map.of());

  /** What of this is not in {@code other}, for a person to read. */
  String beyond(Decoded other) {
    StringBuilder beyond = new StringBuilder(root.equals(other.root) ? "" : root + " ");
    beyond.append(Objects.equals(hash, other.hash) ? "" : hash + " ");
    instances.forEach(
        (key, one) -> {
          Set<String> words = new TreeSet<>(List.of(one.split("[ ,]+")));
          words.removeAll(List.of(other.instances.getOrDefault(key, "").split("[ ,]+")));
          if (!words.isEmpty()) {
            beyond.append(key).append(": ").append(words).append(' ');
          }
        });
    return beyond.toString();
  }

  /** The same with another status word, where it is in XML. */
  Decoded withWord(String status) {
    Map<String, String> others = new TreeMap<>(instances);
    others.replaceAll((_, one) -> one.replaceFirst("<status>\\w+", "<status>" + status));
    return new Decoded(root, hash, others);
  }

  static Decoded of(EurekaResponse answer) {
    String body = Wire.text(answer);
    if (body.isEmpty()) {
      return NOTHING;
    }
    return body.startsWith("<") ? xml(body) : json(Golden.tree(answer.body()));
  }

  private static Decoded json(JsonNode tree) {
    String root = tree.propertyNames().iterator().next();
    Map<String, String> instances = new TreeMap<>();
    JsonNode content = tree.get(root);
    switch (root) {
      case "instance" -> put(instances, content);
      case "application" -> content.get("instance").forEach(one -> put(instances, one));
      default ->
          content
              .get("application")
              .forEach(app -> app.get("instance").forEach(one -> put(instances, one)));
    }
    JsonNode hash = content.get("apps__hashcode");
    return new Decoded(root, hash == null ? null : hash.asString(), instances);
  }

  private static void put(Map<String, String> instances, JsonNode one) {
    String key = one.get("app").asString() + "/" + one.get("instanceId").asString();
    if (instances.put(key, timeless(sorted(one))) != null) {
      throw new AssertionError(key + " stands twice in one answer");
    }
  }

  private static String sorted(JsonNode node) {
    if (!node.isObject()) {
      return node.isString() ? "'" + node.asString() + "'" : node.toString();
    }
    Map<String, String> fields = new TreeMap<>();
    node.properties().forEach(field -> fields.put(field.getKey(), sorted(field.getValue())));
    return fields.toString();
  }

  private static Decoded xml(String body) {
    Map<String, String> instances = new TreeMap<>();
    Matcher each = INSTANCE.matcher(body);
    while (each.find()) {
      String one = each.group(1);
      String[] elements = one.replaceAll("</[^>]*>", "").split("(?=<)");
      for (int i = 0; i < elements.length; i++) {
        elements[i] = elements[i].strip();
      }
      Arrays.sort(elements);
      String key = group(APP, one) + "/" + group(ID, one);
      if (instances.put(key, timeless(String.join(" ", elements))) != null) {
        throw new AssertionError(key + " stands twice in one answer");
      }
    }
    Matcher hash = HASH.matcher(body);
    return new Decoded(group(ROOT, body), hash.find() ? hash.group(1) : null, instances);
  }

  private static String group(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    if (!matcher.find()) {
      throw new AssertionError("no " + pattern + " in " + text);
    }
    return matcher.group(1);
  }

  private static String timeless(String instance) {
    String quoteless =
        JSON_TIME.matcher(instance.replaceAll("='(\\d{13})'", "=$1")).replaceAll("$1=T");
    return EVICTED.matcher(XML_TIME.matcher(quoteless).replaceAll("<$1>T")).replaceAll("$1T");
  }
}

package io.roadstead.platform.file;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A YAML document as JSON, and the line that each part of it stands in.
 *
 * <p>Parts are named by their JSON pointers: {@code /services/orders/routes/0/path}.
 */
final class YamlTree {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final int MAX_DEPTH = 32;

  private final Map<String, Integer> lines = new HashMap<>();
  private final List<Fault> problems;
  private final Predicate<String> asText;

  private YamlTree(List<Fault> problems, Predicate<String> asText) {
    this.problems = problems;
    this.asText = asText;
  }

  /**
   * Something that is wrong with the document as YAML.
   *
   * @param line counted from 1
   */
  record Fault(int line, String text) {}

  /** A document as read. */
  record Read(JsonNode root, Map<String, Integer> lines) {
    /** The line of a part, or of the nearest part around it that has one. */
    int line(String pointer) {
      String at = pointer;
      while (true) {
        Integer line = lines.get(at);
        if (line != null) {
          return line;
        }
        int slash = at.lastIndexOf('/');
        if (slash < 0) {
          return 1;
        }
        at = at.substring(0, slash);
      }
    }
  }

  /**
   * Reads the document; what is wrong with it as YAML is added to {@code problems}.
   *
   * @param asText which parts are text even where they look like a number ({@code version: 1.10})
   */
  static Read read(String text, List<Fault> problems, Predicate<String> asText) {
    YamlTree tree = new YamlTree(problems, asText);
    LoadSettings settings =
        LoadSettings.builder()
            .setUseMarks(true)
            .setAllowDuplicateKeys(true)
            .setMaxAliasesForCollections(50)
            .setCodePointLimit(4 * 1024 * 1024)
            .build();
    try {
      Optional<Node> root = new Compose(settings).composeString(text);
      JsonNode json = root.map(node -> tree.convert(node, "", 0)).orElseGet(JSON::nullNode);
      return new Read(json, tree.lines);
    } catch (MarkedYamlEngineException e) {
      int line = e.getProblemMark().or(e::getContextMark).map(mark -> mark.getLine() + 1).orElse(1);
      problems.add(new Fault(line, "is not YAML: " + e.getProblem()));
    } catch (YamlEngineException e) {
      problems.add(new Fault(1, "is not YAML: " + firstLine(e)));
    }
    return new Read(JSON.missingNode(), tree.lines);
  }

  private static String firstLine(Exception e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }

  private static int line(Node node) {
    return node.getStartMark().map(Mark::getLine).orElse(0) + 1;
  }

  private JsonNode convert(Node node, String at, int depth) {
    lines.putIfAbsent(at, line(node));
    if (depth > MAX_DEPTH) {
      problems.add(new Fault(line(node), "is nested deeper than " + MAX_DEPTH + " levels"));
      return JSON.nullNode();
    }
    return switch (node) {
      case MappingNode mapping -> object(mapping, at, depth);
      case SequenceNode sequence -> array(sequence, at, depth);
      case ScalarNode scalar -> scalar(scalar, at);
      default -> {
        problems.add(new Fault(line(node), "has a kind of part that is not supported here"));
        yield JSON.nullNode();
      }
    };
  }

  private ObjectNode object(MappingNode mapping, String at, int depth) {
    ObjectNode object = JSON.objectNode();
    for (NodeTuple tuple : mapping.getValue()) {
      if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
        problems.add(new Fault(line(tuple.getKeyNode()), "has a key that is not text"));
        continue;
      }
      String name = key.getValue();
      String inner = at + "/" + name.replace("~", "~0").replace("/", "~1");
      if (object.has(name)) {
        problems.add(
            new Fault(
                line(key),
                "has the key \"" + name + "\" twice; the first is in line " + lines.get(inner)));
        continue;
      }
      lines.put(inner, line(key));
      object.set(name, convert(tuple.getValueNode(), inner, depth + 1));
    }
    return object;
  }

  private ArrayNode array(SequenceNode sequence, String at, int depth) {
    ArrayNode array = JSON.arrayNode();
    int index = 0;
    for (Node element : sequence.getValue()) {
      array.add(convert(element, at + "/" + index++, depth + 1));
    }
    return array;
  }

  private JsonNode scalar(ScalarNode scalar, String at) {
    String value = scalar.getValue();
    Tag tag = scalar.getTag();
    if (tag.equals(Tag.NULL)) {
      return JSON.nullNode();
    }
    if (asText.test(at) || tag.equals(Tag.STR)) {
      return JSON.stringNode(value);
    }
    try {
      if (tag.equals(Tag.BOOL)) {
        return JSON.booleanNode(Boolean.parseBoolean(value));
      }
      if (tag.equals(Tag.INT)) {
        BigInteger number = new BigInteger(value);
        return number.bitLength() < 64
            ? JSON.numberNode(number.longValue())
            : JSON.numberNode(number);
      }
      if (tag.equals(Tag.FLOAT)) {
        return JSON.numberNode(new BigDecimal(value));
      }
    } catch (NumberFormatException e) {
      // Octal, infinity and the like: no value of this file is one, so it is judged as text.
    }
    return JSON.stringNode(value);
  }
}

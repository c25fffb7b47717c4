package io.roadstead.eureka;

import java.io.StringReader;
import java.util.Set;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads a registration in XML into the tree that the same registration in JSON would give, so that
 * one set of rules holds for both.
 *
 * <p>The JDK's streaming parser, with neither document types nor entities of any kind: what has a
 * DOCTYPE is refused, and so nothing outside of the body is ever read and nothing in it can expand.
 * Depth and the number of elements are bounded here, the size before, names and attributes by the
 * parser's own limits. Thread-safe.
 */
final class XmlTree {
  private static final int MAX_DEPTH = InstanceReader.MAX_DEPTH;
  private static final int MAX_ELEMENTS = 4096;

  /** What is an object in JSON: these are so even where they are empty. */
  private static final Set<String> OBJECTS = Set.of("dataCenterInfo", "leaseInfo", "metadata");

  private static final Set<String> PORTS = Set.of("port", "securePort");

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final XMLStreamReader in;
  private int elements;

  private XmlTree(XMLStreamReader in) {
    this.in = in;
  }

  /**
   * The tree of {@code text}, under the name of its root.
   *
   * @throws BadRequest for what is not XML, or out of bounds
   */
  static JsonNode parse(String text) {
    XMLInputFactory parsers = XMLInputFactory.newDefaultFactory();
    parsers.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    parsers.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    parsers.setProperty(XMLInputFactory.IS_REPLACING_ENTITY_REFERENCES, false);
    parsers.setProperty(XMLInputFactory.IS_NAMESPACE_AWARE, false);
    parsers.setXMLResolver(
        (_, _, _, _) -> {
          throw new XMLStreamException("entities are not read");
        });
    try {
      XMLStreamReader in = parsers.createXMLStreamReader(new StringReader(text));
      try {
        return new XmlTree(in).document();
      } finally {
        in.close();
      }
    } catch (XMLStreamException e) {
      throw new BadRequest("the body is not XML: " + reason(e));
    }
  }

  /** The parser's message has a line that says where, and one that says what. */
  private static String reason(XMLStreamException e) {
    String message = String.valueOf(e.getMessage());
    int what = message.indexOf("Message: ");
    String line = what < 0 ? message : message.substring(what + "Message: ".length());
    return Texts.abbreviate(line.lines().findFirst().orElse("unreadable"))
        + " (line "
        + e.getLocation().getLineNumber()
        + ", column "
        + e.getLocation().getColumnNumber()
        + ")";
  }

  private JsonNode document() throws XMLStreamException {
    ObjectNode root = NODES.objectNode();
    while (in.hasNext()) {
      switch (in.next()) {
        case XMLStreamConstants.DTD ->
            throw new BadRequest("the body has a DOCTYPE: document types are not read");
        case XMLStreamConstants.START_ELEMENT -> {
          String name = name();
          root.set(name, element(name, 1));
        }
        default -> {}
      }
    }
    return root;
  }

  private String name() {
    String name = in.getLocalName();
    if (++elements > MAX_ELEMENTS) {
      throw new BadRequest("the body has more than " + MAX_ELEMENTS + " elements");
    }
    return name;
  }

  private JsonNode element(String name, int depth) throws XMLStreamException {
    if (depth > MAX_DEPTH) {
      throw new BadRequest(
          "the body is out of bounds: elements stand deeper than " + MAX_DEPTH + " in each other");
    }
    boolean port = depth == 2 && PORTS.contains(name);
    String enabled = port ? in.getAttributeValue(null, "enabled") : null;
    boolean map = name.equals("metadata");
    StringBuilder text = new StringBuilder();
    ObjectNode children = null;
    for (int event = in.next(); event != XMLStreamConstants.END_ELEMENT; event = in.next()) {
      switch (event) {
        case XMLStreamConstants.START_ELEMENT -> {
          String child = name();
          children = children == null ? NODES.objectNode() : children;
          add(children, map ? XmlText.key(child) : child, element(child, depth + 1));
        }
        case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA, XMLStreamConstants.SPACE ->
            text.append(in.getText());
        case XMLStreamConstants.ENTITY_REFERENCE ->
            throw new BadRequest("the body has an entity in " + name + ": entities are not read");
        default -> {}
      }
    }
    return port ? port(name, text, enabled, children) : value(name, text, children);
  }

  /** What stands twice is a list, which the rules refuse by its name. */
  private static void add(ObjectNode to, String name, JsonNode value) {
    JsonNode before = to.get(name);
    if (before == null) {
      to.set(name, value);
    } else if (before instanceof ArrayNode list) {
      list.add(value);
    } else {
      to.set(name, NODES.arrayNode().add(before).add(value));
    }
  }

  private static JsonNode port(
      String name, StringBuilder text, @Nullable String enabled, @Nullable ObjectNode children) {
    if (children != null) {
      throw new BadRequest(name + " has elements in it, not a number");
    }
    ObjectNode port = NODES.objectNode();
    if (!text.isEmpty()) {
      port.put("$", text.toString());
    }
    if (enabled != null) {
      port.put("@enabled", enabled);
    }
    return port;
  }

  private static JsonNode value(String name, StringBuilder text, @Nullable ObjectNode children) {
    if (children != null) {
      return children;
    }
    String value = text.toString();
    return OBJECTS.contains(name) && value.isBlank() ? NODES.objectNode() : NODES.stringNode(value);
  }
}

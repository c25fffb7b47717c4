package io.roadstead.eureka;

import com.thoughtworks.xstream.io.xml.XmlFriendlyNameCoder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;
import tools.jackson.databind.JsonNode;

/**
 * What an instance says, read by others than the decoders under test: JSON by Jackson as it comes,
 * XML by the JDK's documents, names of metadata by XStream. The same for a registration and for an
 * answer, so that the two can be compared.
 *
 * @param fields by name, {@code port}, {@code leaseInfo.…} and {@code metadata.…} among them
 * @param depth how deep things stand in each other
 * @param elements of XML
 */
record Reference(Map<String, String> fields, int depth, int elements) {
  static final String TWICE = "(stands twice)";

  private static final Pattern CODED = Pattern.compile("([^_]|__|_-|_\\.[0-9a-f]{4})*");
  private static final XmlFriendlyNameCoder NAMES = new XmlFriendlyNameCoder("_-", "__");

  static Reference json(String text) {
    JsonNode root = Golden.tree(text.getBytes(StandardCharsets.UTF_8));
    Map<String, String> fields = new TreeMap<>();
    JsonNode instance = root.path("instance");
    instance
        .properties()
        .forEach(
            field -> {
              String name = field.getKey();
              JsonNode value = field.getValue();
              switch (name) {
                case "port", "securePort" -> put(fields, name, value.get("$"));
                case "leaseInfo" ->
                    value
                        .properties()
                        .forEach(
                            each -> put(fields, "leaseInfo." + each.getKey(), each.getValue()));
                case "metadata" ->
                    value
                        .properties()
                        .forEach(
                            each -> {
                              if (!each.getKey().equals("@class") && !each.getKey().equals("class"))
                                put(fields, "metadata." + each.getKey(), each.getValue());
                            });
                default -> put(fields, name, value);
              }
            });
    return new Reference(fields, depth(root), 0);
  }

  private static void put(Map<String, String> fields, String name, @Nullable JsonNode value) {
    if (value != null && value.isValueNode() && !value.isNull()) {
      fields.put(name, value.asString());
    }
  }

  private static int depth(JsonNode node) {
    int deepest = 0;
    for (JsonNode child : node) {
      deepest = Math.max(deepest, depth(child));
    }
    return deepest + (node.isContainer() ? 1 : 0);
  }

  static Reference xml(String text) throws IOException {
    try {
      DocumentBuilderFactory documents = DocumentBuilderFactory.newDefaultInstance();
      documents.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
      Element root =
          documents
              .newDocumentBuilder()
              .parse(new InputSource(new StringReader(text)))
              .getDocumentElement();
      Map<String, String> fields = new TreeMap<>();
      for (Node each = root.getFirstChild(); each != null; each = each.getNextSibling()) {
        if (each instanceof Element field) {
          String name = field.getTagName();
          switch (name) {
            case "leaseInfo", "metadata" -> children(field, name, fields);
            default -> {
              if (leaf(field)) {
                once(fields, name, field);
              }
            }
          }
        }
      }
      return new Reference(fields, depth(root), 1 + root.getElementsByTagName("*").getLength());
    } catch (ParserConfigurationException | SAXException e) {
      throw new IOException(e);
    }
  }

  private static void children(Element of, String name, Map<String, String> fields) {
    for (Node each = of.getFirstChild(); each != null; each = each.getNextSibling()) {
      if (each instanceof Element child && leaf(child)) {
        String key = child.getTagName();
        boolean map = name.equals("metadata");
        if (!map) {
          once(fields, name + "." + key, child);
        } else if (CODED.matcher(key).matches()) {
          String decoded = NAMES.decodeNode(key);
          if (!decoded.equals("class") && !decoded.equals("@class")) {
            once(fields, "metadata." + decoded, child);
          }
        }
      }
    }
  }

  /** What stands twice has no one value. */
  private static void once(Map<String, String> fields, String name, Element element) {
    if (fields.put(name, element.getTextContent()) != null) {
      fields.put(name, TWICE);
    }
  }

  private static boolean leaf(Element element) {
    return element.getElementsByTagName("*").getLength() == 0;
  }

  private static int depth(Element element) {
    int deepest = 0;
    for (Node each = element.getFirstChild(); each != null; each = each.getNextSibling()) {
      if (each instanceof Element child) {
        deepest = Math.max(deepest, depth(child));
      }
    }
    return deepest + 1;
  }

  static String text(byte[] body, boolean gzip, Charset charset) throws IOException {
    byte[] plain = body;
    if (gzip) {
      try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(body))) {
        plain = in.readAllBytes();
      }
    }
    String text = charset.newDecoder().decode(ByteBuffer.wrap(plain)).toString();
    return text.startsWith("\uFEFF") ? text.substring(1) : text;
  }
}

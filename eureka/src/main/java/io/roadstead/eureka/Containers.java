package io.roadstead.eureka;

import io.roadstead.registry.Instance;
import io.roadstead.registry.InstanceKey;
import io.roadstead.registry.Service;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What stands around instances: a root, the elements of applications, and the hash code by which
 * Java clients check what a delta has made of their view.
 *
 * <p>Names need no escaping: the registry bounds what a service may be called.
 */
final class Containers {
  /** How deep instances stand in {@link #applications}, in {@link #application}. */
  static final int DEPTH_IN_APPLICATIONS = 2;

  static final int DEPTH_IN_APPLICATION = 1;

  private Containers() {}

  /** {@code applications}, as a fetch is answered. */
  static Body applications(Form form, Applications content) {
    String version = Long.toString(Math.max(1, content.version().n()));
    Body.Builder body = new Body.Builder();
    switch (form) {
      case JSON -> {
        body.add("{\"applications\":{").add(jsonVersion(version, content)).add(",");
        jsonElements(body, form, content).add("}}");
      }
      case COMPACT_JSON -> {
        jsonElements(body.add("{\"applications\":{"), form, content)
            .add(",\"registeredApplicationsEmpty\":" + content.elements().isEmpty() + ",")
            .add(jsonVersion(version, content))
            .add("}}");
      }
      case XML -> {
        body.add("<applications>\n  ").add(xmlVersion(version)).add("\n  ");
        body.add(xmlHashCode(content)).add("\n");
        xmlElements(body, form, content).add("</applications>");
      }
      case COMPACT_XML -> {
        boolean empty = content.elements().isEmpty();
        xmlElements(body.add("<applications>"), form, content)
            .add("<registeredApplicationsEmpty>" + empty + "</registeredApplicationsEmpty>")
            .add(xmlVersion(version))
            .add(xmlHashCode(content))
            .add("</applications>");
      }
    }
    return body.build(form);
  }

  /** One {@code application} as a root. */
  static Body application(Form form, Applications.Element application) {
    Body.Builder body = new Body.Builder();
    if (form.xml()) {
      xmlElement(body, form, 0, application);
    } else {
      jsonElement(body.add("{\"application\":"), form, application).add("}");
    }
    return body.build(form);
  }

  /** One {@code instance} as a root. */
  static Body instance(Form form, byte[] instance) {
    Segment segment = new Segment(instance);
    Body.Builder body = new Body.Builder();
    return (form.xml() ? body.add(segment) : body.add("{\"instance\":").add(segment).add("}"))
        .build(form);
  }

  private static String jsonVersion(String version, Applications content) {
    return "\"versions__delta\":\""
        + version
        + "\",\"apps__hashcode\":\""
        + content.hashCodeText()
        + "\"";
  }

  /** Always a list: Spring's mapper refuses one element that stands alone. */
  private static Body.Builder jsonElements(Body.Builder body, Form form, Applications content) {
    body.add("\"application\":[");
    boolean first = true;
    for (Applications.Element element : content.elements()) {
      jsonElement(body.add(first ? "" : ","), form, element);
      first = false;
    }
    return body.add("]");
  }

  private static Body.Builder jsonElement(
      Body.Builder body, Form form, Applications.Element element) {
    body.add("{\"name\":\"").add(InstanceWriter.app(element.service())).add("\",\"instance\":[");
    element.instances().addTo(body, form);
    return body.add("]}");
  }

  private static String xmlVersion(String version) {
    return "<versions__delta>" + version + "</versions__delta>";
  }

  private static String xmlHashCode(Applications content) {
    return "<apps__hashcode>" + content.hashCodeText() + "</apps__hashcode>";
  }

  private static Body.Builder xmlElements(Body.Builder body, Form form, Applications content) {
    content.elements().forEach(element -> xmlElement(body, form, 1, element));
    return body;
  }

  /** The whole form has a line for each element, the compact one none; a root ends no line. */
  private static void xmlElement(
      Body.Builder body, Form form, int depth, Applications.Element element) {
    String indent = form.compact() ? "" : "  ".repeat(depth);
    String line = form.compact() ? "" : "\n";
    body.add(indent).add("<application>").add(line);
    body.add(form.compact() ? "" : indent + "  ")
        .add("<name>")
        .add(InstanceWriter.app(element.service()))
        .add("</name>")
        .add(line);
    element.instances().addTo(body, form);
    body.add(indent).add("</application>").add(depth == 0 ? "" : line);
  }

  /** Instances by status: {@code DOWN_2_UP_40_}, in the order of the words; "" for none. */
  static final class HashCode {
    private final Map<EurekaStatus, Integer> counts = new EnumMap<>(EurekaStatus.class);

    void add(Instance instance) {
      counts.merge(EurekaStatus.of(instance), 1, Integer::sum);
    }

    /**
     * @param own an instance that counts in this form and not in the one among the services
     */
    static String of(Iterable<Service> services, @Nullable Instance own) {
      InstanceKey replaced = own == null ? null : own.key();
      HashCode hash = new HashCode();
      for (Service service : services) {
        for (Instance instance : service.instances()) {
          hash.add(own != null && instance.key().equals(replaced) ? own : instance);
        }
      }
      return hash.text();
    }

    String text() {
      Map<String, Integer> byWord = new TreeMap<>();
      counts.forEach((status, count) -> byWord.put(status.name(), count));
      StringBuilder text = new StringBuilder();
      byWord.forEach((word, count) -> text.append(word).append('_').append(count).append('_'));
      return text.toString();
    }
  }
}

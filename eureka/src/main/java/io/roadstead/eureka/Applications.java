package io.roadstead.eureka;

import io.roadstead.registry.Cursor;
import java.util.ArrayList;
import java.util.List;

/**
 * What a fetch is answered with: applications at one version of the registry, made once for all who
 * ask. Each form is put together when the first asks for it. Thread-safe.
 */
final class Applications {
  /** One {@code application} element. */
  record Element(String service, Chunks<?> instances) {}

  private final Cursor version;
  private final String hashCode;
  private final List<Element> elements;
  private final PerForm<Body> forms = new PerForm<>();

  private Applications(Cursor version, String hashCode, List<Element> elements) {
    this.version = version;
    this.hashCode = hashCode;
    this.elements = elements;
  }

  Cursor version() {
    return version;
  }

  String hashCodeText() {
    return hashCode;
  }

  List<Element> elements() {
    return elements;
  }

  /** In one form: who asks while another makes it waits, and shares it. */
  Body in(Form form) {
    Body known = forms.known(form);
    return known == null ? made(form) : known;
  }

  private synchronized Body made(Form form) {
    return forms.get(form, missing -> Containers.applications(missing, this));
  }

  /** Collects elements one by one. */
  static final class Builder {
    private final List<Element> elements = new ArrayList<>();

    void add(String service, Chunks<?> instances) {
      elements.add(new Element(service, instances));
    }

    Applications build(Cursor version, String hashCode) {
      return new Applications(version, hashCode, List.copyOf(elements));
    }
  }
}

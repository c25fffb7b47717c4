package io.roadstead.it.browser;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A page in the browser, used as a person would: by what can be read on it, with mouse and keys.
 * What it logs as an error, and what its Content-Security-Policy stops, is collected.
 */
public final class Page implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Finds what a person means by a name: in the open dialog, else on the page. */
  private static final String FIND =
      """
      (() => {
        const scope = [...document.querySelectorAll('dialog[open]')].at(-1) ?? document;
        const shown = (e) => e.getClientRects().length > 0;
        const name = (e) => (e.getAttribute('aria-label') ?? e.labels?.[0]?.querySelector('.label')?.textContent
            ?? e.labels?.[0]?.textContent ?? e.textContent).trim();
        return [...scope.querySelectorAll('%s')].filter(shown).find((e) => name(e) === %s && !e.disabled);
      })()\
      """;

  private static final String CONTROLS = "button, a[href], input, select";

  private final DevTools tools;
  private final String session;
  private final String target;
  private final List<String> problems = new CopyOnWriteArrayList<>();
  private final List<String> ignored = new CopyOnWriteArrayList<>();

  Page(DevTools tools, String session, String target, int width, int height) {
    this.tools = tools;
    this.session = session;
    this.target = target;
    tools.listen(this::heard);
    call("Page.enable", tools.parameters());
    call("Runtime.enable", tools.parameters());
    call("Log.enable", tools.parameters());
    size(width, height);
  }

  /** What went wrong on the page by itself: errors, warnings, what the policy stopped. */
  public List<String> problems() {
    return problems.stream().filter(p -> ignored.stream().noneMatch(p::contains)).toList();
  }

  /** Overlooks problems with this part from now on: those of the test's own doing. */
  public void ignore(String part) {
    ignored.add(part);
  }

  /** Takes what is expected out of the problems; it is to be there. */
  public void forgive(String part) {
    Awaitility.await("a problem with '" + part + "'")
        .atMost(PATIENCE)
        .until(() -> problems.removeIf(problem -> problem.contains(part)));
  }

  public void open(String url) {
    call("Page.navigate", tools.parameters().put("url", url));
  }

  public void size(int width, int height) {
    call(
        "Emulation.setDeviceMetricsOverride",
        tools
            .parameters()
            .put("width", width)
            .put("height", height)
            .put("deviceScaleFactor", 1)
            .put("mobile", false));
  }

  /** Lets the system prefer {@code light} or {@code dark}. */
  public void scheme(String scheme) {
    ObjectNode parameters = tools.parameters();
    parameters
        .putArray("features")
        .addObject()
        .put("name", "prefers-color-scheme")
        .put("value", scheme);
    call("Emulation.setEmulatedMedia", parameters);
  }

  /** The value of an expression; of a promise, what it comes to. */
  public JsonNode eval(String expression) {
    JsonNode said =
        call(
            "Runtime.evaluate",
            tools
                .parameters()
                .put("expression", expression)
                .put("awaitPromise", true)
                .put("userGesture", true)
                .put("returnByValue", true));
    if (said.has("exceptionDetails")) {
      throw new AssertionError(expression + ": " + said.path("exceptionDetails"));
    }
    return said.path("result").path("value");
  }

  /** What can be read in an element, or in the whole page. */
  public String text(String selector) {
    return eval("document.querySelector(" + quoted(selector) + ")?.innerText ?? ''").asString();
  }

  /** Waits until an expression is true. */
  public void until(String what, String expression) {
    try {
      Awaitility.await(what)
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(50))
          .ignoreExceptions()
          .until(() -> eval(expression).asBoolean());
    } catch (ConditionTimeoutException e) {
      throw new AssertionError(
          what + " was not to be seen; the page reads: " + text("body") + "; problems: " + problems,
          e);
    }
  }

  /** Waits until an element shows a text. */
  public void reads(String selector, String text) {
    until(
        "'" + text + "' in " + selector,
        "document.querySelector("
            + quoted(selector)
            + ")?.innerText.includes("
            + quoted(text)
            + ") ?? false");
  }

  /**
   * Clicks the button, link or field of this name, in the open dialog if there is one, once it can
   * be hit where it is to be seen.
   */
  public void click(String name) {
    until(
        "'" + name + "' to click",
        "(async () => { const e = "
            + FIND.formatted(CONTROLS, quoted(name))
            + "; if (!e) return false; e.scrollIntoView({block: 'center', behavior: 'instant'});"
            + " await new Promise(requestAnimationFrame);"
            + " const r = e.getBoundingClientRect();"
            + " if (!e.contains(document.elementFromPoint(r.x + r.width / 2, r.y + r.height / 2)))"
            + " return false; e.focus(); e.click(); return true; })()");
  }

  /** Writes into the field with this label, in place of what is there. */
  public void fill(String label, String text) {
    String found = FIND.formatted("input, textarea", quoted(label));
    until("the field '" + label + "'", found + " !== undefined");
    eval("(() => { const e = " + found + "; e.focus(); e.select(); })()");
    call("Input.insertText", tools.parameters().put("text", text));
  }

  /** Takes the option of this value in the field with this label. */
  public void select(String label, String value) {
    String found = FIND.formatted("select", quoted(label));
    until("the field '" + label + "'", found + " !== undefined");
    eval(
        "(() => { const e = "
            + found
            + "; e.value = "
            + quoted(value)
            + "; e.dispatchEvent(new Event('input', {bubbles: true})); })()");
  }

  /** Chooses a file where the page asks for one. */
  public void choose(Path file) {
    until("a field for a file", "document.querySelector('input[type=file]') !== null");
    JsonNode document = call("DOM.getDocument", tools.parameters());
    JsonNode input =
        call(
            "DOM.querySelector",
            tools
                .parameters()
                .put("nodeId", document.path("root").path("nodeId").asInt())
                .put("selector", "input[type=file]"));
    ObjectNode parameters = tools.parameters().put("nodeId", input.path("nodeId").asInt());
    parameters.putArray("files").add(file.toString());
    call("DOM.setFileInputFiles", parameters);
  }

  /** Presses a key such as {@code Escape}, {@code Tab} or {@code Enter}. */
  public void press(String key) {
    for (String type : List.of("rawKeyDown", "char", "keyUp")) {
      ObjectNode parameters =
          tools
              .parameters()
              .put("type", type)
              .put("key", key)
              .put("code", key)
              .put("windowsVirtualKeyCode", code(key));
      if (type.equals("char")) {
        if (!key.equals("Enter")) {
          continue;
        }
        parameters.put("text", "\r");
      }
      call("Input.dispatchKeyEvent", parameters);
    }
  }

  private static int code(String key) {
    return switch (key) {
      case "Tab" -> 9;
      case "Enter" -> 13;
      case "Escape" -> 27;
      default -> throw new IllegalArgumentException("no code is known for the key " + key);
    };
  }

  /** Fails where the page is wider than its window. */
  public void fitsItsWidth() {
    JsonNode widths =
        eval("[document.documentElement.scrollWidth, document.documentElement.clientWidth]");
    assertThat(widths.get(0).asInt())
        .as("the page's width against the window's, at %s", eval("location.pathname").asString())
        .isLessThanOrEqualTo(widths.get(1).asInt());
  }

  /** Writes a picture of what is to be seen as a PNG. */
  public void picture(Path file) throws IOException {
    JsonNode shot = call("Page.captureScreenshot", tools.parameters().put("format", "png"));
    Files.write(file, Base64.getDecoder().decode(shot.path("data").asString()));
  }

  @Override
  public void close() {
    tools.call("", "Target.closeTarget", tools.parameters().put("targetId", target));
  }

  private JsonNode call(String method, ObjectNode parameters) {
    return tools.call(session, method, parameters);
  }

  private void heard(JsonNode event) {
    if (!event.path("sessionId").asString("").equals(session)) {
      return;
    }
    JsonNode said = event.path("params");
    switch (event.path("method").asString()) {
      case "Runtime.exceptionThrown" -> problems.add(said.path("exceptionDetails").toString());
      case "Runtime.consoleAPICalled" -> {
        if (List.of("error", "warning", "assert").contains(said.path("type").asString())) {
          problems.add(said.path("args").toString());
        }
      }
      case "Log.entryAdded" -> {
        JsonNode entry = said.path("entry");
        if (List.of("error", "warning").contains(entry.path("level").asString())) {
          problems.add(entry.path("text").asString() + " " + entry.path("url").asString(""));
        }
      }
      default -> {}
    }
  }

  private static String quoted(String text) {
    return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + "\"";
  }
}

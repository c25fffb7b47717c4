package io.roadstead.control.spec;

import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.registry.HeaderEdits;
import io.roadstead.registry.PathForm;
import io.roadstead.registry.Route;
import io.roadstead.registry.RouteAction;
import io.roadstead.registry.RouteMatch;
import io.roadstead.rollout.ServiceSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class RouteReaderTest {
  private static final String FULL =
      """
      {'command': 'x', 'routes': [
        {'path': '/api', 'host': '*.Shop.Example', 'methods': ['get', 'POST'],
         'headers': {'X-Beta': 'yes'}, 'query': {'v': '2'}, 'cookies': {'id': '*'},
         'rewrite': '/v2{rest}', 'allow': ['encoded-slash'],
         'requestHeaders': {'set': {'X-From': 'edge'}, 'remove': ['Cookie']},
         'responseHeaders': {'set': {'X-Frame-Options': 'DENY'}, 'remove': ['Server']}},
        {'path': '/old', 'exact': true, 'redirect': {'status': 308, 'to': 'https://{host}/new'}}]}
      """;

  private final Problems problems = Problems.withoutLines();

  private static JsonNode tree(String json) {
    return JsonMapper.builder().build().readTree(json.replace('\'', '"'));
  }

  private static ServiceSpec read(String json, Problems problems) {
    return SpecReader.wire()
        .read("orders", tree(json), Place.ROOT.key("orders"), problems)
        .orElseThrow(() -> new AssertionError(problems.list().toString()));
  }

  @Test
  void everyKeyOfARouteIsRead() {
    assertThat(read(FULL, problems).routes())
        .containsExactly(
            new Route("*.shop.example", "/api", true)
                .with(
                    new RouteMatch(
                        false,
                        List.of("GET", "POST"),
                        Map.of("x-beta", "yes"),
                        Map.of("v", "2"),
                        Map.of("id", "*")))
                .with(
                    new RouteAction(
                        "/v2{rest}",
                        Optional.empty(),
                        new HeaderEdits(Map.of("x-from", "edge"), List.of("cookie")),
                        new HeaderEdits(Map.of("x-frame-options", "DENY"), List.of("server")),
                        Set.of(PathForm.ENCODED_SLASH))),
            new Route("", "/old", true)
                .with(new RouteMatch(true, List.of(), Map.of(), Map.of(), Map.of()))
                .with(
                    new RouteAction(
                        "",
                        Optional.of(new RouteAction.Redirect(308, "https://{host}/new")),
                        HeaderEdits.NONE,
                        HeaderEdits.NONE,
                        Set.of())));
  }

  @Test
  void whatIsWrittenReadsTheSameAgain() {
    ServiceSpec spec = read(FULL, problems);
    SpecJson codec = new SpecJson();
    assertThat(codec.read("orders", codec.write(spec))).isEqualTo(spec);
  }

  @Test
  void impossibleValuesSayWhatIsAllowed() {
    for (String[] one :
        new String[][] {
          {"'path': '/a//b'", "is not a path"},
          {"'path': '/a/..'", "is not a path"},
          {"'path': '/a%20b'", "is not a path"},
          {"'path': '/a', 'host': 'a.*.example'", "*.shop.example"},
          {"'path': '/a', 'host': '*'", "*.shop.example"},
          {"'path': '/a', 'exact': 'yes'", "true or false"},
          {"'path': '/a', 'methods': ['G T']", "not a method"},
          {"'path': '/a', 'methods': ['TRACE']", "never forwarded"},
          {"'path': '/a', 'methods': 'GET'", "a list of at most"},
          {"'path': '/a', 'headers': {'X_Y': '1'}", "underscore"},
          {"'path': '/a', 'headers': {'X-Forwarded-For': '1'}", "gateway's own"},
          {"'path': '/a', 'headers': {'X-A': ' 1'}", "spaces only inside"},
          {"'path': '/a', 'query': {'a': '\\u00e4'}", "visible ASCII"},
          {"'path': '/a', 'cookies': {'a b': '1'}", "not a name"},
          {"'path': '/a', 'rewrite': 'v2'", "starts with one slash"},
          {"'path': '/a', 'rewrite': '//v2'", "starts with one slash"},
          {"'path': '/a', 'rewrite': '/v2{host}'", "{host} is not known here"},
          {"'path': '/a', 'rewrite': '/v2{'", "not a template"},
          {"'path': '/a', 'rewrite': '/v2/{rest}'", "two slashes in a row"},
          {"'path': '/a', 'redirect': {'status': 303, 'to': '/b'}", "301, 302, 307 and 308"},
          {"'path': '/a', 'redirect': {'to': 'javascript:x'}", "no place to go to"},
          {"'path': '/a', 'redirect': {'to': '//b'}", "no place to go to"},
          {"'path': '/a', 'redirect': {'to': '/b\\r\\nX: y'}", "not a template"},
          {"'path': '/a', 'redirect': {'to': '/b'}, 'rewrite': '/c'", "forwards nothing"},
          {"'path': '/a', 'redirect': {'to': '/b'}, 'allow': ['double-slash']", "another host"},
          {"'path': '/a', 'allow': ['dots']", "known are encoded-slash and double-slash"},
          {"'path': '/a', 'requestHeaders': {'set': {'Host': 'b'}}", "leave it out"},
          {"'path': '/a', 'responseHeaders': {'remove': ['Content-Length']}", "leave it out"},
          {"'path': '/a', 'requestHeaders': {'set': {'A': 'b\\r\\nC: d'}}", "visible ASCII"},
          {"'path': '/a', 'requestHeaders': {'set': {'A': 'b'}, 'remove': ['a']}", "set as well"},
          {"'path': '/a', 'method': ['GET']", "did you mean 'methods'?"}
        }) {
      Problems own = Problems.withoutLines();
      assertThat(
              SpecReader.wire()
                  .read(
                      "orders",
                      tree("{'command': 'x', 'routes': [{" + one[0] + "}]}"),
                      Place.ROOT,
                      own))
          .as(one[0])
          .isEmpty();
      assertThat(own.list()).as(one[0]).hasSize(1);
      assertThat(own.list().getFirst().message()).as(one[0]).contains(one[1]);
    }
  }

  @Test
  void twoServicesOfOneFileCannotClaimTheSame() {
    Map<String, JsonNode> services = new LinkedHashMap<>();
    services.put(
        "b",
        tree("{'command': 'x', 'routes': [{'path': '/a/'}, {'path': '/a', 'methods': ['GET']}]}"));
    services.put("a", tree("{'command': 'x', 'routes': [{'path': '/b'}, {'path': '/a'}]}"));
    SpecReader.wire().services(services, Place.ROOT.key("services"), problems);
    assertThat(problems.list()).hasSize(1);
    assertThat(problems.list().getFirst().sentence())
        .startsWith("services.b.routes[0].path: '/a/' is claimed by service 'a' too");
  }

  @Test
  void routesOfOnePathMayDifferInWhatTheyAskFor() {
    assertThat(
            read(
                    "{'command': 'x', 'routes': [{'path': '/a'}, {'path': '/a', 'exact': true},"
                        + " {'path': '/a', 'query': {'v': '1'}}]}",
                    problems)
                .routes())
        .hasSize(3);
  }
}

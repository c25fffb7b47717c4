package io.roadstead.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.gateway.forward.Cidr;
import io.roadstead.gateway.forward.Forwarding;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What instances are told of a request's way. */
@ExtendWith(NoLeaks.class)
@SuppressWarnings("StringConcatToTextBlock") // Line breaks are CR LF, and matter.
class ForwardedTest {
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";

  /** The head that the origin sees of a request with these lines. */
  private static String seen(Forwarding forwarding, String lines) {
    try (Harbour harbour = new Harbour(config -> config.withForwarding(forwarding));
        Origin origin = Origin.saying("ok");
        RawClient client = harbour.with(origin).client()) {
      client.send("GET /app/x HTTP/1.1\r\nHost: shop:81\r\n" + lines + "\r\n");
      assertThat(client.answer().body()).isEqualTo("ok");
      return origin.heads.getFirst();
    }
  }

  private static Forwarding trusting(String range) {
    return new Forwarding(List.of(Cidr.parse(range).orElseThrow()), false, 0);
  }

  private static Forwarding tracing(double sampled) {
    return new Forwarding(List.of(), true, sampled);
  }

  private static final String SAID =
      "X-Forwarded-For: 192.0.2.7\r\n"
          + "x-forwarded-for: 198.51.100.1\r\n"
          + "X-Forwarded-Proto: https\r\n"
          + "X-Forwarded-Host: example.org\r\n"
          + "X-Forwarded-Prefix: /outer\r\n"
          + "X-Forwarded-Port: 443\r\n"
          + "Forwarded: for=192.0.2.7;proto=https\r\n";

  @Test
  void ofWhomItDoesNotTrustNothingIsPassedOn() {
    assertThat(seen(trusting("10.0.0.0/8"), SAID))
        .isEqualTo(
            "GET /x HTTP/1.1\r\nHost: shop:81\r\n"
                + "X-Forwarded-For: 127.0.0.1\r\n"
                + "X-Forwarded-Proto: http\r\n"
                + "X-Forwarded-Host: shop:81\r\n"
                + "Forwarded: for=127.0.0.1;proto=http;host=\"shop:81\"\r\n"
                + "X-Forwarded-Prefix: /app\r\n\r\n");
  }

  @Test
  void aTrustedProxyIsAppendedToWhatItSays() {
    assertThat(seen(trusting("127.0.0.0/8"), SAID))
        .isEqualTo(
            "GET /x HTTP/1.1\r\nHost: shop:81\r\n"
                + "X-Forwarded-For: 192.0.2.7, 198.51.100.1, 127.0.0.1\r\n"
                + "X-Forwarded-Proto: https\r\n"
                + "X-Forwarded-Host: example.org\r\n"
                + "Forwarded: for=192.0.2.7;proto=https, "
                + "for=127.0.0.1;proto=http;host=\"shop:81\"\r\n"
                + "X-Forwarded-Prefix: /outer/app\r\n"
                + "X-Forwarded-Port: 443\r\n\r\n");
  }

  @Test
  void aTrustedProxyOfTheOldWordsAloneGetsNoForwardedThatContradictsThem() {
    String head =
        seen(trusting("127.0.0.1"), "X-Forwarded-For: 192.0.2.7\r\nX-Forwarded-Proto: https\r\n");
    assertThat(head)
        .contains(
            "\r\nX-Forwarded-For: 192.0.2.7, 127.0.0.1\r\nX-Forwarded-Proto: https\r\n",
            "\r\nX-Forwarded-Host: shop:81\r\n")
        .doesNotContain("\r\nForwarded:");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "for=192.0.2.7;proto=https;host=example.org|192.0.2.7, |https|example.org",
        "For=\"[2001:db8::7]:4711\";Proto=HTTPS, for=10.0.0.1;proto=http|2001:db8::7, 10.0.0.1,"
            + " |https|shop:81",
        "by=_a;for=_hidden ; host=\"e.org:8443\"|_hidden, |http|e.org:8443",
        "for=\"a b\";proto=\"ht\\tps x\"||http|shop:81",
        "nonsense||http|shop:81",
      })
  void whatATrustedProxySaysInForwardedAloneIsSaidInBothWays(
      String said, String nodes, String proto, String host) {
    assertThat(seen(trusting("127.0.0.1"), "Forwarded: " + said + "\r\n"))
        .contains(
            "\r\nX-Forwarded-For: " + (nodes == null ? "" : nodes + " ") + "127.0.0.1\r\n",
            "\r\nX-Forwarded-Proto: " + proto + "\r\n",
            "\r\nX-Forwarded-Host: " + host + "\r\n",
            "\r\nForwarded: " + said + ", for=127.0.0.1;proto=http;host=\"shop:81\"\r\n");
  }

  @Test
  void aTrustedProxyThatSaysNothingIsTheFirst() {
    assertThat(seen(trusting("127.0.0.1"), ""))
        .contains(
            "X-Forwarded-For: 127.0.0.1\r\nX-Forwarded-Proto: http\r\n",
            "X-Forwarded-Host: shop:81\r\n",
            "X-Forwarded-Prefix: /app\r\n");
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.0/8, 10.255.0.1, true",
    "10.0.0.0/8, 11.0.0.0, false",
    "10.1.2.0/23, 10.1.3.255, true",
    "10.1.2.0/23, 10.1.4.0, false",
    "0.0.0.0/0, 203.0.113.9, true",
    "192.0.2.7, 192.0.2.7, true",
    "192.0.2.7, 192.0.2.8, false",
    "fd00::/8, fdff::1, true",
    "fd00::/8, fe00::1, false",
    "0.0.0.0/0, ::1, false",
  })
  void aRangeHoldsTheAddressesWithItsFirstBits(String range, String address, boolean holds)
      throws UnknownHostException {
    assertThat(Cidr.parse(range).orElseThrow().contains(InetAddress.getByName(address)))
        .isEqualTo(holds);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "10.0.0.0/33", "10.0.0.1/8", "a.example", "10.0.0.0/", "::/129"})
  void whatIsNoRangeIsRefused(String text) {
    assertThat(Cidr.parse(text)).isEmpty();
  }

  @Test
  void aTraceGoesOnUnderANewParent() {
    String head =
        seen(
            tracing(0),
            "traceparent: 00-" + TRACE + "-b7ad6b7169203331-01\r\ntracestate: a=1,b=2\r\n");
    assertThat(head)
        .containsPattern("\r\ntraceparent: 00-" + TRACE + "-[0-9a-f]{16}-01\r\n")
        .doesNotContain("b7ad6b7169203331")
        .contains("\r\ntracestate: a=1,b=2\r\n");
  }

  @Test
  void aLaterVersionIsReadAsThisOne() {
    assertThat(seen(tracing(0), "traceparent: cc-" + TRACE + "-b7ad6b7169203331-ff-new\r\n"))
        .containsPattern("\r\ntraceparent: 00-" + TRACE + "-[0-9a-f]{16}-03\r\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "traceparent: 00-" + TRACE + "-b7ad6b7169203331-01-more\r\n",
        "traceparent: ff-" + TRACE + "-b7ad6b7169203331-01\r\n",
        "traceparent: 00-00000000000000000000000000000000-b7ad6b7169203331-01\r\n",
        "traceparent: 00-" + TRACE + "-0000000000000000-01\r\n",
        "traceparent: 00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01\r\n",
        "traceparent: 00-" + TRACE + "-b7ad6b7169203331-0\r\n",
        "traceparent: 00-"
            + TRACE
            + "-b7ad6b7169203331-01\r\n"
            + "traceparent: 00-"
            + TRACE
            + "-b7ad6b7169203332-01\r\n",
        "traceparent: nonsense\r\n"
      })
  void whoNamesNoTraceBeginsOne(String lines) {
    String head = seen(tracing(1), lines + "tracestate: a=1\r\n");
    assertThat(head)
        .containsPattern("\r\ntraceparent: 00-[0-9a-f]{32}-[0-9a-f]{16}-01\r\n")
        .doesNotContain(TRACE, "tracestate", "nonsense");
    assertThat(head.split("traceparent", -1)).hasSize(2);
  }

  @Test
  void aNewTraceIsSampledAsOftenAsWanted() {
    assertThat(seen(tracing(0), ""))
        .containsPattern("\r\ntraceparent: 00-[0-9a-f]{32}-[0-9a-f]{16}-00\r\n");
  }

  @Test
  void withoutTracingTheClientsGoesThrough() {
    String line = "traceparent: 00-" + TRACE + "-b7ad6b7169203331-01\r\n";
    assertThat(seen(new Forwarding(List.of(), false, 0), line + "tracestate: x=y\r\n"))
        .contains("\r\n" + line + "tracestate: x=y\r\n");
  }
}

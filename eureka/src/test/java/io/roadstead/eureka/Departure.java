package io.roadstead.eureka;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Where the interface answers otherwise than the original, on purpose: each with words of its row
 * in {@code docs/eureka.md}, and with requests whose last is answered so. What takes time, a
 * restart or another process to show is in {@link #ELSEWHERE}. The document's last column is made
 * of both, and {@link DepartureTest} compares them.
 */
@SuppressWarnings("ImmutableEnumChecker") // lambdas without state, and lists that are copies
enum Departure {
  BAD_WORD(
      "500 for a bad `value`",
      statuses(500, 400),
      register("BADWORD", "b1", "UP", 100),
      put("/eureka/apps/BADWORD/b1?lastDirtyTimestamp=soon")),
  STRICTER_DOOR(
      "a registration with nested metadata",
      statuses(204, 400),
      register("STRICTER", "s1", "SLEEPY", 100)),
  LATE_REGISTRATION(
      "a registration that comes after the cancellation",
      statuses(200, 404),
      register("LATE", "l1", "UP", 100),
      delete("/eureka/apps/LATE/l1"),
      register("LATE", "l1", "UP", 99),
      get("/eureka/apps/LATE/l1")),
  LONG_LEASE(
      "a lease may last for ever",
      bodies("\"durationInSecs\":99999", "\"durationInSecs\":3600"),
      post(
          "LONG",
          registration("LONG", "l1", "UP", 100, "\"leaseInfo\":{\"durationInSecs\":99999}")),
      get("/eureka/apps/LONG/l1")),
  GONE_APART(
      "gone instances stand among the others",
      (theirs, ours) ->
          count(theirs, "\"GONE\",\"instance\"") == 1 && count(ours, "\"GONE\",\"instance\"") == 2,
      register("GONE", "g1", "UP", 100),
      register("GONE", "g2", "UP", 100),
      delete("/eureka/apps/GONE/g1"),
      get("/eureka/apps/delta")),
  VERSION(
      "`versions__delta` is 1",
      (theirs, ours) ->
          text(theirs).contains("\"versions__delta\":\"1\"")
              && !text(ours).contains("\"versions__delta\":\"1\""),
      register("VERSION", "v1", "UP", 100),
      get("/eureka/apps")),
  WORD_OF_A_SINGLE_INSTANCE(
      "is called DOWN",
      bodies("<status>DOWN</status>", "<status>OUT_OF_SERVICE</status>"),
      register("WORD", "w1", "OUT_OF_SERVICE", 100),
      get("/eureka/apps/WORD/w1", "Accept", "application/xml")),
  CONTROL_CHARACTER(
      "a control character in any field",
      statuses(204, 400),
      post("CONTROL", registration("CONTROL", "c1", "UP", 100, "\"appGroupName\":\"a\\u0001\""))),
  COLON(
      "a colon in a metadata key",
      bodies("<a:b>", "<a_.003ab>"),
      post("COLON", registration("COLON", "c1", "UP", 100, "\"metadata\":{\"a:b\":\"1\"}")),
      get("/eureka/apps/COLON/c1", "Accept", "application/xml")),
  UNACCEPTABLE(
      "`Accept` of neither JSON nor XML",
      statuses(406, 200),
      get("/eureka/apps", "Accept", "text/plain")),
  ERROR_BODY(
      "an error has a body in the form of the platform",
      (theirs, ours) -> theirs.body().length > 0 && ours.body().length == 0,
      get("/eureka/apps/NOSUCHAPP")),
  GZIP_EVERYWHERE(
      "only whole fetches and deltas are compressed",
      (theirs, ours) -> theirs.body()[0] == '{' && ours.body()[0] == 0x1f,
      register("ZIPPED", "z1", "UP", 100),
      get("/eureka/apps/ZIPPED", "Accept-Encoding", "gzip")),
  OVERRIDE_BY_ID(
      "overrides are kept by id alone",
      bodies("\"status\":\"OUT_OF_SERVICE\"", "\"status\":\"UP\""),
      register("SHARED-A", "same", "UP", 100),
      put("/eureka/apps/SHARED-A/same/status?value=OUT_OF_SERVICE"),
      register("SHARED-B", "same", "UP", 100),
      get("/eureka/apps/SHARED-B/same")),
  OVERRIDE_TO_UNKNOWN(
      "an override to UNKNOWN outlives registrations",
      bodies("\"status\":\"UNKNOWN\"", "\"status\":\"UP\""),
      register("NOWORD", "u1", "UP", 100),
      put("/eureka/apps/NOWORD/u1/status?value=UNKNOWN"),
      register("NOWORD", "u1", "UP", 200),
      get("/eureka/apps/NOWORD/u1")),
  BACK_FROM_AN_OVERRIDE(
      "an instance can stay UNKNOWN for good",
      bodies("\"status\":\"UNKNOWN\"", "\"status\":\"UP\""),
      register("BACK", "k1", "UP", 100),
      put("/eureka/apps/BACK/k1/status?value=OUT_OF_SERVICE&lastDirtyTimestamp=900"),
      delete("/eureka/apps/BACK/k1/status"),
      register("BACK", "k1", "UP", 100),
      get("/eureka/apps/BACK/k1"));

  /**
   * A row of the document that this conversation cannot show, and the test that holds it.
   *
   * @param test its class and method
   */
  record Elsewhere(String written, String test) {}

  static final List<Elsewhere> ELSEWHERE =
      List.of(
          new Elsewhere(
              "answers come from a cache",
              "OwnWayTest.whatIsRegisteredIsInTheNextAnswerOfEveryKind"),
          new Elsewhere(
              "a lease ends after 90 s, or 180 s",
              "OwnWayTest.aLeaseEndsAfterExactlyItsDurationHoweverOftenItWasRenewed"),
          new Elsewhere(
              "an instance that was killed stands",
              "LivenessTest.heartbeatsAndRegisteringAnewDoNotBringItBack"),
          new Elsewhere(
              "self-preservation for the whole registry",
              "ExpiryGuardTest.moreThanHalfIsHeldForThreeLeases"),
          new Elsewhere(
              "`lastRenewalTimestamp` is up to 90 s ahead",
              "EurekaInterfaceTest.aSingleReadShowsTheLiveLease"),
          new Elsewhere(
              "everything is forgotten in a restart",
              "SurvivingRegistrationsTest.whoHadRegisteredIsServedAtOnceAfterAKillAndHasOneLeaseToBeHeardOf"),
          new Elsewhere(
              "`instances/{id}` finds the first of its hash order",
              "OwnWayTest.ofInstancesWithOneIdTheFirstByNameOfItsApplicationIsFound"),
          new Elsewhere(
              "JSON under `Content-Type: application/xml`",
              "OwnWayTest.whatIsJsonIsCalledSoWhateverElseIsAccepted"),
          new Elsewhere(
              "`serviceUpTimestamp` is kept while",
              "OwnWayTest.anInstanceThatIsNotUpHasNoTimeOfComingUp"),
          new Elsewhere(
              "whoever reaches the port cancels any instance",
              "OwnWordTest.nobodyElseTakesAStartedInstanceOutOfService"));

  /** A request. */
  record Request(String method, String target, String body, List<String> headers) {}

  /** Sends a request to one of the two. */
  interface Server {
    EurekaResponse answer(Request request) throws IOException, InterruptedException;
  }

  final String written;
  private final BiPredicate<EurekaResponse, EurekaResponse> differs;
  private final List<Request> requests;

  Departure(
      String written, BiPredicate<EurekaResponse, EurekaResponse> differs, Request... requests) {
    this.written = written;
    this.differs = differs;
    this.requests = List.of(requests);
  }

  /** What the two answer to the last request, where that is not the written difference; or "". */
  String missing(Server original, Server ours) throws IOException, InterruptedException {
    EurekaResponse their = null;
    EurekaResponse own = null;
    for (Request request : requests) {
      their = original.answer(request);
      own = ours.answer(request);
    }
    return their == null || own == null || differs.test(their, own)
        ? ""
        : this + ": " + their.status() + " " + text(their) + " / " + own.status() + " " + text(own);
  }

  private static BiPredicate<EurekaResponse, EurekaResponse> statuses(int theirs, int ours) {
    return (their, own) -> their.status() == theirs && own.status() == ours;
  }

  private static BiPredicate<EurekaResponse, EurekaResponse> bodies(String theirs, String ours) {
    return (their, own) ->
        text(their).contains(theirs)
            && !text(their).contains(ours)
            && text(own).contains(ours)
            && !text(own).contains(theirs);
  }

  private static int count(EurekaResponse answer, String part) {
    return text(answer).split(Pattern.quote(part), -1).length - 1;
  }

  private static String text(EurekaResponse answer) {
    return new String(answer.body(), StandardCharsets.UTF_8);
  }

  private static Request register(String app, String id, String status, long dirtyMillis) {
    return post(app, registration(app, id, status, dirtyMillis, "\"metadata\":{}"));
  }

  private static String registration(
      String app, String id, String status, long dirtyMillis, String field) {
    return """
    {"instance":{"instanceId":"%s","hostName":"h","app":"%s","ipAddr":"10.1.2.3",
    "status":"%s","lastDirtyTimestamp":"%d",%s,"dataCenterInfo":{"@class":
    "com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo","name":"MyOwn"}}}\
    """
        .formatted(id, app, status, dirtyMillis, field);
  }

  private static Request post(String app, String body) {
    return new Request(
        "POST", "/eureka/apps/" + app, body, List.of("Content-Type", "application/json"));
  }

  private static Request put(String target) {
    return new Request("PUT", target, "", List.of("Accept", "application/json"));
  }

  private static Request delete(String target) {
    return new Request("DELETE", target, "", List.of("Accept", "application/json"));
  }

  private static Request get(String target, String... headers) {
    return new Request(
        "GET",
        target,
        "",
        headers.length == 0 || !headers[0].equals("Accept")
            ? Stream.concat(Stream.of("Accept", "application/json"), Stream.of(headers)).toList()
            : List.of(headers));
  }
}

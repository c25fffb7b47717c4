package io.roadstead.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.gateway.grid.GridCase;
import io.roadstead.gateway.grid.GridOrigin;
import io.roadstead.gateway.grid.Outcome;
import io.roadstead.gateway.grid.Peer;
import io.roadstead.gateway.grid.Seen;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The grid on this gateway and on nginx and HAProxy, where they are installed, and the table of it:
 * in {@code target/gateway-grid.md}, or where {@code -Dgrid.table} says.
 */
@Tag("proof")
class StrictnessProof {
  private static final int OURS_MILLIS = 5_000;
  private static final int PEERS_MILLIS = 200;

  private static final Map<String, String> TITLES =
      Map.of(
          "heads", "Request lines, fields and hosts",
          "framing", "Where a request's body ends",
          "bodies", "Chunked bodies of requests",
          "answers", "Answers of origins",
          "combinations", "Two flaws at once, with a request behind");

  @TempDir private Path directory;

  @Test
  void noAmbiguousMessageGoesThrough() throws IOException {
    List<GridCase> cases = StrictnessTest.cases().toList();
    Map<String, List<String>> columns = new LinkedHashMap<>();
    Map<String, Long> through = new LinkedHashMap<>();
    List<String> skipped = new ArrayList<>();
    try (GridOrigin origin = new GridOrigin();
        Harbour harbour = new Harbour()) {
      harbour.view.route("app", "", "/", false);
      harbour.view.up("app", "app-1", origin.port());
      run("Roadstead", cases, harbour.gateway().address(), origin, OURS_MILLIS, columns, through);
      Map<String, Optional<Peer>> peers = new LinkedHashMap<>();
      peers.put("nginx", Peer.nginx(origin.port(), directory));
      peers.put("HAProxy", Peer.haproxy(origin.port(), directory));
      for (Map.Entry<String, Optional<Peer>> installed : peers.entrySet()) {
        if (installed.getValue().isEmpty()) {
          skipped.add(installed.getKey() + " is not installed: skipped.");
        } else {
          try (Peer peer = installed.getValue().get()) {
            Harbour.await().until(peer::listens);
            run(peer.name(), cases, peer.address(), origin, PEERS_MILLIS, columns, through);
          }
        }
      }
    }
    Path table = Path.of(System.getProperty("grid.table", "target/gateway-grid.md"));
    Files.writeString(table, table(cases, columns, through, skipped));
    assertThat(through.get("Roadstead")).as(table.toString()).isZero();
  }

  private static void run(
      String name,
      List<GridCase> cases,
      InetSocketAddress gateway,
      GridOrigin origin,
      int waitMillis,
      Map<String, List<String>> columns,
      Map<String, Long> through) {
    List<String> column = new ArrayList<>();
    long let = 0;
    for (GridCase given : cases) {
      Seen seen = Seen.of(given, gateway, origin, waitMillis);
      Outcome outcome = Outcome.of(given, seen);
      let += outcome.letsThrough() ? 1 : 0;
      column.add(
          outcome == Outcome.REFUSED
              ? (outcome.word() + " " + seen.status()).strip()
              : outcome.word());
    }
    columns.put(name, column);
    through.put(name, let);
  }

  private static String table(
      List<GridCase> cases,
      Map<String, List<String>> columns,
      Map<String, Long> through,
      List<String> skipped) {
    StringBuilder out =
        new StringBuilder(
            """
            # The grid: what gateways make of messages

            %d messages, each sent over a socket of its own through each gateway to the same origin, which keeps every byte that it sees. The verdict is what the
            client got and the exact bytes that the origin saw. `./roadstead bench grid` made it, and makes it again; `./mvnw verify` holds Roadstead to every row (`StrictnessTest`).
            All 33 cases of h1spec and the 113 MUST cases of Http11Probe are among them.

            nginx and HAProxy have the least configuration that forwards (`Peer.java` has it).

            | word | what happened |
            |---|---|
            | passed, waits, refused, closed, cut | it went on; the gateway waits for the rest; it answered by itself; it ended the connection; the client can see that the answer is not whole |
            | repaired | what was not in order went on as something that is |
            | **passed on** | what arrived is refused by a strict reader of RFC 9110 and 9112, or of what receivers are known to disagree on: lengths with leading zeros, encoded bytes in hosts, headers as trailers |
            | **made whole** | an answer that was not whole arrived as one that is |

            The last two take a receiver that reads the message in the other way to become a fault; Roadstead leaves none to find out. In all other rows a gateway may choose.

            """
                .formatted(cases.size()));
    out.append("| |");
    columns.keySet().forEach(name -> out.append(' ').append(name).append(" |"));
    out.append("\n|---|").append("---|".repeat(columns.size())).append("\n| let through |");
    columns.keySet().forEach(name -> out.append(' ').append(through.get(name)).append(" |"));
    out.append('\n');
    skipped.forEach(line -> out.append('\n').append(line).append('\n'));
    String group = "";
    for (int i = 0; i < cases.size(); i++) {
      GridCase given = cases.get(i);
      if (!given.group().equals(group)) {
        group = given.group();
        out.append("\n## ").append(TITLES.get(group)).append("\n| message | rule |");
        columns.keySet().forEach(name -> out.append(' ').append(name).append(" |"));
        out.append("\n|---|---|").append("---|".repeat(columns.size())).append('\n');
      }
      out.append("| ").append(given.name()).append(" | ").append(given.rule()).append(" |");
      int row = i;
      Stream<String> cells = columns.values().stream().map(column -> column.get(row));
      cells.forEach(cell -> out.append(' ').append(cell).append(" |"));
      out.append('\n');
    }
    return out.toString();
  }
}

package io.roadstead.platform.bench.balancer;

import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleUnaryOperator;

/**
 * Servers, clients, load and what befalls them.
 *
 * @param workers requests that a server works on at a time; more queue
 * @param meanSeconds how long a server works on a request on average
 * @param load the arrivals beside what all servers can do, by the second
 * @param zones servers and clients are spread over so many
 * @param subset how many servers a client keeps to; 0: all
 * @param hit how many servers, the first ones, suffer the fault that has a beginning and an end
 * @param from when it begins, in seconds; below 0: there is no such fault
 */
record Scenario(
    String id,
    String title,
    int servers,
    int workers,
    int clients,
    int seconds,
    double meanSeconds,
    double timeoutSeconds,
    DoubleUnaryOperator load,
    int zones,
    int subset,
    int hit,
    double from,
    double to,
    Weather weather) {
  static final double MEAN_SECONDS = 0.020;

  private static Scenario ten(String id, String title, double load, Weather weather) {
    return ten(id, title, LENGTH, load, weather);
  }

  private static Scenario ten(
      String id, String title, Length length, double load, Weather weather) {
    return new Scenario(
        id,
        title,
        10,
        4,
        length.clients,
        length.seconds,
        MEAN_SECONDS,
        1,
        second -> load,
        1,
        0,
        0,
        -1,
        -1,
        weather);
  }

  /** How long, and seen by how many; the fault begins after the given second. */
  private record Length(int seconds, int clients, double from, double faultSeconds) {
    double to() {
      return from + faultSeconds;
    }

    boolean within(double second) {
      return second >= from && second < to();
    }
  }

  private static final Length LENGTH = new Length(60, 10, 15, 30);
  private static final Length STALL = new Length(60, 10, 20, 2);

  /** S2, S3 and S6 as short as they are on real sockets, for one client: a gateway's one loop. */
  static List<Scenario> real() {
    return List.of(
        slowReplica(new Length(4, 1, 1, 2.5)),
        stall(new Length(4, 1, 1, 2)),
        failingFast(new Length(4, 1, 1, 2.5)));
  }

  /** One of {@link #real}. */
  static Scenario real(String id) {
    return real().stream().filter(each -> each.id().equals(id)).findFirst().orElseThrow();
  }

  /** Requests a second at the beginning. */
  double perSecond() {
    return servers * workers / meanSeconds * load.applyAsDouble(0);
  }

  private Scenario fault(int servers, double start, double end) {
    return new Scenario(
        id,
        title,
        this.servers,
        workers,
        clients,
        seconds,
        meanSeconds,
        timeoutSeconds,
        load,
        zones,
        subset,
        servers,
        start,
        end,
        weather);
  }

  /** S1 to S10. */
  static List<Scenario> all() {
    return List.of(
        ten("S1", "all alike, at 70 % of capacity", 0.7, Weather.FAIR),
        slowReplica(),
        stall(),
        ten(
            "S4",
            "every other server twice as slow",
            0.7 * 0.75,
            new Weather() {
              @Override
              public double slowdown(int server, double second) {
                return 1 + server % 2;
              }
            }),
        ten("S5", "three of ten three times slower, others every 10 s", 0.6, antagonist(3)),
        failingFast(),
        ten("S7", "each server replaced in turn, cold at first", 0.6, rolling()),
        new Scenario(
            "S8",
            "load from 0.75 to 1.74 of capacity in nine steps",
            10,
            4,
            10,
            45,
            MEAN_SECONDS,
            1,
            second -> 0.75 + Math.min(8, (int) (second / 5)) * 0.99 / 8,
            1,
            0,
            0,
            -1,
            -1,
            Weather.FAIR),
        new Scenario(
            "S9",
            "one of three zones refuses connections for 20 s",
            12,
            4,
            12,
            60,
            MEAN_SECONDS,
            1,
            second -> 0.5,
            3,
            0,
            4,
            20,
            40,
            new Weather() {
              @Override
              public boolean refuses(int server, double second) {
                return server < 4 && second >= 20 && second < 40;
              }
            }),
        new Scenario(
            "S10",
            "100 clients with 12 of 100 servers each",
            100,
            4,
            100,
            10,
            MEAN_SECONDS,
            1,
            second -> 0.7,
            1,
            12,
            0,
            -1,
            -1,
            Weather.FAIR));
  }

  static Scenario slowReplica() {
    return slowReplica(LENGTH);
  }

  private static Scenario slowReplica(Length length) {
    Weather weather =
        new Weather() {
          @Override
          public double slowdown(int server, double second) {
            return server == 0 && length.within(second) ? 10 : 1;
          }
        };
    return hit("S2", "one of ten is ten times slower", length, weather);
  }

  static Scenario stall() {
    return stall(STALL);
  }

  private static Scenario stall(Length length) {
    Weather weather =
        new Weather() {
          @Override
          public double stallStart(int server) {
            return server == 0 ? length.from : 0;
          }

          @Override
          public double stallEnd(int server) {
            return server == 0 ? length.to() : 0;
          }
        };
    return hit("S3", "one of ten stands still", length, weather);
  }

  static Scenario failingFast() {
    return failingFast(LENGTH);
  }

  private static Scenario failingFast(Length length) {
    Weather weather =
        new Weather() {
          @Override
          public boolean failsFast(int server, double second) {
            return server == 0 && length.within(second);
          }
        };
    return hit("S6", "one of ten fails at once", length, weather);
  }

  private static Scenario hit(String id, String title, Length length, Weather weather) {
    DecimalFormat plain = new DecimalFormat("0.#", DecimalFormatSymbols.getInstance(Locale.ROOT));
    return ten(id, title + " for " + plain.format(length.faultSeconds) + " s", length, 0.7, weather)
        .fault(1, length.from, length.to());
  }

  /** One of eleven answers 2 s late, whoever waits gives up after one; as Buoyant had it. */
  static Scenario buoyant() {
    return new Scenario(
        "B",
        "one of eleven answers 2 s late, 1,000 a second, patience of 1 s",
        11,
        64,
        1,
        60,
        MEAN_SECONDS,
        1,
        second -> 1000 * MEAN_SECONDS / (11 * 64),
        1,
        0,
        1,
        0,
        60,
        new Weather() {
          @Override
          public double delay(int server, double second) {
            return server == 0 ? 2 : 0;
          }
        });
  }

  /**
   * Ten servers, three with a neighbour that halves them, another three every 10 s. Requests take
   * 0.2 s, with which round robin's p99 is of the published size.
   */
  static Scenario prequal(double allocation) {
    return new Scenario(
        "P",
        "load of %.0f %% of the allocation".formatted(allocation * 100),
        10,
        4,
        10,
        300,
        0.2,
        5,
        second -> allocation * 0.6,
        1,
        0,
        0,
        -1,
        -1,
        antagonist(2));
  }

  private static Weather antagonist(double slowdown) {
    return new Weather() {
      @Override
      public double slowdown(int server, double second) {
        int turn = (int) (second / 10);
        return Math.floorMod(server - turn * 3, 10) < 3 ? slowdown : 1;
      }
    };
  }

  /** Server k is away from second 5 + 5k for 2 s and comes back cold. */
  private static Weather rolling() {
    return new Weather() {
      @Override
      public int generation(int server, double second) {
        double left = 5 + 5 * server;
        return second < left ? 0 : second < left + 2 ? -1 : 1;
      }

      @Override
      public double slowdown(int server, double second) {
        double age = second - (7 + 5 * server);
        return age < 0 || age > 10 ? 1 : 5 - 4 * age / 10;
      }
    };
  }
}

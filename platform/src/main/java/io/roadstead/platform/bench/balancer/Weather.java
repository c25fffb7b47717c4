package io.roadstead.platform.bench.balancer;

/** What befalls servers, by the second of virtual time. */
interface Weather {
  Weather FAIR = new Weather() {};

  /** How many times longer a request takes that starts now. */
  default double slowdown(int server, double second) {
    return 1;
  }

  /** What is added to each answer, in seconds, without occupying a worker longer. */
  default double delay(int server, double second) {
    return 0;
  }

  /** The end of a stall that the server is in, or is in before another time; 0: none. */
  default double stallEnd(int server) {
    return 0;
  }

  /** The start of that stall. */
  default double stallStart(int server) {
    return 0;
  }

  /** Answers each request at once, and badly. */
  default boolean failsFast(int server, double second) {
    return false;
  }

  /** Refuses connections. */
  default boolean refuses(int server, double second) {
    return false;
  }

  /** Which process of the server is registered; below 0: none. Asked once a second. */
  default int generation(int server, double second) {
    return 0;
  }
}

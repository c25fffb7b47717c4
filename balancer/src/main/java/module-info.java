/** Picks one endpoint of many and learns from each answer. Needs nothing but the JDK. */
module io.roadstead.balancer {
  requires static transitive org.jspecify;

  exports io.roadstead.balancer;
}

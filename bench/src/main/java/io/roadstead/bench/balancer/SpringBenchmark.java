package io.roadstead.bench.balancer;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.cloud.client.DefaultServiceInstance;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.DefaultRequest;
import org.springframework.cloud.client.loadbalancer.Request;
import org.springframework.cloud.loadbalancer.core.RandomLoadBalancer;
import org.springframework.cloud.loadbalancer.core.ReactorServiceInstanceLoadBalancer;
import org.springframework.cloud.loadbalancer.core.RoundRobinLoadBalancer;
import org.springframework.cloud.loadbalancer.core.ServiceInstanceListSupplier;
import org.springframework.cloud.loadbalancer.support.ServiceInstanceListSuppliers;

/**
 * The same of Spring Cloud LoadBalancer: a choice. Outcomes it takes none, and its list is fixed
 * here, so that neither its cache nor the discovery behind that is counted.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
    value = 1,
    jvmArgsAppend = {"-XX:+UseSerialGC", "-XX:+UseCompactObjectHeaders"})
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public class SpringBenchmark {
  /** How many instances there are. */
  @Param({"10", "50", "1000"})
  public int endpoints;

  /** Its load balancers. */
  @Param({"RoundRobin", "Random"})
  public String loadBalancer = "";

  private final Request<Object> request = new DefaultRequest<>(new Object());
  private @Nullable ReactorServiceInstanceLoadBalancer balancer;

  /** For JMH. */
  public SpringBenchmark() {}

  /** A load balancer over a fixed list. */
  @Setup
  public void make() {
    ServiceInstance[] instances = new ServiceInstance[endpoints];
    for (int i = 0; i < endpoints; i++) {
      instances[i] =
          new DefaultServiceInstance(
              "orders-" + i, "orders", "10.0." + i / 250 + "." + i % 250, 8080, false);
    }
    ObjectProvider<ServiceInstanceListSupplier> supplier =
        ServiceInstanceListSuppliers.toProvider("orders", instances);
    balancer =
        loadBalancer.equals("Random")
            ? new RandomLoadBalancer(supplier, "orders")
            : new RoundRobinLoadBalancer(supplier, "orders");
  }

  /** One request. */
  @Benchmark
  public @Nullable Object choose() {
    return balancer == null ? null : balancer.choose(request).block();
  }
}

package io.roadstead.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.roadstead.gateway.GatewayStats;
import io.roadstead.gateway.GatewayStats.Histogram;
import io.roadstead.gateway.GatewayStats.Requests;
import io.roadstead.gateway.GatewayStats.ServiceFigures;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GatewayMetricsTest {
  @Test
  void figuresHaveTheNamesAndLabelsOfTheContract() {
    Histogram duration = new Histogram(List.of(900_000L, 4_000_000L), List.of(2L, 3L), 5, 0.0138);
    GatewayStats stats =
        new GatewayStats(
            List.of(new Requests("/shop", "shop", "1", Map.of("2xx", 4L, "5xx", 1L), duration)),
            Map.of("shop", new ServiceFigures(2, Map.of("idle", 3), Map.of("refused", 1L))),
            Map.of(),
            7,
            0);
    PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    meters.getPrometheusRegistry().register(new GatewayMetrics(() -> OwnGateway.counts(stats)));
    assertThat(meters.scrape().lines())
        .contains(
            "roadstead_gateway_requests_total"
                + "{route=\"/shop\",service=\"shop\",status=\"2xx\",version=\"1\"} 4.0",
            "roadstead_gateway_requests_total"
                + "{route=\"/shop\",service=\"shop\",status=\"5xx\",version=\"1\"} 1.0",
            "roadstead_gateway_request_seconds_bucket"
                + "{route=\"/shop\",service=\"shop\",version=\"1\",le=\"0.001\"} 2",
            "roadstead_gateway_request_seconds_bucket"
                + "{route=\"/shop\",service=\"shop\",version=\"1\",le=\"0.005\"} 5",
            "roadstead_gateway_request_seconds_count"
                + "{route=\"/shop\",service=\"shop\",version=\"1\"} 5",
            "roadstead_gateway_inflight{service=\"shop\"} 2.0",
            "roadstead_gateway_upstream_connections{service=\"shop\",state=\"idle\"} 3.0",
            "roadstead_gateway_retries_total{reason=\"refused\",service=\"shop\"} 1.0");
  }
}

package io.roadstead.peers.zuul;

import com.netflix.zuul.Filter;
import com.netflix.zuul.filters.FilterType;
import com.netflix.zuul.filters.endpoint.ProxyEndpoint;
import com.netflix.zuul.filters.http.HttpInboundSyncFilter;
import com.netflix.zuul.message.http.HttpRequestMessage;

/** The one route. */
@Filter(order = 0, type = FilterType.INBOUND)
public class AllToApi extends HttpInboundSyncFilter {
  @Override
  public int filterOrder() {
    return 0;
  }

  @Override
  public boolean shouldFilter(HttpRequestMessage request) {
    return true;
  }

  @Override
  public HttpRequestMessage apply(HttpRequestMessage request) {
    request.getContext().setEndpoint(ProxyEndpoint.class.getCanonicalName());
    request.getContext().setRouteVIP("api");
    return request;
  }
}

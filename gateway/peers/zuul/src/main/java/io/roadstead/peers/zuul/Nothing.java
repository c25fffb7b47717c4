package io.roadstead.peers.zuul;

import com.netflix.zuul.Filter;
import com.netflix.zuul.filters.FilterType;
import com.netflix.zuul.filters.http.HttpOutboundSyncFilter;
import com.netflix.zuul.message.http.HttpResponseMessage;

/** Zuul wants a filter of each kind; this one never runs. */
@Filter(order = 0, type = FilterType.OUTBOUND)
public class Nothing extends HttpOutboundSyncFilter {
  @Override
  public int filterOrder() {
    return 0;
  }

  @Override
  public boolean shouldFilter(HttpResponseMessage response) {
    return false;
  }

  @Override
  public HttpResponseMessage apply(HttpResponseMessage response) {
    return response;
  }
}

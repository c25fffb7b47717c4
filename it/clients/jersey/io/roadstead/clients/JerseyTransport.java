package io.roadstead.clients;

import com.netflix.discovery.AbstractDiscoveryClientOptionalArgs;
import com.netflix.discovery.Jersey3DiscoveryClientOptionalArgs;
import com.netflix.discovery.shared.transport.jersey.TransportClientFactories;
import com.netflix.discovery.shared.transport.jersey3.Jersey3TransportClientFactories;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Netflix's Jersey transport, which Spring Cloud takes where an application offers it. */
@Configuration(proxyBeanMethods = false)
class JerseyTransport {
  @Bean
  TransportClientFactories<?> transportClientFactories() {
    return Jersey3TransportClientFactories.getInstance();
  }

  @Bean
  AbstractDiscoveryClientOptionalArgs<?> discoveryClientOptionalArgs() {
    return new Jersey3DiscoveryClientOptionalArgs();
  }
}

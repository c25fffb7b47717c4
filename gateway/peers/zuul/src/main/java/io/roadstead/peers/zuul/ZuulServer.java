package io.roadstead.peers.zuul;

import com.netflix.appinfo.ApplicationInfoManager;
import com.netflix.appinfo.DataCenterInfo;
import com.netflix.appinfo.InstanceInfo;
import com.netflix.appinfo.MyDataCenterInstanceConfig;
import com.netflix.config.ConfigurationManager;
import com.netflix.discovery.AbstractDiscoveryClientOptionalArgs;
import com.netflix.discovery.DefaultEurekaClientConfig;
import com.netflix.discovery.DiscoveryClient;
import com.netflix.discovery.EurekaClient;
import com.netflix.netty.common.accesslog.AccessLogPublisher;
import com.netflix.netty.common.channel.config.ChannelConfig;
import com.netflix.netty.common.channel.config.CommonChannelConfigKeys;
import com.netflix.netty.common.metrics.EventLoopGroupMetrics;
import com.netflix.netty.common.proxyprotocol.StripUntrustedProxyHeadersHandler;
import com.netflix.netty.common.status.ServerStatusManager;
import com.netflix.spectator.api.DefaultRegistry;
import com.netflix.spectator.api.Registry;
import com.netflix.zuul.BasicFilterUsageNotifier;
import com.netflix.zuul.BasicRequestCompleteHandler;
import com.netflix.zuul.DefaultFilterFactory;
import com.netflix.zuul.FilterUsageNotifier;
import com.netflix.zuul.StaticFilterLoader;
import com.netflix.zuul.context.ZuulSessionContextDecorator;
import com.netflix.zuul.filters.ZuulFilter;
import com.netflix.zuul.netty.server.BaseServerStartup;
import com.netflix.zuul.netty.server.ClientRequestReceiver;
import com.netflix.zuul.netty.server.DefaultEventLoopConfig;
import com.netflix.zuul.netty.server.DirectMemoryMonitor;
import com.netflix.zuul.netty.server.NamedSocketAddress;
import com.netflix.zuul.netty.server.Server;
import com.netflix.zuul.netty.server.ZuulServerChannelInitializer;
import com.netflix.zuul.origins.BasicNettyOriginManager;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.group.ChannelGroup;
import java.lang.reflect.Constructor;
import java.net.InetSocketAddress;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Zuul 2 as its sample starts it, with one static origin and no registry. */
public final class ZuulServer {
  private static final int PORT = Integer.getInteger("peer.port");

  private ZuulServer() {}

  /** Plain HTTP on loopback. */
  private static final class Startup extends BaseServerStartup {
    Startup(
        ServerStatusManager status,
        StaticFilterLoader filters,
        ZuulSessionContextDecorator decorator,
        FilterUsageNotifier notifier,
        Registry registry,
        EurekaClient eureka,
        ApplicationInfoManager info) {
      super(
          status,
          filters,
          decorator,
          notifier,
          new BasicRequestCompleteHandler(),
          registry,
          new DirectMemoryMonitor(registry),
          new EventLoopGroupMetrics(registry),
          new DefaultEventLoopConfig(),
          eureka,
          info,
          new AccessLogPublisher(
              "ACCESS",
              (channel, _) ->
                  ClientRequestReceiver.getRequestFromChannel(channel).getContext().getUUID()));
    }

    @Override
    protected Map<NamedSocketAddress, ChannelInitializer<?>> chooseAddrsAndChannels(
        ChannelGroup clients) {
      ChannelConfig config = defaultChannelConfig("main");
      config.set(
          CommonChannelConfigKeys.allowProxyHeadersWhen,
          StripUntrustedProxyHeadersHandler.AllowWhen.ALWAYS);
      config.set(CommonChannelConfigKeys.preferProxyProtocolForClientIp, false);
      config.set(CommonChannelConfigKeys.isSSlFromIntermediary, false);
      config.set(CommonChannelConfigKeys.withProxyProtocol, false);
      return Map.of(
          new NamedSocketAddress("http", new InetSocketAddress("127.0.0.1", PORT)),
          new ZuulServerChannelInitializer(
              Integer.toString(PORT), config, defaultChannelDependencies("main"), clients));
    }
  }

  public static void main(String[] args) throws Exception {
    Logger.getLogger("").setLevel(Level.WARNING);
    ConfigurationManager.loadCascadedPropertiesFromResources("application");
    InstanceInfo self =
        InstanceInfo.Builder.newBuilder()
            .setAppName("zuul")
            .setInstanceId("zuul-1")
            .setHostName("127.0.0.1")
            .setIPAddr("127.0.0.1")
            .setPort(PORT)
            .setDataCenterInfo(() -> DataCenterInfo.Name.MyOwn)
            .build();
    ApplicationInfoManager info =
        new ApplicationInfoManager(
            new MyDataCenterInstanceConfig(), self, (ApplicationInfoManager.OptionalArgs) null);
    EurekaClient eureka =
        new DiscoveryClient(
            info,
            new DefaultEurekaClientConfig() {
              @Override
              public boolean shouldFetchRegistry() {
                return false;
              }

              @Override
              public boolean shouldRegisterWithEureka() {
                return false;
              }
            },
            (AbstractDiscoveryClientOptionalArgs) null);
    Registry registry = new DefaultRegistry();
    Set<Class<? extends ZuulFilter<?, ?>>> filters = new LinkedHashSet<>();
    filters.add(AllToApi.class);
    filters.add(Nothing.class);
    Constructor<BasicFilterUsageNotifier> notifier =
        BasicFilterUsageNotifier.class.getDeclaredConstructor(Registry.class);
    notifier.setAccessible(true);
    Startup startup =
        new Startup(
            new ServerStatusManager(info),
            new StaticFilterLoader(new DefaultFilterFactory(), filters),
            new ZuulSessionContextDecorator(new BasicNettyOriginManager(registry)),
            notifier.newInstance(registry),
            registry,
            eureka,
            info);
    startup.init();
    Server server = startup.server();
    server.start();
    server.awaitTermination();
  }
}

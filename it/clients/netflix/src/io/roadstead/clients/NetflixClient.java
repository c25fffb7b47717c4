package io.roadstead.clients;

import com.netflix.appinfo.ApplicationInfoManager;
import com.netflix.appinfo.InstanceInfo;
import com.netflix.appinfo.MyDataCenterInstanceConfig;
import com.netflix.appinfo.providers.EurekaConfigBasedInstanceInfoProvider;
import com.netflix.discovery.DefaultEurekaClientConfig;
import com.netflix.discovery.DiscoveryClient;
import com.netflix.discovery.shared.transport.jersey3.Jersey3TransportClientFactories;
import java.util.Set;
import java.util.TreeSet;

/**
 * A service with Netflix's client as its own documentation sets it up, by system properties. It
 * tells whom it sees whenever that changes.
 */
public class NetflixClient {
  public static void main(String[] args) throws InterruptedException {
    MyDataCenterInstanceConfig own = new MyDataCenterInstanceConfig();
    ApplicationInfoManager manager =
        new ApplicationInfoManager(own, new EurekaConfigBasedInstanceInfoProvider(own).get());
    DiscoveryClient client =
        new DiscoveryClient(
            manager,
            new DefaultEurekaClientConfig(),
            Jersey3TransportClientFactories.getInstance());
    Runtime.getRuntime().addShutdownHook(new Thread(client::shutdown));
    manager.setInstanceStatus(InstanceInfo.InstanceStatus.UP);
    String told = "";
    while (true) {
      Set<String> view = new TreeSet<>();
      client
          .getApplications()
          .getRegisteredApplications()
          .forEach(
              app ->
                  app.getInstances().forEach(one -> view.add(app.getName() + "/" + one.getId())));
      String now = "view " + String.join(" ", view) + " .";
      if (!now.equals(told)) {
        System.out.println(now);
        told = now;
      }
      Thread.sleep(50);
    }
  }
}

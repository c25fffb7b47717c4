package io.roadstead.peers.zuul;

import com.netflix.appinfo.DataCenterInfo;
import com.netflix.appinfo.InstanceInfo;
import com.netflix.loadbalancer.ConfigurationBasedServerList;
import com.netflix.loadbalancer.Server;
import com.netflix.niws.loadbalancer.DiscoveryEnabledServer;
import java.util.ArrayList;
import java.util.List;

/** Instances from a property, in the form that Zuul's origins want them in. */
public class StaticOrigin extends ConfigurationBasedServerList {
  @Override
  protected List<Server> derive(String addresses) {
    List<Server> servers = new ArrayList<>();
    for (String address : addresses.split(",")) {
      String[] parts = address.strip().split(":");
      InstanceInfo instance =
          InstanceInfo.Builder.newBuilder()
              .setAppName("api")
              .setInstanceId(address)
              .setHostName(parts[0])
              .setIPAddr(parts[0])
              .setPort(Integer.parseInt(parts[1]))
              .setVIPAddress("api")
              .setDataCenterInfo(() -> DataCenterInfo.Name.MyOwn)
              .setStatus(InstanceInfo.InstanceStatus.UP)
              .build();
      servers.add(new DiscoveryEnabledServer(instance, false, false));
    }
    return servers;
  }
}

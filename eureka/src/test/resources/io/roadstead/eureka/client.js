// A whole life with eureka-js-client: register, renew, discover, leave. Arguments: host, port.
const { Eureka } = require('eureka-js-client');

const [host, port] = process.argv.slice(2);
const client = new Eureka({
  instance: {
    app: 'web',
    instanceId: 'w1',
    hostName: 'localhost',
    ipAddr: '127.0.0.1',
    port: { $: 5050, '@enabled': true },
    vipAddress: 'web',
    dataCenterInfo: {
      '@class': 'com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo',
      name: 'MyOwn',
    },
  },
  shouldUseDelta: true,
  eureka: {
    host,
    port,
    servicePath: '/eureka/apps/',
    heartbeatInterval: 200,
    registryFetchInterval: 200,
    maxRetries: 1,
  },
});
client.logger.level('warn');

let heartbeats = 0;
client.on('heartbeat', () => heartbeats++);

function fail(error) {
  console.error(error);
  process.exit(1);
}

client.start((error) => {
  if (error) {
    fail(error);
  }
  const waiting = setInterval(() => {
    const own = client.getInstancesByAppId('WEB');
    const others = client.getInstancesByVipAddress('all');
    if (heartbeats > 1 && own.length === 1 && others.length === 1) {
      clearInterval(waiting);
      console.log(`found ${own[0].instanceId} ${own[0].status} and ${others[0].instanceId}`);
      client.stop((refused) => (refused ? fail(refused) : process.exit(0)));
    }
  }, 50);
});

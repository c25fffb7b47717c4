// A service with npm's eureka-js-client, which tells whom it sees whenever that changes.
// Arguments: its name, then the service URLs.
const { Eureka } = require('eureka-js-client');

const [name, ...urls] = process.argv.slice(2);
const client = new Eureka({
  instance: {
    app: name,
    instanceId: `${name}-1`,
    hostName: 'localhost',
    ipAddr: '127.0.0.1',
    port: { $: 21005, '@enabled': true },
    vipAddress: name,
    dataCenterInfo: {
      '@class': 'com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo',
      name: 'MyOwn',
    },
  },
  shouldUseDelta: true,
  eureka: {
    serviceUrls: { default: urls.map((url) => `${url}apps/`) },
    heartbeatInterval: 1000,
    registryFetchInterval: 1000,
    requestRetryDelay: 100,
  },
});
client.logger.level('warn');

let told = '';
setInterval(() => {
  const view = Object.entries(client.cache.app)
    .flatMap(([app, instances]) => instances.filter((one) => one.status === 'UP').map((one) => `${app}/${one.instanceId}`))
    .sort();
  const now = ['view', ...view, '.'].join(' ');
  if (now !== told) {
    console.log(now);
    told = now;
  }
}, 50);

client.start((error) => error && console.error(error));
process.on('SIGTERM', () => client.stop((error) => process.exit(error ? 1 : 143)));

import type { ClusterContext, Controller } from '../cluster/context.js';
import { replaceStatus } from '../cluster/write.js';
import { services } from '../kinds/services.js';
import { hash32 } from '../random.js';
import { keyOf } from '../store/cluster-store.js';
import { splitKey } from './pods-of.js';

/** Simulated seconds until a load balancer has its address. */
const CREATION = 8;

/** Gives services of type LoadBalancer an address of the simulated cloud (of TEST-NET-3, so it leads nowhere). */
export function loadBalancerController(cluster: ClusterContext): Controller {
  const planned = new Set<string>();
  const queue = cluster.queue('load-balancer', (key) => {
    const service = cluster.store.get(services, ...splitKey(key));
    if (service?.spec.type !== 'LoadBalancer' || service.status?.loadBalancer?.ingress || planned.has(key))
      return;
    planned.add(key);
    cluster.timers.after(cluster.scaled(CREATION), () => {
      planned.delete(key);
      const now = cluster.store.get(services, ...splitKey(key));
      if (now?.spec.type !== 'LoadBalancer' || now.metadata.deletionTimestamp) return;
      const ip = `203.0.113.${1 + (hash32(now.metadata.uid) % 254)}`;
      replaceStatus(cluster, services, now, { loadBalancer: { ingress: [{ ip }] } });
      const message = 'Ensured load balancer';
      cluster.events.record(now, {
        type: 'Normal',
        reason: 'EnsuredLoadBalancer',
        message,
        component: 'service-controller',
      });
    });
  });
  return {
    start() {
      cluster.store.onChange(services, ({ object }) => queue.add(keyOf(object)));
      for (const service of cluster.store.all(services)) queue.add(keyOf(service));
    },
  };
}

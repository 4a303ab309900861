import type { Controller } from '../cluster/context.js';
import type { Service } from '../kinds/core.js';
import { services } from '../kinds/services.js';
import { hash32 } from '../../random.js';
import { keyOf, splitKey } from '../store/cluster-store.js';
import { brokenLoadBalancer, type LoadBalancerContext, recordReuse } from './load-balancer-faults.js';

/** Simulated seconds until a load balancer has its address. */
const CREATION_SECONDS = 8;

/** Assigns Services of type LoadBalancer an address of TEST-NET-3, which is not routed. */
export function loadBalancerController(cluster: LoadBalancerContext): Controller {
  const planned = new Set<string>();
  const queue = cluster.queue('load-balancer', (key) => {
    const service = cluster.objects.get(services, ...splitKey(key));
    // The fault of a load balancer ends when its Service is deleted.
    if (service?.spec.type !== 'LoadBalancer') return cluster.faults.end((fault) => fault.service === key);
    if (brokenLoadBalancer(cluster, service) || planned.has(key)) return;
    const may = isGranted(cluster, service);
    if (!may || service.status?.loadBalancer?.ingress) return;
    planned.add(key);
    cluster.timers.after(cluster.scaled(CREATION_SECONDS), () => {
      planned.delete(key);
      const now = cluster.objects.get(services, ...splitKey(key));
      if (now?.spec.type !== 'LoadBalancer' || now.metadata.deletionTimestamp) return;
      const ip = `203.0.113.${1 + (hash32(now.metadata.uid) % 254)}`;
      cluster.setStatus(now, {
        ...recordReuse(cluster, now),
        loadBalancer: { ingress: [{ ip }] },
      });
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
      cluster.onServiceChange((service) => queue.add(keyOf(service)));
      const all = () => {
        for (const service of cluster.objects.all(services)) queue.add(keyOf(service));
      };
      cluster.grants.onChange(all);
      cluster.faults.onChange(all);
      all();
    },
  };
}

/**
 * Whether the claim of a Service is granted. Records an event with the reason of a rejection, also for a Service with
 * a load balancer, whose larger usage may be rejected.
 */
function isGranted(cluster: LoadBalancerContext, service: Service): boolean {
  const { uid } = service.metadata;
  const lost = cluster.faults.first('NO_LOAD_BALANCERS') !== undefined;
  const revoked = lost && !service.status?.loadBalancer?.ingress;
  const why = revoked
    ? 'the role of the cluster may not create load balancers'
    : cluster.grants.rejection(uid);
  if (why !== undefined)
    cluster.events.record(service, {
      type: 'Warning',
      reason: 'SyncLoadBalancerFailed',
      message: `Error syncing load balancer: ${why}`,
      component: 'service-controller',
    });
  return !revoked && cluster.grants.isGranted(uid);
}

import type { ClusterContext } from '../cluster/context.js';
import { replaceStatus } from '../cluster/write.js';
import type { Service } from '../kinds/core.js';
import { services } from '../kinds/services.js';
import type { LoadBalancerContext } from './load-balancer-faults.js';

/** A simulated cluster as the controller of load balancers uses it. */
export function storedServices(cluster: ClusterContext): LoadBalancerContext {
  const { faults, grants, timers, clock, events, store } = cluster;
  return {
    ...{ faults, grants, timers, clock, events, objects: store },
    scaled: (seconds) => cluster.scaled(seconds),
    queue: (name, work) => cluster.queue(name, work),
    onServiceChange: (listener) => store.onChange(services, ({ object }) => listener(object as Service)),
    setStatus: (service, status) => void replaceStatus(cluster, services, service, status),
  };
}

import type { ClusterContext } from '../cluster/context.js';
import type { Service } from '../kinds/core.js';
import { timestamp, type Condition, type KubeObject } from '../kinds/object.js';
import type { KeyQueue, Occurrence } from '../../kubelet-client.js';
import { hasReusedLoadBalancer, REUSED_CONDITION, REUSED_LOAD_BALANCER } from '../kinds/services.js';
import { keyOf, type ObjectReader } from '../store/cluster-store.js';

/** The cluster of the Services, simulated or real: load balancers belong to the cloud. */
export interface LoadBalancerContext extends Pick<
  ClusterContext,
  'faults' | 'grants' | 'timers' | 'clock' | 'scaled'
> {
  readonly objects: Pick<ObjectReader, 'get' | 'all'>;
  readonly events: { record(about: KubeObject, occurrence: Occurrence): void };
  queue(name: string, work: (key: string) => void): KeyQueue;
  onServiceChange(listener: (service: Service) => void): void;
  setStatus(service: Service, status: ServiceStatus): void;
}

type ServiceStatus = NonNullable<Service['status']> & { readonly conditions?: readonly Condition[] };

/**
 * Removes the address of a Service whose load balancer has a fault, or that lost the annotation of its reused load
 * balancer and cannot get a dedicated one. Returns whether it is broken.
 */
export function brokenLoadBalancer(cluster: LoadBalancerContext, service: Service): boolean {
  const why = causeOf(cluster, service);
  if (why === undefined) return false;
  const status = (service.status ?? {}) as ServiceStatus;
  if (status.loadBalancer?.ingress) {
    cluster.setStatus(service, { ...status, loadBalancer: {} });
    const message = `The load balancer is abnormal: ${why}`;
    const occurrence = { type: 'Warning', reason: 'LoadBalancerAbnormal', message } as const;
    cluster.events.record(service, { ...occurrence, component: 'service-controller' });
  }
  return true;
}

function causeOf(cluster: LoadBalancerContext, service: Service): string | undefined {
  const fault = cluster.faults.ofService(keyOf(service));
  if (fault) return fault.operation;
  const annotated = service.metadata.annotations?.[REUSED_LOAD_BALANCER] !== undefined;
  if (!hasReusedLoadBalancer(service) || annotated) return undefined;
  return `the annotation ${REUSED_LOAD_BALANCER} is gone; add it back, or recreate the Service`;
}

/** Records in the status of a Service that it reuses a load balancer. */
export function recordReuse(
  cluster: LoadBalancerContext,
  service: Service,
): { conditions?: readonly Condition[] } {
  const status = (service.status ?? {}) as ServiceStatus;
  if (service.metadata.annotations?.[REUSED_LOAD_BALANCER] === undefined || hasReusedLoadBalancer(service))
    return status.conditions ? { conditions: status.conditions } : {};
  const condition: Condition = {
    type: REUSED_CONDITION,
    status: 'True',
    reason: 'Annotation',
    message: 'The Service uses an existing load balancer.',
    lastTransitionTime: timestamp(cluster.clock.now()),
  };
  return { conditions: [...(status.conditions ?? []), condition] };
}
